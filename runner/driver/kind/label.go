package kind

// Labels of everything a run makes; the owner, with signs in it that a label
// may not have, is an annotation.
const (
	labelRun   = "dnslab.run"   // the run's id
	labelOwner = "dnslab.owner" // the process that runs it; see package owner
	labelLab   = "dnslab.lab"   // for people
	labelNode  = "dnslab.node"  // what services select by
)

func (w *world) labels(node string) map[string]string {
	l := map[string]string{labelRun: w.r.run, labelLab: w.Tag.Lab}
	if node != "" {
		l[labelNode] = node
	}
	return l
}
