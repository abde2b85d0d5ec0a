package labs

import (
	"slices"

	is "github.com/dnslab/dnslab/assertions"
)

// ofHost is the number of the upstream that a lab host's resolv.conf names.
const ofHost = 250

// behind is the facts of a case about Podman versions on which the servers of
// --dns stand behind aardvark-dns, as behind Docker's resolver.
func behind(versions string) Facts { return and(podman(">=4.4.3"), aardvark(versions)) }

// lost is the case of Podman versions on which the servers of --dns stand in
// resolv.conf alone: names of neighbours are questions for the lab's upstream,
// which has never heard of them. Its answers are authoritative and do not offer
// recursion; a forwarded one does.
func lost(answers ...string) Case {
	var all is.All
	for _, a := range answers {
		all = append(all, is.NXDomain(a), is.Flags(a, "aa", "-ra"))
	}
	return Case{
		When:    podman("<4.4.3"),
		Expect:  all,
		Because: "podman libpod/container_internal_common.go generateResolvConf: up to 4.4.2 --dns takes the place of the network's own server (run on podman 4.3.1, netavark and CNI)",
	}
}

// Before 4.0 Podman takes what CNI's plugins say of DNS, and then little of the
// host's.
const (
	becauseNoSearch = "podman libpod/container_internal_linux.go generateResolvConf: of what CNI says it takes servers and no search list, up to 3.0; run on 3.0.1"
	becauseInstead  = "podman libpod/container_internal_linux.go generateResolvConf: the servers that CNI says, which is the gateway, take the place of the host's, up to 3.4; run on 3.0.1"
)

// only keeps of each claim the cases of one engine, and no claim without any.
func only(engine string, claims []Claim) []Claim {
	var all []Claim
	for _, c := range claims {
		c.Cases = slices.DeleteFunc(slices.Clone(c.Cases), func(cs Case) bool { return !slices.Contains(cs.When.engines(), engine) })
		if len(c.Cases) > 0 {
			all = append(all, c)
		}
	}
	return all
}

// forwardedOnce expects aardvark-dns to have asked a server that answered. Since
// 1.15 it asks one up to twice more that has said nothing for a third of a
// second, which on a loaded host happens to one that does answer (run on 1.17.1;
// hickory-proto, retries of a UDP request).
func forwardedOnce(log, qname, qtype string) is.Assertion { return is.AskedUpTo(log, qname, qtype, 3) }
