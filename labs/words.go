package labs

import (
	"maps"
	"strconv"

	"github.com/dnslab/dnslab/results"
)

// docker is the facts of a case about Docker versions, as in docker(">=24.0").
func docker(versions string) Facts { return Facts{"docker": versions} }

// podman is the facts of a case about Podman versions, whatever does its DNS.
func podman(versions string) Facts { return Facts{"podman": versions} }

// aardvark is the facts of a case about versions of aardvark-dns, which does
// the DNS of Podman's networks since 4.0.
func aardvark(versions string) Facts { return Facts{"aardvark-dns": versions} }

// dnsname is the facts of a case about Podman with CNI, where a dnsmasq for
// each network does the DNS: the default before 4.0, possible up to 4.9.
func dnsname() Facts { return Facts{"network-backend": "cni"} }

// and joins facts: all of them must hold.
func and(all ...Facts) Facts {
	joined := Facts{}
	for _, f := range all {
		maps.Copy(joined, f)
	}
	return joined
}

// each is a case for each of several facts.
func each(c Case, facts ...Facts) []Case {
	var all []Case
	for _, f := range facts {
		c.When = f
		all = append(all, c)
	}
	return all
}

// readsHost are the facts of each Docker that hears of a new resolv.conf of its
// host: one with root, a rootless one that is detached, or one whose forwarder
// reads the file anew.
func readsHost(versions string) []Facts {
	return []Facts{
		and(docker(versions), rootless(false)),
		and(docker(versions), Facts{"netns": "detached"}),
		and(docker(versions), Facts{"netns": "attached", "rootless-network": "slirp4netns"}),
	}
}

// throughPasta is the facts of a rootless Docker whose forwarder is pasta, which
// read the host's resolv.conf when the engine started and never again.
func throughPasta() Facts {
	return Facts{"docker": "", "netns": "attached", "rootless-network": "pasta"}
}

const becausePasta = "passt conf.c get_dns: pasta reads the host's resolv.conf when it starts, which it does with the engine, and stays with that server; run on docker 26.1.5 with passt 2025-05"

// rootless is the facts of a case about an engine without the host's root, or
// with it.
func rootless(is bool) Facts { return Facts{"rootless": strconv.FormatBool(is)} }

// holds says that a pass means the sources are right.
func holds(ids ...string) []results.Source { return sources(results.Holds, ids) }

// refutes says that a pass shows the sources to be wrong.
func refutes(ids ...string) []results.Source { return sources(results.Refuted, ids) }

// partly says that a pass shows the sources to be right in part.
func partly(ids ...string) []results.Source { return sources(results.Partly, ids) }

func sources(v results.Verdict, ids []string) []results.Source {
	var all []results.Source
	for _, id := range ids {
		all = append(all, results.Source{ID: id, Verdict: v})
	}
	return all
}
