package kind

import (
	"slices"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// labelService begins the labels of a pod, one for each service that leads to it.
const labelService = "dnslab.service/"

// labels are those of everything that a world makes. The owner, with signs in it that a label may not have, is an
// annotation of the namespace.
func (w *world) labels(node string) map[string]string {
	return book.Labels(w.t.run, "", w.Tag.Lab, node)
}

// podLabels are those of a pod, by which services select it.
func (w *world) podLabels(node string) map[string]string {
	all := w.labels(node)
	for _, n := range w.Topology {
		if slices.Contains(n.Service.Of, node) {
			all[labelService+n.Name] = "true"
		}
	}
	return all
}
