package results

import (
	"fmt"
	"io"
)

// ListSchema is what the output of "dnslab list --json" says it is.
const ListSchema = "dnslab.list/v1"

// A List is the catalogue, as "dnslab list --json" prints it, in reading order.
type List struct {
	Schema string      `json:"schema"`
	Labs   []ListedLab `json:"labs"`
}

// A ListedLab is one lab of a list.
type ListedLab struct {
	Name   string        `json:"name"`
	Story  string        `json:"story"`
	Needs  []string      `json:"needs"`  // capabilities without which it is skipped
	Manual bool          `json:"manual"` // runs only when named
	Claims []ListedClaim `json:"claims"`
}

// A ListedClaim is one claim of a listed lab.
type ListedClaim struct {
	Claim   string       `json:"claim"`
	Says    string       `json:"says"`
	Engines []string     `json:"engines"` // those it is made for: "docker", "podman", "kubernetes"
	Cases   []ListedCase `json:"cases"`
}

// A ListedCase says what is expected of which versions, and why.
type ListedCase struct {
	When     string   `json:"when"` // "docker >=24.0"
	Expected string   `json:"expected"`
	Because  string   `json:"because"`
	Sources  []Source `json:"sources"` // with the verdict of a pass in this case
}

// WriteList writes l as JSON, with every field that the contract names.
func WriteList(w io.Writer, l List) error {
	if l.Schema == "" {
		l.Schema = ListSchema
	}
	l.Labs = each(l.Labs, func(lab ListedLab) ListedLab {
		lab.Needs = list(lab.Needs)
		lab.Claims = each(lab.Claims, func(c ListedClaim) ListedClaim {
			c.Engines = list(c.Engines)
			c.Cases = each(c.Cases, func(c ListedCase) ListedCase {
				c.Sources = list(c.Sources)
				return c
			})
			return c
		})
		return lab
	})
	if err := encode(w, l); err != nil {
		return fmt.Errorf("writing the list of labs: %w", err)
	}
	return nil
}
