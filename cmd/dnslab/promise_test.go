package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/schema"
)

// promises says which promises about run files data breaks: those that the
// schema holds, and those about the file as a whole.
func promises(data []byte) (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	if err := schema.Validate(schema.Run, data); err != nil {
		say("%v", err)
	}
	run, err := results.Decode(bytes.NewReader(data)) // (runtime, lab, claim, round) is unique, or this fails
	if err != nil {
		say("%v", err)
		return broken
	}
	switch n := len(run.Results); {
	case run.Ended == results.Complete && n != run.Planned:
		say("complete with %d results, planned are %d", n, run.Planned)
	case n > run.Planned:
		say("%d results, planned are only %d", n, run.Planned)
	}
	if run.Finished.Before(run.Started) {
		say("finished at %v, before it started at %v", run.Finished, run.Started)
	}
	for _, r := range run.Results {
		where := fmt.Sprintf("%s round %d (%s): ", r.Path(), r.Round, r.Status)
		if judged := r.Status == results.Pass || r.Status == results.Fail; judged && (len(r.Observed) == 0 || r.Seen == "" || r.Expected == "") {
			say("%snothing observed, seen or expected", where)
		}
		for what, text := range map[string]string{"expected": r.Expected, "seen": r.Seen} {
			if s := particular(text); s != "" {
				say("%s%s has %q in it: %s", where, what, s, text)
			}
		}
		if len(r.Earlier) != r.Attempts-1 {
			say("%s%d attempts, %d of them earlier", where, r.Attempts, len(r.Earlier))
		}
		for name, o := range r.Observed {
			for _, o := range append([]results.Observation{o}, o.More...) {
				if o.Asked == "" || o.Place.At == "" {
					say("%sobservation %q does not say what was asked, or where", where, name)
				}
			}
		}
	}
	return broken
}

var (
	times = regexp.MustCompile(`\b\d+(\.\d+)? ?(ns|µs|ms)\b|\b\d\d:\d\d:\d\d\b`)
	quads = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`)
	sixes = regexp.MustCompile(`[0-9a-fA-F]*(:[0-9a-fA-F]*){2,7}`)
	names = regexp.MustCompile(`(?i)[0-9a-f.]+\.(in-addr|ip6)\.arpa`) // no addresses, but like some

	// What is the same in every run: loopback, the unspecified address, the
	// beginnings that every /etc/hosts has, and what is set aside for
	// documentation (RFC 5737, RFC 3849).
	lasting = []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("0.0.0.0/32"),
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("::/127"), netip.MustParsePrefix("fe00::/128"), netip.MustParsePrefix("ff00::/8"), netip.MustParsePrefix("2001:db8::/32"),
	}
)

// particular returns what in text belongs to one run: an address or a time.
func particular(text string) string {
	text = names.ReplaceAllString(text, "")
	if s := times.FindString(text); s != "" {
		return s
	}
	for _, s := range append(quads.FindAllString(text, -1), sixes.FindAllString(text, -1)...) {
		addr, err := netip.ParseAddr(s)
		if err != nil {
			continue
		}
		known := false
		for _, p := range lasting {
			known = known || p.Contains(addr)
		}
		if !known {
			return s
		}
	}
	return ""
}
