package markdown

import (
	"strings"

	"github.com/dnslab/dnslab/results/internal/digest"
)

// escapes keep text from being read as markup, in a table too, and from
// calling anybody ("@name").
var escapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `|`, `\|`, `[`, `\[`, `]`, `\]`, `~`, `\~`, `#`, `\#`, `$`, `\$`,
	`&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`, `@`, `&#64;`,
	"\r\n", "<br>", "\n", "<br>", "\t", " ",
)

// text is s as Markdown that shows it as it is, on one line of source.
func text(s string) string { return escapes.Replace(strings.TrimSpace(digest.Printable(s))) }

// longest is how much of an observation is shown; the run file has the rest.
const longest = 400

// short is the beginning of s.
func short(s string) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + " …"
	}
	return s
}

// row is one row of a table; the cells are Markdown.
func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// head is the head of a table, with the alignment of each column as Markdown
// has it: "---", ":-:", "--:".
func head(align string, cells ...string) string {
	line := make([]string, len(cells))
	for i := range line {
		line[i] = align
	}
	line[0] = "---"
	return row(cells...) + row(line...)
}
