package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// BorrowedNetwork has a container in the network namespace of another
// (--network container:NAME): what it has of its own, and what is the other's.
func BorrowedNetwork() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	owner := topo.Node{Name: "owner", On: topo.On(lan, "landlord"), DNS: []string{"up"}, Search: []string{"lab.test"},
		ExtraHosts: []string{"noted:203.0.113.9"}}
	guest := topo.Node{Name: "guest", Mode: topo.SharedNetwork, ShareWith: "owner"}
	neighbour := topo.Node{Name: "neighbour", On: topo.On(lan), DNS: []string{"up"}}
	const resolver = "127.0.0.11" // moby libnetwork sandbox_dns_unix.go resolverIPSandbox

	ownersFiles := is.All{
		is.SameText("guest's resolv.conf", "owner's resolv.conf", true), is.SearchList("guest's resolv.conf", "lab.test"),
		is.SameText("guest's hosts", "owner's hosts", true), is.HasText("guest's hosts", "noted"),
		is.HostsEntries("guest's hosts", "owner", 1), is.HostsEntries("owner's hosts", "guest", 1),
	}
	oneFileEach := is.All{
		is.LacksText("owner's hosts", "added"), is.HasLine("owner's hosts later", "203.0.113.7 added-by-the-guest"),
		is.LacksText("guest's resolv.conf", "added"), is.HasLine("guest's resolv.conf later", "# added by the owner"),
	}

	return Lab{
		Name:     "borrowed-network",
		Story:    "A container runs in the network of another.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, owner, guest, neighbour},
		Steps: []Step{{Ask: map[string]topo.Question{
			"guest's resolv.conf":   topo.File{Of: guest, Path: "/etc/resolv.conf"},
			"owner's resolv.conf":   topo.File{Of: owner, Path: "/etc/resolv.conf"},
			"guest's hosts":         topo.File{Of: guest, Path: "/etc/hosts"},
			"owner's hosts":         topo.File{Of: owner, Path: "/etc/hosts"},
			"guest's routes":        topo.File{Of: guest, Path: "/proc/net/route"},
			"guest's sockets":       topo.Sockets{Of: guest},
			"owner's sockets":       topo.Sockets{Of: owner},
			"neighbour's sockets":   topo.Sockets{Of: neighbour},
			"guest: neighbour":      topo.Wire{From: guest, Name: "{neighbour}"},
			"guest: landlord":       topo.Wire{From: guest, Name: "landlord"},
			"guest: out":            topo.Wire{From: guest, Name: "out", Search: true},
			"neighbour: owner":      topo.Wire{From: neighbour, Name: "{owner}"},
			"neighbour: guest":      topo.Wire{From: neighbour, Name: "{guest}"},
			"neighbour: guest's id": topo.Wire{From: neighbour, Name: "{guest.id}"},
		}}, {
			Do: []topo.Act{
				topo.Write{Node: guest, Path: "/etc/hosts", Content: "203.0.113.7 added-by-the-guest\n", Append: true},
				topo.Write{Node: owner, Path: "/etc/resolv.conf", Content: "# added by the owner\n", Append: true},
			},
			Ask: map[string]topo.Question{
				"owner's hosts later":       topo.File{Of: owner, Path: "/etc/hosts"},
				"guest's resolv.conf later": topo.File{Of: guest, Path: "/etc/resolv.conf"},
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "resolver",
			Says: "both use one resolver: the guest sees the sockets of the owner's",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.SamePorts("guest's sockets", "owner's sockets", resolver, true),
					is.SamePorts("guest's sockets", "neighbour's sockets", resolver, false)},
				Because: "moby daemon initializeNetworking: a container in another's network gets no sandbox, and so no resolver, of its own: the same from 20.10 to 29",
			}},
		}, {
			ID:   "names",
			Says: "what the guest finds: what the owner does, from whose servers, with whose search list",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(neighbour, "guest: neighbour"), is.AddressOf(owner, "guest: landlord"),
					is.AnsweredBy("guest: out", 1), is.AskedFrom("up's log", "out.lab.test.", owner)},
				Because: "moby libnetwork: the resolver answers whoever is in the namespace, and knows only its sandbox: the same from 20.10 to 29",
			}, {
				When: forwards(""),
				Expect: is.All{is.AddressOf(neighbour, "guest: neighbour"), is.AddressOf(owner, "guest: landlord"),
					is.AnsweredBy("guest: out", 1), is.AskedFromHost("up's log", "out.lab.test.")},
				Because: "aardvark-dns src/backend/mod.rs goes by the address that asks, which is the owner's; run on podman 5.4.2 and 5.8.6",
			}}, servedDirectly(is.All{
				is.NXDomain("guest: neighbour"), is.NXDomain("guest: landlord"), is.AskedFrom("up's log", "landlord.", owner), is.AskedFrom("up's log", "neighbour.", owner),
				is.AnsweredBy("guest: out", 1), is.AskedFrom("up's log", "out.lab.test.", owner),
			})),
		}, {
			ID:   "no-name-of-its-own",
			Says: "the guest has no name on the network: neighbours find neither its name nor its id",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(owner, "neighbour: owner"), is.NXDomain("neighbour: guest"), is.NXDomain("neighbour: guest's id"),
					is.AskedFrom("up's log", "guest.", neighbour)},
				Because: "moby daemon initializeNetworking: no endpoint is made for the guest, so no records: the same from 20.10 to 29",
			}, {
				When: forwards(""),
				Expect: is.All{is.AddressOf(owner, "neighbour: owner"), is.NXDomain("neighbour: guest"), is.NXDomain("neighbour: guest's id"),
					is.AskedFromHost("up's log", "guest."), is.AskedFromHost("up's log", "{guest.id}.")},
				Because: "podman libpod/networking_linux.go: a container in another's network is not set up by netavark, which tells aardvark-dns of names; run on podman 5.4.2 and 5.8.6",
			}}, servedDirectly(is.All{
				is.NXDomain("neighbour: owner"), is.NXDomain("neighbour: guest"), is.NXDomain("neighbour: guest's id"),
				is.AskedFrom("up's log", "owner.", neighbour), is.AskedFrom("up's log", "guest.", neighbour), is.AskedFrom("up's log", "{guest.id}.", neighbour),
			})),
		}, {
			ID:   "files",
			Says: "resolv.conf and hosts of the guest are those of the owner, with what the owner was given",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.SameText("guest's resolv.conf", "owner's resolv.conf", true), is.Nameservers("guest's resolv.conf", resolver), is.SearchList("guest's resolv.conf", "lab.test"),
					is.SameText("guest's hosts", "owner's hosts", true), is.HasText("guest's hosts", "noted")},
				Because: "moby daemon initializeNetworkingPaths: paths of hosts, hostname and resolv.conf are the other container's: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  append(ownersFiles, is.GatewayServer("guest's resolv.conf", "guest's routes")),
				Because: "podman libpod/container_internal_common.go makeBindMounts: both files are the other container's; run on podman 5.4.2 and 5.8.6",
			}}, servedDirectly(append(ownersFiles, is.Nameservers("guest's resolv.conf", "{up}")))),
		}, {
			ID:   "same-files",
			Says: "they are one file each: what either writes, the other reads",
			Cases: []Case{{
				When:    docker(""),
				Expect:  oneFileEach,
				Because: "moby daemon initializeNetworkingPaths: both containers mount the same files: the same from 20.10 to 29",
			}, {
				When:    podman(""),
				Expect:  oneFileEach,
				Because: "podman libpod/container_internal_common.go makeBindMounts: both containers mount the same files; run on 4.3.1, 5.4.2 and 5.8.6",
			}},
		}},
	}
}
