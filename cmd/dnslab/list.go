package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
)

func listCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "list", Short: "Show the labs and what they claim, in reading order", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l := labs.Listing(labs.All())
			if asJSON {
				return results.WriteList(c.OutOrStdout(), l)
			}
			return list(c.OutOrStdout(), l)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, with cases and sources")
	return c
}

func list(w io.Writer, l results.List) error {
	claims := 0
	for _, lab := range l.Labs {
		note := ""
		if lab.Manual {
			note = "  (only when named)"
		}
		fmt.Fprintf(w, "%s%s\n    %s\n", lab.Name, note, lab.Story)
		width := 0
		for _, c := range lab.Claims {
			width = max(width, len(c.Claim))
		}
		for _, c := range lab.Claims {
			fmt.Fprintf(w, "    %-*s  %s%s\n", width, c.Claim, c.Says, about(c))
		}
		claims += len(lab.Claims)
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintf(w, "%d labs, %d claims. dnslab explain LAB tells all about one.\n", len(l.Labs), claims)
	return err
}

// about names the sources that any case of a claim speaks about.
func about(c results.ListedClaim) string {
	var ids []string
	seen := map[string]bool{}
	for _, cs := range c.Cases {
		for _, s := range cs.Sources {
			if !seen[s.ID] {
				seen[s.ID] = true
				ids = append(ids, s.ID)
			}
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return " [" + strings.Join(ids, " ") + "]"
}
