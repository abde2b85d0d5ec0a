package labs

import (
	"maps"
	"strconv"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// docker is the facts of a case about Docker versions, as in docker(">=24.0").
func docker(versions string) Facts { return Facts{"docker": versions} }

// podman is the facts of a case about Podman versions, whatever does its DNS.
func podman(versions string) Facts { return Facts{"podman": versions} }

// kubernetes is the facts of a case about Kubernetes versions.
func kubernetes(versions string) Facts { return Facts{"kubernetes": versions} }

// yours is the facts of a cluster that is the user's, which says itself where
// its DNS and its API server are, and in which domain its names are.
var yours = Facts{"kubernetes": "", "cluster-dns": "", "cluster-domain": "", "api-service": ""}

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

// onHost are the facts of each Docker that reads its host's own resolv.conf: one
// with root, or a rootless one that is detached from RootlessKit's network.
func onHost(versions string) []Facts {
	return []Facts{and(docker(versions), rootless(false)), detached(versions)}
}

// detached is the facts of a rootless Docker that lives in the host's network,
// with the networks it makes in RootlessKit's: the default from 29.0.
func detached(versions string) Facts { return and(docker(versions), Facts{"netns": "detached"}) }

// inRootlessKit is the facts of a Docker that lives in RootlessKit's network,
// and reads a resolv.conf which names the forwarder there.
func inRootlessKit(versions string) Facts { return and(docker(versions), Facts{"netns": "attached"}) }

// throughSlirp is the facts of an engine whose forwarder is slirp4netns, which
// reads the host's resolv.conf anew.
func throughSlirp(engine Facts) Facts { return and(engine, Facts{"rootless-network": "slirp4netns"}) }

// throughPasta is the facts of an engine whose forwarder is pasta, which reads
// the host's resolv.conf when it starts and never again.
func throughPasta(engine Facts) Facts { return and(engine, Facts{"rootless-network": "pasta"}) }

// readsHost are the facts of each Docker that hears of a new resolv.conf of its
// host, by itself or through its forwarder.
func readsHost(versions string) []Facts {
	return append(onHost(versions), throughSlirp(inRootlessKit(versions)))
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

// slowly is how an upstream answers one name: whoever reads the host's file does
// so once a second at most, so a question that takes longer comes before those
// that show whether it was read.
var slowly = []topo.Reply{{Name: "slow.lab.test.", Delay: 1500 * time.Millisecond}}
