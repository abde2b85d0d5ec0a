package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// Plain writes one line for each lab that is done and each announcement:
//
//	ok    docker  names             12 claims  1.2 s
//	FAIL  docker  forwarding        1 of 4 claims failed  3.0 s: answer is SERVFAIL, expected NOERROR
func Plain(w io.Writer) Reporter { return &plain{w: w, runtime: 6, lab: 16} }

type plain struct {
	mu           sync.Mutex
	w            io.Writer
	runtime, lab int // widths so far
	closed       bool
}

var words = map[results.Status]string{
	results.Pass: "ok", results.Fail: "FAIL", results.Error: "ERROR", results.Skip: "skip", "": "none",
}

func (p *plain) Report(e Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	switch e := e.(type) {
	case Planned:
		fmt.Fprintf(p.w, "%s planned\n", digest.Plural(e.Results, "result"))
	case Say:
		fmt.Fprintf(p.w, "%s\n", digest.Printable(e.Text))
	case Page:
		fmt.Fprintln(p.w, strings.TrimRight(e.Text, "\n"))
	case RuntimeDone:
		fmt.Fprintln(p.w, digest.Printable(done(e)))
	case LabDone:
		name := lab(e.Lab, e.Round)
		p.runtime, p.lab = max(p.runtime, len(e.Runtime)), max(p.lab, len(name))
		took, reason := "", ""
		if e.Duration > 0 {
			took = "  " + digest.Took(e.Duration)
		}
		if worst := e.Tally.Worst(); worst != results.Pass {
			reason = digest.Printable(firstLine(e.Reason))
		}
		fmt.Fprintf(p.w, "%-5s %s  %s  %s%s%s\n", words[e.Tally.Worst()],
			ink.Pad(e.Runtime, p.runtime), ink.Pad(name, p.lab), says(e), took, reason)
	}
}

func (p *plain) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}
