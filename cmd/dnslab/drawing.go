package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/topo"
)

// drawing shows each network with the nodes on it, then the nodes on none.
func drawing(t topo.Topology, ascii bool) string {
	first, middle, last, only := "──┬── ", "  ├── ", "  └── ", "───── "
	if ascii {
		first, middle, last, only = "--+-- ", "  |-- ", "  '-- ", "----- "
	}
	width, names := 0, 0
	for _, n := range t {
		names = max(names, len(n.Name))
	}
	var rows []row
	for _, net := range t.Networks() {
		kind := net.Name
		if net.Internal {
			kind += " (internal)"
		}
		if net.IPv6 {
			kind += " (IPv4 and IPv6)"
		}
		rows = append(rows, rowsOn(t, net, kind, names)...)
	}
	for _, n := range t {
		if n.Mode != topo.OnNetworks {
			where := string(n.Mode)
			if n.ShareWith != "" {
				where = "network of " + n.ShareWith
			}
			rows = append(rows, row{where, fmt.Sprintf("%-*s  %s", names, n.Name, traits(n, nil))})
		}
	}
	for _, r := range rows {
		width = max(width, len(r.net))
	}
	var b strings.Builder
	for i, r := range rows {
		begins, ends := r.net != "", i+1 == len(rows) || rows[i+1].net != ""
		mark := middle
		switch {
		case begins && ends:
			mark = only
		case begins:
			mark = first
		case ends:
			mark = last
		}
		fmt.Fprintf(&b, "  %-*s %s%s\n", width, r.net, mark, strings.TrimRight(r.node, " "))
	}
	return b.String()
}

// A row is one node on one network. The name of the network stands in the
// first of its rows only.
type row struct{ net, node string }

func rowsOn(t topo.Topology, net topo.Network, kind string, names int) (rows []row) {
	for _, n := range t {
		for _, a := range n.On {
			if a.Network.Name == net.Name {
				rows = append(rows, row{kind, fmt.Sprintf("%-*s  %s", names, n.Name, traits(n, a.Aliases))})
				kind = ""
			}
		}
	}
	return rows
}

// traits says what is special about a node.
func traits(n topo.Node, aliases []string) string {
	var all []string
	say := func(label string, values []string) {
		if len(values) > 6 {
			values = append(slices.Clone(values[:5]), fmt.Sprintf("and %d more", len(values)-5))
		}
		if len(values) > 0 {
			all = append(all, label+" "+strings.Join(values, " "))
		}
	}
	if n.Kind == topo.Upstream {
		all = append(all, "upstream")
	}
	if n.Image != topo.Bare {
		all = append(all, string(n.Image))
	}
	say("as", aliases)
	if n.Pod.DNSPolicy != "" {
		say("dnsPolicy", []string{n.Pod.DNSPolicy})
	}
	if n.Pod.CoreDNS.Corefile != "" {
		all = append(all, "with a CoreDNS of its own")
	}
	if n.Pod.Gated {
		all = append(all, "not ready at first")
	}
	if n.Mode == topo.ServiceAddress {
		all = append(all, service(n.Service))
	}
	if n.Hostname != "" {
		say("hostname", []string{n.Hostname})
	}
	say("--dns", n.DNS)
	switch {
	case n.Mode == topo.BareNode && n.Search != nil:
		all = append(all, "dnsSearch: ["+strings.Join(n.Search, ", ")+"]")
	case n.Mode != topo.BareNode:
		say("--dns-search", n.Search)
	}
	say("--dns-opt", n.Options)
	say("--add-host", n.ExtraHosts)
	for _, l := range n.Links {
		say("--link", []string{l.Node + ":" + l.Alias})
	}
	say("with", slices.Sorted(maps.Keys(n.Files)))
	for _, m := range n.Mounts {
		say("mount", []string{strings.TrimSuffix(m.Folder+"/"+m.File, "/") + " at " + m.At})
	}
	if n.Later {
		all = append(all, "started later")
	}
	return topo.Plain(strings.Join(all, ", "))
}

// service says what a service is.
func service(s topo.Service) string {
	text := "of " + strings.Join(s.Of, ", ")
	switch {
	case s.External != "":
		return "alias of " + s.External
	case len(s.Of) == 0:
		text = "of no pod"
	}
	if s.Headless {
		text += ", headless"
	}
	if s.NotReady {
		text += ", whether they are ready or not"
	}
	return text
}
