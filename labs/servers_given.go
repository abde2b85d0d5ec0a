package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

// forwards is the facts of a case about Podman whose aardvark-dns, of these
// versions, asks the servers that a container on a user-defined network was
// given with --dns.
func forwards(aardvarks string) Facts { return and(podman(">=4.4"), aardvark(aardvarks)) }

// servedDirectly makes the cases of Podman where the file of such a container
// names the servers of --dns and nothing of Podman's, so that nobody is between
// the two: before 4.4, and with dnsname, whose versions are all older.
func servedDirectly(expect is.Assertion, sources ...results.Source) []Case {
	const alone = "podman 4.3.1 libpod/container_internal_common.go generateResolvConf: servers of --dns replace all others, Podman's own too"
	return []Case{{
		When:    and(podman("<4.4"), aardvark("")),
		Expect:  expect,
		Because: alone + "; run on 4.3.1",
		Sources: sources,
	}, {
		When:    dnsname(),
		Expect:  expect,
		Because: alone + "; run on 3.0.1 and 4.3.1",
		Sources: sources,
	}}
}

// cases joins the cases of one claim.
func cases(all ...[]Case) []Case {
	var joined []Case
	for _, some := range all {
		joined = append(joined, some...)
	}
	return joined
}
