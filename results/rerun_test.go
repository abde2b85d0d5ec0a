package results_test

import (
	"testing"

	"github.com/dnslab/dnslab/results"
)

func TestRerun(t *testing.T) {
	for _, tt := range []struct {
		lab, claim string
		runtimes   []string
		want       string
	}{
		{"names", "alias", []string{"docker"}, `dnslab run -r docker --run '^docker$/^names$/^alias$'`},
		{"names", "alias", []string{"docker-26.1"}, `dnslab run -r docker-26.1 --run '^docker-26\.1$/^names$/^alias$'`},
		{"names", "alias", []string{"docker", "podman"}, `dnslab run -r docker,podman --run '.*/^names$/^alias$'`},
		{"names", "alias", []string{"kubeconfig:My Kind"}, `dnslab run -r 'kubeconfig:My Kind' --run '^kubeconfig__y__ind$/^names$/^alias$'`},
		{"names", "", []string{"docker"}, `dnslab run -r docker --run '^docker$/^names$'`},
		{"", "", []string{"docker"}, `dnslab run -r docker`},
		{"", "", []string{"it's"}, `dnslab run -r 'it'\''s'`},
	} {
		if got := results.Rerun(tt.lab, tt.claim, tt.runtimes...); got != tt.want {
			t.Errorf("Rerun(%q, %q, %q)\n got %s\nwant %s", tt.lab, tt.claim, tt.runtimes, got, tt.want)
		}
	}
}

// Only what failed before it held is flaky: --retries builds whole labs again.
func TestFlaky(t *testing.T) {
	for _, tt := range []struct {
		status  results.Status
		earlier []results.Attempt
		want    bool
	}{
		{results.Pass, nil, false},
		{results.Pass, []results.Attempt{{Status: results.Pass}}, false},
		{results.Pass, []results.Attempt{{Status: results.Fail}, {Status: results.Pass}}, true},
		{results.Pass, []results.Attempt{{Status: results.Error}}, true},
		{results.Fail, []results.Attempt{{Status: results.Fail}}, false},
	} {
		r := results.Result{Status: tt.status, Earlier: tt.earlier}
		if got := r.Flaky(); got != tt.want {
			t.Errorf("%s after %v: flaky is %v", tt.status, tt.earlier, got)
		}
	}
}
