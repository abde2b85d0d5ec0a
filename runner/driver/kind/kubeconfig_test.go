package kind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const twoContexts = `apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: one, cluster: {server: "https://192.0.2.1:6443"}}
users:
- {name: me, user: {token: secret}}
contexts:
- {name: prod, context: {cluster: one, user: me}}
- {name: "arn:aws:eks:eu-west-1:1:cluster/a", context: {cluster: one, user: me}}
- {name: lost, context: {cluster: gone, user: me}}
`

// What is wrong with a context is said in one line, with those there are.
func TestFindContext(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, empty, broken := write("good", twoContexts), write("empty", ""), write("broken", "apiVersion: [\n")
	nowhere := filepath.Join(dir, "nowhere")
	for _, tt := range []struct {
		name, kubeconfig, context string
		want                      string // of the error; empty for none
	}{
		{"found", good, "prod", ""},
		{"found behind a file that is not there", nowhere + string(os.PathListSeparator) + good, "prod", ""},
		{"with signs in it", good, "arn:aws:eks:eu-west-1:1:cluster/a", ""},
		{"unknown", good, "prd", `no context "prd": in ` + good + ` there is arn:aws:eks:eu-west-1:1:cluster/a, lost, prod`},
		{"a glob", good, "pro*", `no context "pro*": in `},
		{"no name", good, "", `"kubeconfig:" names no context: in ` + good + ` there is arn`},
		{"without its cluster", good, "lost", `reading the context "lost": `},
		{"an empty file", empty, "prod", `no context "prod": there is none at all in ` + empty},
		{"no file", nowhere, "prod", `no context "prod": there is none at all in ` + nowhere + ` (KUBECONFIG names another file)`},
		{"a broken file", broken, "prod", `reading the kubeconfig for "kubeconfig:prod": error loading config file "` + broken},
		{"a folder", dir, "prod", `reading the kubeconfig for "kubeconfig:prod": `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", tt.kubeconfig)
			c, err := FindContext(ContextPrefix + tt.context)
			if tt.want == "" {
				if err != nil || c.Name != "kubeconfig:"+tt.context || c.Config.Host != "https://192.0.2.1:6443" || c.Config.BearerToken != "secret" {
					t.Errorf("got %+v, %v", c, err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line that begins with %q", err, tt.want)
			}
		})
	}
}
