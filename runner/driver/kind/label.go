package kind

import "github.com/dnslab/dnslab/runner/driver/internal/book"

// labels are those of everything that a world makes; services select by that of
// a node. The owner, with signs in it that a label may not have, is an
// annotation of the namespace.
func (w *world) labels(node string) map[string]string {
	return book.Labels(w.t.run, "", w.Tag.Lab, node)
}
