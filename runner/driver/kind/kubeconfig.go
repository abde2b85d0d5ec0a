package kind

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// ContextPrefix begins the names of clusters that contexts of the user's
// kubeconfig lead to.
const ContextPrefix = "kubeconfig:"

// A Context is one of the user's kubeconfig: a cluster, and who dnslab is there.
type Context struct {
	Name   string // "kubeconfig:prod", as results have it
	Config *rest.Config
}

// FindContext returns the context that name, "kubeconfig:CONTEXT", is about. It
// reads what kubectl would, the files of $KUBECONFIG or ~/.kube/config, and
// reaches for no cluster. The error is one line that says what is wrong, and
// which contexts there are.
func FindContext(name string) (Context, error) {
	context := strings.TrimPrefix(name, ContextPrefix)
	files := kubeconfig()
	raw, err := files.Load()
	if err != nil {
		return Context{}, fmt.Errorf("reading the kubeconfig for %q: %w", name, line(err))
	}
	if _, ok := raw.Contexts[context]; !ok {
		where, known := strings.Join(files.Precedence, string(os.PathListSeparator)), slices.Sorted(maps.Keys(raw.Contexts))
		switch {
		case len(known) == 0:
			return Context{}, fmt.Errorf("no context %q: there is none at all in %s (KUBECONFIG names another file)", context, where)
		case context == "":
			return Context{}, fmt.Errorf("%q names no context: in %s there is %s", name, where, strings.Join(known, ", "))
		}
		return Context{}, fmt.Errorf("no context %q: in %s there is %s", context, where, strings.Join(known, ", "))
	}
	config, err := clientcmd.NewNonInteractiveClientConfig(*raw, context, &clientcmd.ConfigOverrides{}, files).ClientConfig()
	if err != nil {
		return Context{}, fmt.Errorf("reading the context %q: %w", context, line(err))
	}
	return Context{name, config}, nil
}

// Contexts returns the names of all clusters of the user's kubeconfig, sorted.
func Contexts() ([]string, error) {
	raw, err := kubeconfig().Load()
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", line(err))
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(raw.Contexts)) {
		all = append(all, ContextPrefix+name)
	}
	return all, nil
}

func kubeconfig() *clientcmd.ClientConfigLoadingRules {
	files := clientcmd.NewDefaultClientConfigLoadingRules()
	files.WarnIfAllMissing = false // our own error says so
	return files
}

// line is err in one line.
func line(err error) error {
	return fmt.Errorf("%s", strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' }), "; "))
}
