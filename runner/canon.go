package runner

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// canonical returns o in the words of the lab: without the suffixes and the
// zone label of this run, ids as {web.id}, reverse names as {web.ptr}, and in
// text addresses of nodes as {web}. Addresses that are data stay what they are.
func canonical(o results.Observation, k driver.Known, tag, run string) (results.Observation, error) {
	b, err := json.Marshal(o)
	if err != nil {
		return o, err
	}
	var c results.Observation
	if err := json.Unmarshal([]byte(plain(k, tag, run).Replace(string(b))), &c); err != nil {
		return o, err
	}
	c.Complaint = named(k, c.Complaint)
	if c.Text != nil {
		text := named(k, *c.Text)
		c.Text = &text
	}
	return c, nil
}

// named is text with the names of nodes for their addresses.
func named(k driver.Known, text string) string {
	return address.ReplaceAllStringFunc(text, func(s string) string {
		host, port := s, ""
		if ap, err := netip.ParseAddrPort(s); err == nil {
			host, port = ap.Addr().String(), fmt.Sprintf(":%d", ap.Port())
		}
		if a, err := netip.ParseAddr(host); err == nil {
			if node := at(k, a); node != "" {
				return "{" + node + "}" + port
			}
		}
		return s
	})
}

func plain(k driver.Known, tag, run string) *strings.Replacer {
	var pairs []string
	for node, id := range k.IDs {
		pairs = append(pairs, id, "{"+node+".full-id}", id[:min(63, len(id))], "{"+node+".id63}", id[:min(12, len(id))], "{"+node+".id}")
		for _, attr := range []string{"ptr", "ptr6"} {
			if name, ok := k.Lookup(node + "." + attr); ok {
				pairs = append(pairs, `"`+name, `"{`+node+"."+attr+"}", " "+name, " {"+node+"."+attr+"}")
			}
		}
	}
	for _, form := range []func(string) string{strings.Clone, strings.ToUpper} {
		pairs = append(pairs, form("-"+tag), "", form(run+"."+topo.Zone), form(topo.Zone))
	}
	pairs = append(pairs, "_"+strings.ToUpper(tag), "") // a service in the name of a variable
	return strings.NewReplacer(pairs...)
}

var address = regexp.MustCompile(`[0-9A-Fa-f:.]*[0-9A-Fa-f]`)

func at(k driver.Known, a netip.Addr) string {
	var nodes []string
	for node, nets := range k.Addrs {
		for _, addrs := range nets {
			if slices.Contains(addrs, a) {
				nodes = append(nodes, node)
			}
		}
	}
	if len(nodes) == 0 {
		return ""
	}
	return slices.Min(nodes)
}
