package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OwnResolvConf mounts a resolv.conf over the engine's. The file names the
// first upstream, --dns the second, so that every answer tells who was asked.
func OwnResolvConf() Lab {
	const conf = "# of the user\nsearch own.lab.test\nnameserver 127.0.0.53\nnameserver {first.addr}\noptions ndots:3\n"

	lan := topo.Network{Name: "lan"}
	first := topo.Node{Name: "first", Kind: topo.Upstream, On: topo.On(lan)}
	second := topo.Node{Name: "second", Kind: topo.Upstream, On: topo.On(lan)}
	own := topo.Node{Name: "own", On: topo.On(lan), DNS: []string{"second"}, Mounts: []topo.Mount{
		{Folder: "etc", File: "resolv.conf", Content: "nameserver {first.addr}\n", At: "/etc/resolv.conf"},
		{Folder: "etc", At: "/folder"},
	}}
	kept := topo.Node{Name: "kept", On: topo.On(lan), DNS: []string{"second"}, Mounts: []topo.Mount{
		{Folder: "kept", File: "resolv.conf", Content: conf, At: "/etc/resolv.conf"},
	}}
	const run = "podman 4.3.1, 5.4.2 and 5.8.6, with root and without"
	both := func(expect is.Assertion, moby, libpod string) []Case {
		return []Case{
			{When: docker(""), Expect: expect, Because: moby, Sources: partly("S2-11")},
			{When: podman(""), Expect: expect, Because: libpod, Sources: partly("S2-11")},
		}
	}
	file, inFolder := topo.File{Of: own, Path: "/etc/resolv.conf"}, topo.File{Of: own, Path: "/folder/resolv.conf"}
	write := func(content string, rename bool) []topo.Act {
		return []topo.Act{topo.Write{Node: own, Path: "/folder/resolv.conf", Content: content, Rename: rename}}
	}

	return Lab{
		Name:     "own-resolv-conf",
		Story:    "A file of the host is mounted over /etc/resolv.conf. It is written in place, then replaced by a new file of the same name.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.HostFiles},
		Topology: topo.Topology{first, second, own, kept},
		Steps: []Step{{Ask: map[string]topo.Question{
			"kept's file":      topo.File{Of: kept, Path: "/etc/resolv.conf"},
			"out":              topo.Wire{From: own, Name: "out.lab.test."},
			"neighbour":        topo.Wire{From: own, Name: "{kept}"},
			"neighbour inside": topo.Wire{From: own, Name: "{kept}", Server: "127.0.0.11"},
			"out inside":       topo.Wire{From: own, Name: "inside.lab.test.", Server: "127.0.0.11"},
		}}, {
			Do:  write("nameserver {second.addr}\n", false),
			Ask: map[string]topo.Question{"written file": file, "written": topo.Wire{From: own, Name: "written.lab.test."}},
		}, {
			Do:  write("nameserver {first.addr}\n", true),
			Ask: map[string]topo.Question{"old file": file, "new file": inFolder, "renamed": topo.Wire{From: own, Name: "renamed.lab.test."}},
		}, { // read before the restart, after which Podman gives own another address
			Ask: map[string]topo.Question{"first's log": topo.Saw{Upstream: first}, "second's log": topo.Saw{Upstream: second}},
		}, {
			Do:  []topo.Act{topo.Restart{Node: own}},
			Ask: map[string]topo.Question{"restarted file": file, "restarted": topo.Wire{From: own, Name: "restarted.lab.test."}},
		}, {
			Ask: map[string]topo.Question{"first's log later": topo.Saw{Upstream: first}},
		}},
		Claims: []Claim{{
			ID:   "as-it-is",
			Says: "the container sees the file as it is: its comment, its order, and a loopback server that is not there",
			Cases: both(is.All{
				is.Lines("kept's file", "search own.lab.test", "nameserver 127.0.0.53", "nameserver {first}", "options ndots:3"),
				is.Comments("kept's file", "# of the user"),
			}, "moby container/container_unix.go TrySetNetworkMount: the user's path is mounted instead of the generated one, 20.10 to 29",
				"podman libpod/container_internal_common.go makeBindMounts: where the user mounts the path, none is generated; run on "+run),
		}, {
			ID:   "straight-to-the-server",
			Says: "questions go straight to the server of the file, from the container's address, and not to that of --dns",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AskedFrom("first's log", "out.lab.test.", own), is.NotAskedBut("second's log", "out.lab.test.", "inside.lab.test.")},
				Because: "moby container/container_unix.go TrySetNetworkMount: nothing names 127.0.0.11, 20.10 to 29",
				Sources: partly("S2-11"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AskedFrom("first's log", "out.lab.test.", own), is.NotAskedBut("second's log", "out.lab.test.", "written.lab.test.")},
				Because: "podman libpod/container_internal_common.go makeBindMounts: nothing names the gateway; run on " + run,
				Sources: partly("S2-11"),
			}},
		}, {
			ID:   "neighbours-are-lost",
			Says: "the name of a neighbour is not found any more: the server of the file is asked for it",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.NXDomain("neighbour"), is.Asked("first's log", "kept."), is.AddressOf(kept, "neighbour inside")},
				Because: "moby libnetwork/resolver.go: only what is sent to 127.0.0.11 is looked up among containers, 20.10 to 29",
				Sources: partly("S2-11"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.NXDomain("neighbour"), is.AskedFrom("first's log", "kept.", own)},
				Because: "podman libpod/container_internal_common.go makeBindMounts: only who asks the gateway asks Podman's server; run on " + run,
				Sources: partly("S2-11"),
			}},
		}, {
			ID:   "resolver-goes-on",
			Says: "the embedded resolver is there nevertheless, with the servers that it would have had without the file",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(kept, "neighbour inside"), is.AnsweredBy("out inside", 2), is.NotAskedBut("first's log", "inside.lab.test.", "out.lab.test.")},
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS, rebuildDNS: they read the host's file and write the engine's own, mounted or not, 20.10 to 29",
			}},
		}, {
			ID:   "written-in-place",
			Says: "what is written into the host's file is in the container at once",
			Cases: both(is.All{is.Lines("written file", "nameserver {second}"), is.AnsweredBy("written", 2), is.AskedFrom("second's log", "written.lab.test.", own)},
				"a bind mount shows the file itself", "a bind mount shows the file itself; run on "+run),
		}, {
			ID:   "replaced",
			Says: "a new file that takes the name of the old one on the host is not seen: the container keeps the old one",
			Cases: both(is.All{
				is.Lines("old file", "nameserver {second}"), is.Lines("new file", "nameserver {first}"),
				is.AnsweredBy("renamed", 2), is.AskedFrom("second's log", "renamed.lab.test.", own),
			}, "a bind mount shows the file that had the name when the container started, whatever has it now",
				"a bind mount shows the file that had the name when the container started, whatever has it now; run on "+run),
		}, {
			ID:   "restarted",
			Says: "a container that is started again sees the file that has the name then",
			Cases: both(is.All{is.Lines("restarted file", "nameserver {first}"), is.AnsweredBy("restarted", 1), is.AskedFrom("first's log later", "restarted.lab.test.", own)},
				"moby daemon/volumes_unix.go setupMounts: the path is mounted anew at each start, 20.10 to 29",
				"podman libpod/container_internal_common.go generateSpec: the path is mounted anew at each start; run on "+run),
		}},
	}
}
