//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
)

// moments returns n random moments of a run, as the number of a request that
// it makes. DNSLAB_SEED repeats those of an earlier test.
func moments(t *testing.T, n, requests int) (some []int) {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("DNSLAB_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with DNSLAB_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range n {
		some = append(some, 1+r.IntN(requests))
	}
	return some
}

// when sets up a proxy that does something when the n-th request comes.
func when(n int, do func()) func(*proxy) {
	return func(p *proxy) {
		p.before = func(came int) {
			if came == n {
				do()
			}
		}
	}
}

// A run that is interrupted, at whatever moment, cleans up, writes its file
// and says so with its status.
func TestInterrupt(t *testing.T) {
	needEngine(t)
	t.Parallel()
	args := append([]string{"run"}, some()...)
	n := 5
	if soaking() {
		n = 40
	}
	for i, at := range moments(t, n, requests(t, args)) {
		signal := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2]
		t.Run(fmt.Sprintf("%s at request %d", signal, at), func(t *testing.T) {
			var d *process
			ready := make(chan struct{})
			p := newProxy(t, when(at, func() {
				<-ready
				d.signal(signal)
			}))
			d = start(t, p.host, args...)
			close(ready)
			got, run := d.wait(), d.run()
			if run.Ended == results.Complete && len(run.Results) == run.Planned {
				t.Skipf("it was over before that: %d requests", p.seen.Load())
			}
			if want := 128 + int(signal); got != want || run.Ended != results.Interrupted {
				t.Errorf("ended %q with status %d, want %d\n%s", run.Ended, got, want, d.stderr.String())
			}
			if len(run.Problems) > 0 {
				t.Errorf("problems: %v", run.Problems)
			}
			for _, r := range run.Results {
				if r.Status == results.Error || r.Status == results.Fail {
					t.Errorf("%s is %s: %s", r.Path(), r.Status, r.Reason)
				}
			}
			nothingOf(t, run.ID)
		})
	}
}

// A run that is killed, at whatever moment, cannot clean up. Clean can.
func TestKill(t *testing.T) {
	needEngine(t)
	t.Parallel()
	kill(t, append([]string{"run"}, some()...))
}

// The same with an engine in a lab host, and all that is in there.
func TestKillHost(t *testing.T) {
	const name = "docker-26.1"
	needHost(t, name)
	t.Parallel()
	kill(t, []string{"run", "-r", name, "names"})
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "dnslab-host-*", "*.sock")); err != nil || len(left) > 0 {
		for _, socket := range left {
			if conn, err := net.Dial("unix", socket); err != nil {
				t.Errorf("the socket %s leads nowhere: %v", socket, err)
			} else { // of a run that goes on
				conn.Close()
			}
		}
	}
}

// needHost skips a test where a lab host is not built and need not be.
func needHost(t *testing.T, name string) {
	t.Helper()
	needEngine(t)
	if slices.Contains(strings.Split(os.Getenv("DNSLAB_REQUIRE"), ","), name) {
		return
	}
	o := all.Open(t.Context(), driver.Options{Run: runner.NewID()})
	defer o.Close(context.Background())
	chosen, err := all.Choose(all.Candidates(), []string{name})
	if err != nil {
		t.Fatal(err)
	}
	if !o.Later(chosen[0]).Ready(t.Context()) {
		t.Skipf("the lab host %s is not built (dnslab run -r %s builds it)", name, name)
	}
}

// kill kills runs at random moments, and wants clean to leave nothing.
func kill(t *testing.T, args []string) {
	n := 5
	if soaking() {
		n = 20
	}
	for _, at := range moments(t, n, requests(t, args)) {
		t.Run(fmt.Sprintf("at request %d", at), func(t *testing.T) {
			var d *process
			ready := make(chan struct{})
			p := newProxy(t, when(at, func() {
				<-ready
				d.signal(syscall.SIGKILL)
			}))
			d = start(t, p.host, args...)
			close(ready)
			if got := d.wait(); got != 128+int(syscall.SIGKILL) {
				t.Skipf("it was over before that, with status %d", got)
			}
			p.settle(t) // the engine finishes what it was asked for
			for _, id := range runsOf(t, d.pid()) {
				t.Log(cleaned(t, id))
				nothingOf(t, id)
			}
			if ids := runsOf(t, d.pid()); len(ids) > 0 {
				t.Errorf("left of runs %v", ids)
			}
		})
	}
}

// Whoever interrupts twice does not want to wait; clean does the rest later.
func TestInterruptTwice(t *testing.T) {
	needEngine(t)
	t.Parallel()
	var hold, release func()
	p := newProxy(t, func(p *proxy) { hold, release = p.hold() })
	d := start(t, p.host, "run", "-p", "1", "names", "--repeat", "100")
	id := lab(t, d)
	hold() // cleaning up takes for ever
	d.signal(syscall.SIGINT)
	until(t, "a word about it", func() bool { return strings.Contains(d.stderr.String(), "cleaning up") })
	d.signal(syscall.SIGINT)
	d.exits(130)
	release()
	p.settle(t)
	cleaned(t, id)
	nothingOf(t, id)
}

// Whoever hangs up, as a terminal does that is closed, interrupts too.
func TestHangUp(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	d := start(t, host, "run", "-p", "1", "names", "--repeat", "100")
	lab(t, d)
	d.signal(syscall.SIGHUP)
	d.exits(128 + int(syscall.SIGHUP))
	run := d.run()
	if run.Ended != results.Interrupted {
		t.Errorf("ended %q", run.Ended)
	}
	nothingOf(t, run.ID)
}
