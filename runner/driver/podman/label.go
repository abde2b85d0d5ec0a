package podman

import (
	"crypto/rand"
	"strings"
)

// Labels that everything a run makes carries.
const (
	labelRun   = "dnslab.run"   // the run's id
	labelOwner = "dnslab.owner" // the process that runs it; see package owner
	labelLab   = "dnslab.lab"   // for people
	labelNode  = "dnslab.node"  // for people
)

func (r *Runtime) labels(lab, node string) map[string]string {
	l := map[string]string{labelRun: r.run, labelLab: lab}
	if r.owner != "" {
		l[labelOwner] = r.owner
	}
	if node != "" {
		l[labelNode] = node
	}
	return l
}

func randomTag() string { return strings.ToLower(rand.Text()[:10]) }
