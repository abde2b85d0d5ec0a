package driver

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/runner/topo"
)

// Lookup returns what a placeholder stands for; see package topo, "Names".
func (k Known) Lookup(placeholder string) (string, bool) {
	if name, ok := k.Names[placeholder]; ok { // a name may have dots of its own
		return name, true
	}
	dot := strings.LastIndexByte(placeholder, '.')
	if dot < 0 {
		return "", false
	}
	what, attr := placeholder[:dot], placeholder[dot+1:]
	id := k.IDs[what]
	switch attr {
	case "upper":
		name, ok := k.Names[what]
		return strings.ToUpper(name), ok
	case "id":
		return id[:min(12, len(id))], id != ""
	case "id63":
		return id[:min(63, len(id))], id != ""
	case "full-id":
		return id, id != ""
	case "addr", "ptr":
		return k.first(what, netip.Addr.Is4, attr == "ptr")
	case "dashed":
		addr, ok := k.first(what, netip.Addr.Is4, false)
		return strings.ReplaceAll(addr, ".", "-"), ok
	case "addr6", "ptr6":
		return k.first(what, netip.Addr.Is6, attr == "ptr6")
	}
	return "", false
}

func (k Known) first(node string, family func(netip.Addr) bool, reverse bool) (string, bool) {
	var all []netip.Addr
	for _, addrs := range k.Addrs[node] {
		all = append(all, addrs...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	i := slices.IndexFunc(all, family)
	if i < 0 {
		return "", false
	}
	if !reverse {
		return all[i].String(), true
	}
	ptr, err := dns.ReverseAddr(all[i].String())
	return ptr, err == nil
}

// ServerAddr turns what a lab calls a server into an address: the name of a
// node, a literal address, or a text that Lookup expands to one. Of a node it
// takes the IPv4 address, on a network that asker is on as well where there is one.
func (k Known) ServerAddr(asker topo.Node, server string) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(server); err == nil {
		return addr, nil
	}
	if _, ok := k.Names[server]; !ok {
		text, err := topo.Expand(server, k.Lookup)
		if err != nil {
			return netip.Addr{}, err
		}
		return netip.ParseAddr(text)
	}
	for _, a := range asker.On {
		for _, addr := range k.Addrs[server][a.Network.Name] {
			if addr.Is4() {
				return addr, nil
			}
		}
	}
	text, ok := k.Lookup(server + ".addr")
	if !ok {
		return netip.Addr{}, fmt.Errorf("finding an address of %q for %q: it has none now", server, asker.Name)
	}
	return netip.ParseAddr(text)
}
