package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LinkOnDefaultBridge asks for a linked container in both ways there are:
// through libc, which reads /etc/hosts, and on the wire.
func LinkOnDefaultBridge() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.DefaultBridge}
	web := topo.Node{Name: "web", Mode: topo.DefaultBridge, Hostname: "webhost", DNS: []string{"up"}}
	client := topo.Node{
		Name: "client", Image: topo.Glibc, Mode: topo.DefaultBridge, Hostname: "clienthost",
		DNS: []string{"up"}, Links: []topo.Link{{Node: "web", Alias: "db"}},
	}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	libc := func(name string) topo.Question { return topo.Libc{From: client, Name: name} }

	return Lab{
		Name:     "link-on-default-bridge",
		Story:    "On the default bridge --link writes a line into /etc/hosts of the one container that has it. No DNS server learns of it.",
		Needs:    []driver.Cap{driver.DefaultBridge, driver.Links},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"client's hosts": topo.File{Of: client, Path: "/etc/hosts"},
			"web's hosts":    topo.File{Of: web, Path: "/etc/hosts"},
			"alias":          libc("db"),
			"name":           libc("{web}"),
			"hostname":       libc("webhost"),
			"alias by DNS":   ask("db"),
			"name by DNS":    ask("{web}"),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "line",
			Says: "the linked container is in /etc/hosts under the alias, its hostname and its name",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.HasLine("client's hosts", "{web}\tdb webhost web"),
				Because: "moby daemon/container_operations.go buildSandboxOptions up to 27.5, container_operations_unix.go addLegacyLinks from 28.0; 29 dropped the link's environment variables, not this",
				Sources: holds("S2-4"),
			}},
		}, {
			ID:   "libc",
			Says: "so libc finds it under all three",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.LibcFindsNode(web, "alias"), is.LibcFindsNode(web, "name"), is.LibcFindsNode(web, "hostname")},
				Because: "glibc's getaddrinfo reads /etc/hosts before it asks (nsswitch.conf: files dns)",
				Sources: holds("S2-4"),
			}},
		}, {
			ID:   "no-dns",
			Says: "and DNS does not find it: the server in the file is asked, and knows neither alias nor name",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.NXDomain("alias by DNS"), is.AskedFrom("up's log", "db.", client),
					is.NXDomain("name by DNS"), is.AskedFrom("up's log", "web.", client),
				},
				Because: "moby daemon/network.go buildCreateEndpointOptions: no embedded resolver on the default bridge, 20.10 to 29",
				Sources: holds("S2-4"),
			}},
		}, {
			ID:   "one-way",
			Says: "the linked container's own file has no line about the other",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.LacksText("web's hosts", "{client}"), is.LacksText("web's hosts", "client"), is.HasLine("web's hosts", "{web}\twebhost")},
				Because: "moby daemon addLegacyLinks: of a parent's link only the address in the parent's file is kept up to date, 20.10 to 29",
				Sources: holds("S2-4"),
			}},
		}},
	}
}
