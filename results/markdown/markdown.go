package markdown

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
)

// room is how many octets of a summary failures may take. GitHub shows no
// summary above 1 MiB
// (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits).
const room = 600 << 10

// Write writes run as GitHub flavoured Markdown.
func Write(w io.Writer, run results.Run) error {
	p := &page{d: digest.Of(run)}
	p.headline()
	p.matrix()
	p.failures()
	p.errors()
	p.flaky()
	p.skips()
	p.sources()
	p.problems()
	p.runtimes()
	p.footer()
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("writing run %q as Markdown: %w", run.ID, err)
	}
	return nil
}

// A page is a summary while it is written.
type page struct {
	d   digest.Digest
	out bytes.Buffer
}

func (p *page) printf(format string, args ...any) { fmt.Fprintf(&p.out, format, args...) }

func (p *page) headline() {
	sign := "✅"
	switch {
	case p.d.Tally.Fail > 0:
		sign = "❌"
	case !p.d.Good():
		sign = "⚠️"
	}
	p.printf("## %s dnslab: %s\n\n%s\n", sign, text(p.d.Verdict()), text(p.d.Counts()))
	if cut := p.d.Cut(); cut != "" {
		p.printf("\n**%s**\n", text(cut))
	}
}

func (p *page) failures() {
	for i, f := range p.d.Failures {
		if i == 0 {
			p.printf("\n### Failed\n")
		}
		if p.out.Len() > room {
			p.printf("\n%s more in the run file.\n", digest.Plural(len(p.d.Failures)-i, "failure"))
			return
		}
		p.failure(f)
	}
}

func (p *page) failure(f digest.Finding) {
	r := f.Result
	p.printf("\n#### ❌ %s%s\n\n%s\n\n", text(r.Path()), p.rounds(f.Where[0]), text(r.Says))
	p.printf("%s", head("---", "", ""))
	for _, l := range [][2]string{
		{"expected", r.Expected}, {"seen", r.Seen}, {"reason", f.Said()}, {"case", f.Case()}, {"also on", p.also(f)}, {"sources", ids(r.Sources)},
	} {
		if l[1] != "" {
			p.printf("%s", row("**"+l[0]+"**", text(l[1])))
		}
	}
	p.evidence(r.Observed)
	p.command(f.Rerun())
}

func (p *page) rounds(w digest.Place) string {
	if in := w.InRounds(p.d.Rounds); in != "" {
		return ", " + in
	}
	return ""
}

// also names the other runtimes where it was the same.
func (p *page) also(f digest.Finding) string {
	var all []string
	for _, w := range f.Where[1:] {
		s := w.Runtime
		if in := w.InRounds(p.d.Rounds); in != "" {
			s += " (" + in + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func (p *page) evidence(observed map[string]results.Observation) {
	if len(observed) == 0 {
		return
	}
	p.printf("\n%s", head("---", "observation", "asked", "at", "came back"))
	for _, name := range slices.Sorted(maps.Keys(observed)) {
		o := observed[name]
		at := strings.TrimSpace(o.Place.At + " " + o.Place.Name)
		p.printf("%s", row(text(name), text(o.Asked), text(at), text(short(o.Brief()))))
	}
}

// command is on one line, whatever the names in it are, so that no name ends
// the block.
func (p *page) command(s string) {
	p.printf("\n```sh\n%s\n```\n", strings.ReplaceAll(digest.Printable(s), "\n", " "))
}

func (p *page) errors() {
	for i, t := range p.d.Errors {
		if i == 0 {
			p.printf("\n### Could not be judged\n")
		}
		if p.out.Len() > room {
			p.printf("\n%s more in the run file.\n", digest.Plural(len(p.d.Errors)-i, "error"))
			return
		}
		p.printf("\n#### ⚠️ %s\n\n%s\n", text(t.Where()), text(short(t.Reason)))
		p.command(t.Rerun())
	}
}

func (p *page) flaky() {
	for i, r := range p.d.Flaky {
		if i == 0 {
			p.printf("\n### Flaky: held only after a retry\n\n%s", head("---", "claim", "round", "attempts", "earlier"))
		}
		var earlier []string
		for _, a := range r.Earlier {
			if a.Status != results.Pass {
				earlier = append(earlier, string(a.Status)+": "+a.Reason)
			}
		}
		p.printf("%s", row("🔁 "+text(r.Path()), fmt.Sprint(r.Round), fmt.Sprint(r.Attempts), text(short(strings.Join(earlier, "\n")))))
	}
}

func (p *page) skips() {
	for i, g := range p.d.Skips {
		if i == 0 {
			p.printf("\n### Skipped\n\n%s", head("---", "lacking", "results", "labs", "runtimes", "because"))
		}
		p.printf("%s", row(text(g.Needs), fmt.Sprint(g.Results), text(digest.Names(g.Labs, 8)), text(digest.Names(g.Runtimes, 8)), text(digest.Names(g.Reasons, 3))))
	}
}

func (p *page) sources() {
	for i, s := range p.d.Sources {
		if i == 0 {
			p.printf("\n### Sources\n\n%s", head("---", "source", "holds on", "holds in part on", "refuted on", "open on"))
		}
		on := map[results.Verdict]string{}
		for _, say := range s.Says {
			on[say.Verdict] = p.where(say.Runtimes)
		}
		p.printf("%s", row(text(s.ID), on[results.Holds], on[results.Partly], on[results.Refuted], p.where(s.Open)))
	}
}

// where names runtimes; all of them are "all".
func (p *page) where(runtimes []string) string {
	if n := len(p.d.Runtimes); n > 3 && len(runtimes) == n {
		return fmt.Sprintf("all %d", n)
	}
	return text(digest.Names(runtimes, 8))
}

func (p *page) problems() {
	for i, r := range p.d.Run.Problems {
		if i == 0 {
			p.printf("\n### Problems\n\n%s", head("---", "stage", "runtime", "lab", "reason"))
		}
		p.printf("%s", row(text(r.Stage), text(r.Runtime), text(r.Lab), text(short(r.Reason))))
	}
}

func (p *page) runtimes() {
	for i, rt := range p.d.Run.Runtimes {
		if i == 0 {
			p.printf("\n### Runtimes\n\n%s", head("---", "runtime", "status", "engine", "rootless", "versions", "facts"))
		}
		status := rt.Status
		if rt.Reason != "" {
			status += ": " + rt.Reason
		}
		p.printf("%s", row(text(rt.Name), text(short(status)), text(rt.Engine+" "+rt.Version), yes(rt.Rootless), pairs(rt.Versions), pairs(rt.Facts)))
	}
}

func (p *page) footer() {
	run := p.d.Run
	p.printf("\n<sub>run %s, %s, dnslab %s", text(run.ID), run.Started.UTC().Format("2006-01-02 15:04 UTC"), text(run.Build.Version))
	if c := run.Build.Commit; c != "" {
		p.printf(" (%s)", text(c[:min(12, len(c))]))
	}
	if m := run.Machine; m.OS != "" {
		p.printf(" on %s/%s, kernel %s, %s", text(m.OS), text(m.Arch), text(m.Kernel), digest.Plural(m.CPUs, "CPU"))
		if m.MemoryBytes > 0 {
			p.printf(", %.1f GiB", float64(m.MemoryBytes)/(1<<30))
		}
	}
	p.printf("</sub>\n")
}

func ids(all []results.Source) string {
	var out []string
	for _, s := range all {
		out = append(out, s.ID)
	}
	return strings.Join(out, ", ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func pairs(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, text(k+" "+m[k]))
	}
	return strings.Join(out, ", ")
}
