package assertions

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// HostsEntries expects a hosts file to have exactly so many lines that give
// this name, whatever their addresses: an address that no node has any more
// counts, too. None wanted needs other lines to be there.
func HostsEntries(name, host string, want int) Assertion {
	return onText(name, fmt.Sprintf("gives %s on %s", host, countLines(want)), func(text string) error {
		all := lines(text)
		if len(all) == 0 {
			return fmt.Errorf("has no lines at all, which says nothing")
		}
		got := 0
		for _, l := range all {
			if slices.Contains(strings.Fields(l)[1:], host) {
				got++
			}
		}
		if got != want {
			return fmt.Errorf("should give %s on %s, but does on %s: it has %q", host, countLines(want), countLines(got), all)
		}
		return nil
	})
}

// LoopbackHosts expects a hosts file to begin with the lines of loopback: that
// of 127.0.0.1, and those of IPv6 exactly if the observation called inet6,
// /proc/net/if_inet6 of the same node, says that its loopback has an IPv6
// address. zero is how the addresses of ip6-localnet and ip6-mcastprefix end:
// "::0" or "::".
func LoopbackHosts(hosts, inet6, zero string) Assertion {
	says := hosts + " begins with the lines of loopback, those of IPv6 among them if " + inet6 + " has it"
	return assertion{says, []string{hosts, inet6}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Text == nil {
			return instead(e, hosts, seen[0], "%s should be a file", hosts)
		}
		v6, err := loopback6(e, inet6, seen[1])
		if err != nil {
			return err
		}
		want := []string{"127.0.0.1\tlocalhost"}
		if v6 {
			want = append(want, "::1\tlocalhost ip6-localhost ip6-loopback", "fe00"+zero+"\tip6-localnet",
				"ff00"+zero+"\tip6-mcastprefix", "ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters")
		}
		got := lines(*seen[0].Text)
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			return fmt.Errorf("%s should begin with %q, but has %q", hosts, want, got)
		}
		if !v6 && slices.ContainsFunc(got, func(l string) bool { return strings.Contains(l, "ip6-") }) {
			return fmt.Errorf("%s should have no lines of IPv6, as loopback has no such address, but has %q", hosts, got)
		}
		return nil
	}}
}

// ServersOfHost expects a resolv.conf to name servers, none of them on
// loopback, and where the one called host names IPv4 servers that are not on
// loopback, the same of IPv4 in the same order. Where it names none, whom to
// ask instead is the engine's choice.
func ServersOfHost(name, host string) Assertion {
	says := fmt.Sprintf("%s names the servers of %s but for those on loopback", name, host)
	return assertion{says, []string{name, host}, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.Text == nil {
				return instead(e, []string{name, host}[i], o, "%s should be a file", []string{name, host}[i])
			}
		}
		all, theirs := values(*seen[0].Text, "nameserver"), values(*seen[1].Text, "nameserver")
		if len(all) == 0 {
			return fmt.Errorf("%s names no server", name)
		}
		for _, s := range all {
			if a, err := netip.ParseAddr(s); err == nil && a.IsLoopback() {
				return fmt.Errorf("%s names %s, which is on loopback", name, s)
			}
		}
		if want := distant4(theirs); len(want) > 0 && !slices.Equal(distant4(all), want) {
			return fmt.Errorf("%s should name %q as %s does, but names %q", name, want, host, all)
		}
		return nil
	}}
}

// loopback6 reads /proc/net/if_inet6, in which the address has 32 digits and
// no colons and the last word is the interface (kernel, net/ipv6/addrconf.c).
// Without IPv6 in the kernel there is no such file.
func loopback6(e results.Evidence, name string, o results.Observation) (bool, error) {
	switch {
	case o.Kind == results.KindFile && o.Outcome == results.NotFound:
		return false, nil
	case o.Text == nil:
		return false, instead(e, name, o, "%s should be a file", name)
	}
	return slices.ContainsFunc(lines(*o.Text), func(l string) bool {
		f := strings.Fields(l)
		return f[len(f)-1] == "lo"
	}), nil
}

// distant4 returns the IPv4 addresses that are not on loopback.
func distant4(servers []string) []string {
	var some []string
	for _, s := range servers {
		if a, err := netip.ParseAddr(s); err == nil && a.Is4() && !a.IsLoopback() {
			some = append(some, s)
		}
	}
	return some
}

func countLines(n int) string {
	switch n {
	case 0:
		return "no line"
	case 1:
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}
