// Package writertest has runs to write and holds what was written against
// golden files:
//
//	var out bytes.Buffer
//	err := junit.Write(&out, writertest.Run(t))
//	writertest.Golden(t, "run.xml", out.Bytes())
//
// "go test -update" rewrites the golden files of a package.
package writertest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Run is results/testdata/run.json: some of everything, interrupted.
func Run(t testing.TB) results.Run {
	t.Helper()
	run, err := results.Read(filepath.Join("..", "testdata", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Calm is a run of n labs on one runtime where everything holds, but for one
// skipped claim.
func Calm(n int) results.Run {
	run := Wide(1, n, 3)
	run.Runtimes[0] = results.Runtime{Name: "docker", Status: results.Ran, Engine: "docker", Version: "20.10.24"}
	for i := range run.Results {
		r := &run.Results[i]
		r.Runtime, r.Status, r.Reason = "docker", results.Pass, ""
	}
	last := &run.Results[len(run.Results)-1]
	last.Status, last.Reason, last.Needs = results.Skip, "the host is not dnslab's to change", []string{"host"}
	return run
}

// Wide is a run of so many runtimes, labs and claims of each, with a few
// failures, errors and skips strewn in.
func Wide(runtimes, labs, claims int) results.Run {
	start := time.Date(2026, 8, 30, 10, 0, 0, 0, time.UTC)
	run := results.Run{
		Schema: results.Schema, ID: "k3x9p2m7qa", Started: start, Finished: start.Add(7*time.Minute + 3*time.Second),
		Ended: results.Complete, Planned: runtimes * labs * claims,
	}
	stories := []string{"names", "aliases-on-two-networks", "forwarding", "second-server", "host-resolv-conf-of-the-default-bridge", "reverse"}
	for i := range runtimes {
		name, engine, version := fmt.Sprintf("docker-%d.%d", 20+i/3, i%3), "docker", fmt.Sprintf("%d.%d.4", 20+i/3, i%3)
		if i%5 == 4 {
			name += "-rootless"
		}
		if i >= runtimes*2/3 && runtimes > 2 {
			engine, version = "podman", fmt.Sprintf("%d.%d.1", 3+i/5, i%5)
			name = fmt.Sprintf("podman-%d.%d", 3+i/5, i%5)
		}
		run.Runtimes = append(run.Runtimes, results.Runtime{Name: name, Status: results.Ran, Engine: engine, Version: version})
		for l := range labs {
			for c := range claims {
				r := results.Result{
					Runtime: name, Lab: fmt.Sprintf("%s-%02d", stories[l%len(stories)], l), Claim: fmt.Sprintf("claim-%d", c),
					Says: "what is claimed is so", Round: 1, Status: results.Pass, Case: "docker >=20.10", Basis: results.Verified,
					Expected: "answer is NOERROR", Seen: "answer is NOERROR", Attempts: 1, DurationMS: 10,
					Observed: map[string]results.Observation{"answer": {Kind: results.KindDNS, Outcome: results.Answered, Asked: "client asks web A", DNS: &results.Message{Rcode: "NOERROR"}}},
				}
				switch {
				case l%17 == 3 && i%11 == 2 && c == 0:
					r.Status, r.Seen, r.Reason = results.Fail, "answer is SERVFAIL", "answer is SERVFAIL, expected NOERROR"
				case l%13 == 5 && i%3 == 1:
					r.Status, r.Reason, r.Needs = results.Skip, "the runtime has no host of its own", []string{"host"}
				case i == runtimes-2 && runtimes > 1 && l%9 == 4:
					r.Status, r.Reason = results.Error, "starting client: no space left on device"
				case l%19 == 7 && i%7 == 3 && c == 0:
					r.Attempts, r.Earlier = 2, []results.Attempt{{Status: results.Fail, Reason: "answer is a time-out"}}
				case engine == "podman" && l%10 == 9:
					continue // a claim that does not concern it
				}
				run.Results = append(run.Results, r)
			}
		}
	}
	run.Planned = len(run.Results)
	return run
}

// Golden holds got against testdata/name.
func Golden(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		var a, b []byte
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from line %d on (-update accepts that)\n got %q\nwant %q", path, i+1, a, b)
			return
		}
	}
}
