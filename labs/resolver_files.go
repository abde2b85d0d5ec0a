package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ResolverFiles reads the files by which Podman tells its DNS server who is on
// a network, while containers come and go.
func ResolverFiles() Lab {
	lan, vault, brief := topo.Network{Name: "lan"}, topo.Network{Name: "vault", Internal: true}, topo.Network{Name: "brief"}
	web := topo.Node{Name: "web", On: topo.On(lan, "www")}
	late := topo.Node{Name: "late", On: topo.On(lan), Later: true}
	inner := topo.Node{Name: "inner", On: topo.On(vault)}
	passer := topo.Node{Name: "passer", On: topo.On(brief)}
	there := func(folder, file string) topo.Question { return script(folder + ` && ls "$d/` + file + `"`) }
	hosts := func(network string) topo.Question {
		return script(dnsnameFolder + ` && cat "$d/` + network + `/addnhosts"`)
	}
	server := func(network string) topo.Question {
		return script(dnsnameFolder + ` && cat /proc/$(cat "$d/` + network + `/pidfile")/comm`)
	}
	const run = " (run on podman 5.4.2)"
	const dnsmasq = "dnsname plugins/meta/dnsname/config.go dnsNameConfPath, files.go (run on podman 4.3.1 with CNI)"
	const netavark = "netavark src/dns/aardvark.rs"
	comesAndGoes := is.All{is.LacksText("hosts", "{late}"), is.PrintedText("hosts with late", "\tlate"), is.LacksText("hosts without late", "late"), is.PrintedText("hosts without late", "\tweb")}
	comesAndGoes = comesAndGoes[:len(comesAndGoes):len(comesAndGoes)]

	return Lab{
		Name:     "resolver-files",
		Story:    "Podman tells its DNS server of containers by files: where they are, what is in them, and when they change.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{web, late, inner, passer},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":           ofAardvark("{lan}"),
			"internal":       ofAardvark("{vault}%int"),
			"internal plain": there(aardvarkFolder, "{vault}"),
			"server":         script(aardvarkFolder + ` && cat /proc/$(cat "$d/aardvark.pid")/comm`),
			"passing":        there(aardvarkFolder, "{brief}"),

			"hosts":       hosts("{lan}"),
			"settings":    script(dnsnameFolder + ` && cat "$d/{lan}/dnsmasq.conf"`),
			"dnsmasq":     server("{lan}"),
			"brief files": there(dnsnameFolder, "{brief}"),
			"brief's":     server("{brief}"),
			"brief hosts": hosts("{brief}"),
		}}, {
			Do: []topo.Act{topo.Start{Node: late}, topo.Stop{Node: passer}},
			Ask: map[string]topo.Question{
				"file with late":  ofAardvark("{lan}"),
				"hosts with late": hosts("{lan}"),
				"passed":          there(aardvarkFolder, "{brief}"),
				"brief files yet": there(dnsnameFolder, "{brief}"),
				"brief's yet":     server("{brief}"),
				"brief hosts yet": hosts("{brief}"),
			},
		}, {
			Do: []topo.Act{topo.Stop{Node: late}},
			Ask: map[string]topo.Question{
				"file without late":  ofAardvark("{lan}"),
				"hosts without late": hosts("{lan}"),
			},
		}},
		Claims: []Claim{{
			ID:   "line",
			Says: "the file of a network has a line for each container, with its address and all its names",
			Cases: []Case{{
				When:    podman("<4"),
				Expect:  is.PrintedText("hosts", "{web}\tweb\twww\n"),
				Because: dnsmasq,
				Sources: holds("S2-14"),
			}, {
				When:    and(podman(">=4"), dnsname()),
				Expect:  is.PrintedText("hosts", "{web}\tweb\twww\t{web.id}\n"),
				Because: dnsmasq,
				Sources: holds("S2-14"),
			}, {
				When:    aardvark(""),
				Expect:  is.All{is.NetworkLine("file"), is.ContainerLine("file", "web"), is.PrintedText("file", " web,www,{web.id}\n")},
				Because: netavark + " commit_entry" + run,
			}},
		}, {
			ID:   "comes-and-goes",
			Says: "that line is there as soon as the container runs, and gone as soon as it does not; with the last one goes the file",
			Cases: []Case{{
				When:    podman("<4"),
				Expect:  append(comesAndGoes, is.PrintedText("brief hosts", "\tpasser"), is.Printed("brief hosts yet", ""), is.Printed("brief's", "dnsmasq"), is.Exited("brief's yet", 1)),
				Because: "dnsname 1.1.1 plugins/meta/dnsname/main.go cmdDel ends dnsmasq with the last one and leaves the files, empty as to hosts (run on podman 3.0.1 with dnsname 1.1.1)",
			}, {
				When:    and(podman(">=4"), dnsname()),
				Expect:  append(comesAndGoes, is.Exited("brief files", 0), is.Exited("brief files yet", 2)),
				Because: "dnsname plugins/meta/dnsname/files.go appendToFile, removeFromFile, service.go stop",
			}, {
				When: aardvark(""),
				Expect: is.All{is.NoContainerLine("file", "late"), is.ContainerLine("file with late", "late"), is.NoContainerLine("file without late", "late"), is.ContainerLine("file without late", "web"),
					is.Exited("passing", 0), is.Exited("passed", 2)},
				Because: netavark + " delete_entry" + run,
			}},
		}, {
			ID:   "server",
			Says: "a file has the server's process: one for all networks, or one for each",
			Cases: []Case{{
				When:    dnsname(),
				Expect:  is.All{is.Printed("dnsmasq", "dnsmasq"), is.HasLine("settings", "domain=dns.podman"), is.HasLine("settings", "local=/dns.podman/"), is.PrintedText("settings", "/containers/cni/dnsname/lan/addnhosts\n")},
				Because: dnsmasq,
				Sources: holds("S2-13", "S2-14"),
			}, {
				When:    aardvark(""),
				Expect:  is.Printed("server", "aardvark-dns"),
				Because: "aardvark-dns src/server/serve.rs create_pid" + run,
			}},
		}, {
			ID:   "internal",
			Says: "the name of the file says that a network is internal",
			Cases: []Case{{
				When:    dnsname(),
				Expect:  is.All{is.Exited("internal", 1), is.Exited("dnsmasq", 0)},
				Because: "dnsname knows no such file",
			}, {
				When:    aardvark("<1.11"),
				Expect:  is.All{is.Exited("internal", 1), is.Exited("internal plain", 0)},
				Because: netavark + " up to 1.10: it does not",
			}, {
				When:    aardvark(">=1.11"),
				Expect:  is.All{is.NetworkLine("internal"), is.ContainerLine("internal", "inner"), is.Exited("internal plain", 2)},
				Because: netavark + " INTERNAL_SUFFIX since 1.11" + run,
			}},
		}},
	}
}

// dnsnameFolder sets d to the folder with a folder for each network of CNI
// (dnsname plugins/meta/dnsname/config.go dnsNameConfPath).
const dnsnameFolder = `if [ "$(id -u)" = 0 ]; then d=/run; else d=$XDG_RUNTIME_DIR; fi && d=$d/containers/cni/dnsname`
