package book

import (
	"crypto/rand"
	"strings"
)

// Labels that everything a run makes carries.
const (
	LabelRun   = "dnslab.run"   // the run's id
	LabelOwner = "dnslab.owner" // the process that runs it; see package owner
	LabelLab   = "dnslab.lab"   // for people
	LabelNode  = "dnslab.node"  // for people
)

// Labels are those of what a run makes for a lab. Owner and node may be empty.
func Labels(run, owner, lab, node string) map[string]string {
	l := map[string]string{LabelRun: run, LabelLab: lab}
	if owner != "" {
		l[LabelOwner] = owner
	}
	if node != "" {
		l[LabelNode] = node
	}
	return l
}

// RandomTag is for the name of something that is tried and removed at once.
func RandomTag() string { return strings.ToLower(rand.Text()[:10]) }
