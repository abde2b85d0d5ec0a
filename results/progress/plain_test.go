package progress_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/progress"
)

// In a pipe, every lab leaves one line, and nothing is ever taken back.
func TestPlain(t *testing.T) {
	var out bytes.Buffer
	p := progress.Plain(&out)
	for _, e := range story() {
		p.Report(e)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.Report(progress.Say{Text: "too late"})
	p.Close()
	writertest.Golden(t, "plain.txt", out.Bytes())
}

// A file or a buffer is no terminal.
func TestForPipe(t *testing.T) {
	var out bytes.Buffer
	p := progress.For(&out, func(string) string { return "" })
	p.Report(progress.Say{Text: "building dnslab/host-docker-26.1"})
	p.Close()
	if got := out.String(); got != "building dnslab/host-docker-26.1\n" {
		t.Errorf("got %q", got)
	}
}

func story() []progress.Event {
	const ms = time.Millisecond
	return []progress.Event{
		progress.Planned{Results: 412},
		progress.Say{Text: "building dnslab/host-docker-26.1: 40 s, 400 MB"},
		progress.LabStarted{Runtime: "docker", Lab: "names"},
		progress.LabStarted{Runtime: "docker", Lab: "forwarding"},
		progress.LabDone{Runtime: "docker", Lab: "names", Tally: results.Tally{Pass: 12}, Duration: 1200 * ms},
		progress.LabDone{Runtime: "docker", Lab: "host-resolv-conf", Tally: results.Tally{Skip: 4}, Reason: "the host is not dnslab's to change"},
		progress.LabStarted{Runtime: "docker-26.1-rootless", Lab: "reverse", Round: 2},
		progress.LabDone{Runtime: "docker", Lab: "forwarding", Tally: results.Tally{Pass: 3, Fail: 1}, Duration: 3 * time.Second, Reason: "answer is SERVFAIL, \x1b[31mexpected\x1b[m NOERROR\nand more"},
		progress.LabDone{Runtime: "docker-26.1-rootless", Lab: "reverse", Round: 2, Tally: results.Tally{Pass: 2, Flaky: 1, Skip: 1}, Duration: 80 * ms},
		progress.LabStarted{Runtime: "podman-5.4", Lab: "names"},
		progress.LabDone{Runtime: "podman-5.4", Lab: "forwarding", Tally: results.Tally{Error: 4}, Duration: 65 * time.Second, Reason: "starting up: no space left on device"},
		progress.RuntimeDone{Run: results.Run{
			Ended: results.Complete, Started: time.Unix(0, 0), Finished: time.Unix(9, 0), Planned: 1,
			Runtimes: []results.Runtime{{Name: "docker", Version: "20.10.24", Status: results.Ran}},
			Results:  []results.Result{{Runtime: "docker", Lab: "names", Claim: "alias", Status: results.Pass, Attempts: 1}},
		}},
		progress.Page{Text: "a matrix\n  of two lines\n"},
	}
}
