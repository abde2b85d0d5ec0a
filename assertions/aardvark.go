package assertions

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// NetworkLine expects the file from which aardvark-dns knows a network to begin
// with a line of one address, the gateway's, and exactly these servers, nodes
// as "{up}". The form is "ADDRESSES [SERVERS]", each with commas between
// (aardvark-dns src/config/mod.rs parse_config).
func NetworkLine(name string, servers ...string) Assertion {
	says := "begins with a gateway and the servers " + strings.Join(servers, ",")
	if len(servers) == 0 {
		says = "begins with a gateway alone"
	}
	return aboutText(name, says, func(_ results.Evidence, text string) error {
		line, _, _ := strings.Cut(text, "\n")
		words := strings.Fields(line)
		if len(words) == 0 {
			return errors.New("should begin with a gateway, but has no first line")
		}
		_, err := netip.ParseAddr(words[0])
		if err != nil || !slices.Equal(words[1:], list(servers)) {
			return fmt.Errorf("should begin with a gateway and %q, but begins with %q", servers, line)
		}
		return nil
	})
}

// ContainerLine expects that file to have exactly one line about the container
// of a node, which has one address: its id, that address, and names of which the
// first is the node's. It ends in exactly these servers. The form is "ID IPV4 IPV6
// NAMES [SERVERS]", with nothing between two spaces where it has no IPv6 address.
func ContainerLine(name, node string, servers ...string) Assertion {
	says := fmt.Sprintf("has one line for %s", node)
	if len(servers) > 0 {
		says += " that ends in " + strings.Join(servers, ",")
	}
	return aboutText(name, says, func(_ results.Evidence, text string) error {
		var its []string
		for l := range strings.Lines(text) {
			if strings.HasPrefix(l, "{"+node+".full-id} ") {
				its = append(its, strings.TrimSpace(l))
			}
		}
		if len(its) != 1 {
			return fmt.Errorf("should have one line for %s, but has %q", node, strings.Split(strings.TrimSpace(text), "\n"))
		}
		words := strings.Fields(its[0])
		if len(words) < 3 || words[1] != "{"+node+"}" || !strings.HasPrefix(words[2]+",", node+",") || !slices.Equal(words[3:], list(servers)) {
			return fmt.Errorf("should have a line for %s that ends in %q, but has %q", node, servers, its[0])
		}
		return nil
	})
}

// NoContainerLine expects that file to have some container's line, and none
// about the container of a node.
func NoContainerLine(name, node string) Assertion {
	return aboutText(name, "has no line for "+node, func(_ results.Evidence, text string) error {
		all := strings.Split(strings.TrimSpace(text), "\n")
		if len(all) < 2 {
			return fmt.Errorf("has no line about a container, which says nothing of %s: %q", node, all)
		}
		if strings.Contains(text, "{"+node+".full-id} ") {
			return fmt.Errorf("should have no line for %s, but has %q", node, all)
		}
		return nil
	})
}

// list is servers as one word, and none as no word.
func list(servers []string) []string {
	if len(servers) == 0 {
		return nil
	}
	return []string{strings.Join(servers, ",")}
}
