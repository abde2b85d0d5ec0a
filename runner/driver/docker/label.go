package docker

import "github.com/dnslab/dnslab/runner/driver/internal/book"

func (r *Runtime) labels(lab, node string) map[string]string {
	return book.Labels(r.run, r.owner, lab, node)
}
