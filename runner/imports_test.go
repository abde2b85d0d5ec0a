package runner

import (
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dnslab/dnslab/"

// mayImport says for every package of the module which others of it it may
// import; things flow one way. A pattern ending in /... stands for the package
// and all below it. What only tests import is free.
//
// A new package gets a row here, or a place under a pattern. An engine knows
// neither another engine nor labs, runner or results.
var mayImport = map[string][]string{
	"results":              {}, // and the standard library alone; see below
	"results/internal/...": {"results", "results/internal/..."},
	"results/schema":       {},
	"results/junit":        {"results", "results/internal/..."},
	"results/markdown":     {"results", "results/internal/..."},
	"results/terminal":     {"results", "results/internal/..."},
	"results/page":         {"results", "results/internal/..."},
	"results/progress":     {"results", "results/internal/..."},
	"runner/topo":          {}, // and the standard library alone
	"runner/agent":         {"results", "runner/topo"},
	"runner/agent/door":    {},
	"runner/agent/serve":   {"results", "runner/agent", "runner/agent/door", "runner/topo"},
	"runner/agent/binary":  {},
	"runner/driver":        {"runner/topo"},
	"runner/driver/owner":  {},
	"runner/driver/docker": {"images", "runner/agent", "runner/driver", "runner/driver/internal/...", "runner/driver/owner", "runner/topo"},
	"runner/driver/podman": {"images", "runner/agent", "runner/driver", "runner/driver/internal/...", "runner/driver/owner", "runner/topo"},
	"runner/driver/kind":   {"runner/agent", "runner/agent/binary", "runner/agent/door", "runner/driver", "runner/driver/internal/...", "runner/driver/owner", "runner/topo"},
	"runner/driver/all":    {"images", "runner/driver/...", "runner/host"},
	"runner/host":          {"images", "runner/agent", "runner/agent/door", "runner/driver", "runner/driver/owner", "runner/topo"},
	"runner":               {"assertions", "labs", "results", "results/progress", "runner/agent", "runner/driver", "runner/topo"},
	"images":               {"runner/agent/binary"},
	"assertions":           {"results", "runner/topo"},
	"labs":                 {"assertions", "results", "runner/driver", "runner/topo"},
	"cmd/dnslab":           {"..."},
	"cmd/dnslab-agent":     {"runner/agent/serve"},
	"cmd/dnslab-kind":      {},
	"bench":                {}, // tests alone
	"runner/driver/internal/...": { // what engines share
		"images", "runner/driver", "runner/driver/internal/...", "runner/topo",
	},
	"runner/driver/drivertest": { // a suite for tests
		"results", "runner/agent", "runner/driver", "runner/topo",
	},
}

// onlyIn says which packages may import a library that is one engine's, or of
// one purpose.
var onlyIn = map[string][]string{
	"github.com/moby/moby/":                {"runner/driver/docker", "runner/host"},
	"github.com/moby/sys/":                 {"runner/agent/serve", "runner/host"},
	"github.com/docker/":                   {"runner/driver/docker"},
	"github.com/containerd/":               {"runner/driver/docker", "runner/host"},
	"github.com/containers/":               {"runner/driver/podman"},
	"github.com/testcontainers/":           {"runner/host"},
	"github.com/hashicorp/":                {"runner/agent/door"},
	"k8s.io/":                              {"runner/driver/kind"},
	"sigs.k8s.io/kind/":                    {"cmd/dnslab-kind"},
	"github.com/spf13/":                    {"cmd/dnslab"},
	"github.com/miekg/dns":                 {"runner", "runner/agent/serve", "runner/driver"},
	"charm.land/":                          {"results/..."},
	"github.com/santhosh-tekuri/":          {"results/schema"},
	"testing":                              {"runner/driver/drivertest", "results/internal/writertest"},
	module + "runner/driver/all":           {"cmd/dnslab"},
	module + "runner/driver/docker":        {"runner/driver/all"},
	module + "runner/driver/podman":        {"runner/driver/all"},
	module + "runner/driver/kind":          {"runner/driver/all"},
	module + "runner/driver/drivertest":    {},
	module + "results/internal/writertest": {},
}

func TestImports(t *testing.T) {
	for pkg, imports := range packages(t) {
		allowed, ok := mayImport[match(pkg, keys(mayImport))]
		if !ok {
			t.Errorf("%s has no row in mayImport", pkg)
			continue
		}
		for _, imp := range imports {
			its, ours := strings.CutPrefix(imp, module)
			if ours && match(its, allowed) == "" {
				t.Errorf("%s imports %s", pkg, its)
			}
			if library := strings.Contains(strings.Split(imp, "/")[0], "."); library && (pkg == "results" || pkg == "runner/topo") {
				t.Errorf("%s imports %s, but is to have the standard library alone", pkg, imp)
			}
			for prefix, where := range onlyIn {
				if matches := imp == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(imp, prefix); matches && match(pkg, where) == "" {
					t.Errorf("%s imports %s, which is only for %q", pkg, imp, where)
				}
			}
		}
	}
}

// The table can fail: each row here is an import that it must not allow.
func TestImportsForbidden(t *testing.T) {
	for pkg, imp := range map[string]string{
		"results": "runner/topo", "labs": "runner", "assertions": "runner/driver", "runner": "runner/driver/docker",
		"runner/driver/docker": "labs", "runner/driver/kind": "runner/driver/docker", "runner/topo": "results",
		"results/internal/ink": "runner",
	} {
		if match(imp, mayImport[match(pkg, keys(mayImport))]) != "" {
			t.Errorf("%s may import %s", pkg, imp)
		}
	}
}

// packages returns what each package imports, tests aside.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command that lists the packages")
	}
	cmd := exec.Command("go", "list", "-e", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	all := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		words := strings.Fields(line)
		all[strings.TrimPrefix(words[0], module)] = words[1:]
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

// match returns the first pattern that pkg fits.
func match(pkg string, patterns []string) string {
	for _, p := range patterns {
		if dir, below := strings.CutSuffix(p, "..."); p == pkg || below && (dir == "" || strings.HasPrefix(pkg+"/", path.Clean(dir)+"/")) {
			return p
		}
	}
	return ""
}

func keys(m map[string][]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
