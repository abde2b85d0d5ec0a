package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
)

// paste is how many octets of a diff tables may take: GitHub takes no issue
// and no comment above 65536 characters.
const paste = 60_000

// WriteDiff writes d as GitHub flavoured Markdown, fit for an issue. With all
// it has claims that were judged by another case to the same end, too.
func WriteDiff(w io.Writer, d results.Diff, all bool) error {
	p := &page{}
	p.printf("## dnslab: %s\n\n", text(digest.DiffCounts(d)))
	for _, s := range digest.DiffSides(d) {
		p.printf("- **%s** %s\n", s.Label, text(s.Text))
	}
	for i, rt := range digest.DiffRuntimes(d) {
		if i == 0 {
			p.printf("\n### Runtimes\n\n%s", head("---", "runtime", "change"))
		}
		p.printf("%s", row(text(digest.Names(rt.Names, 3)), text(rt.Says)))
	}
	for _, s := range digest.DiffSections(d, all) {
		p.section(s)
	}
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("writing a diff as Markdown: %w", err)
	}
	return nil
}

func (p *page) section(s digest.DiffSection) {
	p.printf("\n### %s\n\n", text(s.Title))
	if p.out.Len() > paste {
		p.printf("%s, which --json tells.\n", digest.Plural(len(s.Rows), "row"))
		return
	}
	p.printf("%s", head("---", "claim", "A", "B"))
	for i, r := range s.Rows {
		if p.out.Len() > paste {
			p.printf("\n%s more, which --json tells.\n", digest.Plural(len(s.Rows)-i, "row"))
			return
		}
		claim := "**" + text(r.Lab+"/"+r.Claim) + "** " + text(r.Says)
		if len(r.On) > 0 {
			claim += "<br>on " + text(digest.Names(r.On, 3))
		}
		for _, w := range r.Both {
			claim += "<br>" + said(w)
		}
		p.printf("%s", row(claim, cell(r.A), cell(r.B)))
	}
}

func cell(all []digest.Words) string {
	var lines []string
	for _, w := range all {
		lines = append(lines, said(w))
	}
	return strings.Join(lines, "<br>")
}

func said(w digest.Words) string { return "<sub>" + text(w.Label) + "</sub> " + text(short(w.Text)) }
