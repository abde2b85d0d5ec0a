package bench

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
)

// byHandLabs are what by-hand.sh checks some claims of.
var byHandLabs = []string{"names", "resolv-conf", "etc-hosts", "other-types", "shared-alias"}

// slow is what no answer takes that is not waited for on purpose, by a lab
// that shows what a time-out does.
const slow = 1500 * time.Millisecond

// TestCompare writes its table to the file in DNSLAB_BENCH_OUT; build/bench.sh
// sets what it reads. DNSLAB_BENCH_ROUNDS says how often each is measured.
func TestCompare(t *testing.T) {
	out, run := os.Getenv("DNSLAB_BENCH_OUT"), os.Getenv("DNSLAB_BENCH_ID")
	if out == "" || run == "" {
		t.Skip("this is for make bench")
	}
	rounds, err := strconv.Atoi(os.Getenv("DNSLAB_BENCH_ROUNDS"))
	if err != nil {
		rounds = 5
	}
	b := newBench(t, run)

	all := b.dnslab(runner.Filter{}, 0)
	chosen, left := choose(all)
	t.Logf("measuring %d rounds of %q", rounds, names(chosen))
	dig := b.digImage()
	checks := b.byHand(dig)
	five := runner.Filter{Labs: byHandLabs, Run: "//^(" + strings.Join(claimsOf(checks), "|") + ")$"}
	judged := len(b.dnslab(five, 0).Results)

	floor := &measure{what: "the floor: the same engine calls, nothing asked or checked", do: func() { b.floor(chosen) }}
	ours := &measure{what: "dnslab, the same labs", do: func() { b.dnslab(runner.Filter{Labs: names(chosen)}, 0) }}
	some := &measure{what: fmt.Sprintf("dnslab, %d claims of five labs", judged), do: func() { b.dnslab(five, 0) }}
	one := &measure{what: "the same, one lab at a time", do: func() { b.dnslab(five, 1) }}
	hand := &measure{what: fmt.Sprintf("docker and dig in a script, %d checks of these labs", len(checks)), do: func() { b.byHand(dig) }}
	interleave(t, rounds, floor, ours, some, one, hand)
	if t.Failed() {
		t.FailNow()
	}

	var text strings.Builder
	made, nets, claims := size(chosen)
	fmt.Fprintf(&text, "%s, %s: %d rounds in turns, median and range.\n\n", time.Now().UTC().Format(time.DateOnly), b.where(all), rounds)
	fmt.Fprintf(&text, "| what | time | for each claim | compared |\n|---|---|---|---|\n")
	row := func(m *measure, claims int, compared string) {
		each := "–"
		if claims > 0 {
			each = (m.median() / time.Duration(claims)).Round(time.Millisecond).String()
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", m.what, m, each, compared)
	}
	row(floor, 0, "1")
	row(ours, claims, fmt.Sprintf("%.2f × the floor", ratio(ours, floor)))
	row(some, judged, "1")
	row(one, judged, fmt.Sprintf("%.1f ×", ratio(one, some)))
	row(hand, len(checks), fmt.Sprintf("%.1f × for each claim", ratio(hand, some)*float64(judged)/float64(len(checks))))
	fmt.Fprintf(&text, "\nThe floor and dnslab make %d containers and %d networks for %d labs with %d claims, %d labs at once. Left out, since they wait for a time-out on purpose, or mount files or use IPv6, which the floor has no calls for: %s.\n",
		made, nets, len(chosen), claims, runner.DefaultParallel(), strings.Join(left, ", "))
	fmt.Fprintf(&text, "All %d labs, %d claims, once, with the images there: %.0f s.\n", len(b.labs), len(all.Results), all.Finished.Sub(all.Started).Seconds())
	if err := os.WriteFile(out, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// choose splits labs into those that the floor can stand beside, and others.
func choose(run results.Run) (chosen []labs.Lab, left []string) {
	waits := map[string]bool{}
	for _, r := range run.Results {
		for _, o := range r.Observed {
			if o.Outcome == results.TimedOutAsk || o.DurationMS > float64(slow.Milliseconds()) {
				waits[r.Lab] = true
			}
		}
	}
	for _, l := range labs.All() {
		switch {
		case l.Manual:
		case can(l) && !waits[l.Name]:
			chosen = append(chosen, l)
		default:
			left = append(left, l.Name)
		}
	}
	return chosen, left
}

// A measure is something that is done again and again.
type measure struct {
	what string
	do   func()
	took []time.Duration
}

func (m *measure) median() time.Duration {
	sorted := slices.Sorted(slices.Values(m.took))
	return (sorted[len(sorted)/2] + sorted[(len(sorted)-1)/2]) / 2
}

func (m *measure) String() string {
	return fmt.Sprintf("%.1f s (%.1f to %.1f)", m.median().Seconds(), slices.Min(m.took).Seconds(), slices.Max(m.took).Seconds())
}

// ratio is the median of what a took by b, round by round: what disturbs the
// machine for minutes disturbs both.
func ratio(a, b *measure) float64 {
	var all []float64
	for i := range a.took {
		all = append(all, a.took[i].Seconds()/b.took[i].Seconds())
	}
	slices.Sort(all)
	return (all[len(all)/2] + all[(len(all)-1)/2]) / 2
}

// interleave does each once a round, and begins each round with another.
func interleave(t *testing.T, rounds int, all ...*measure) {
	for round := range rounds {
		for i := range all {
			m := all[(i+round)%len(all)]
			began := time.Now()
			m.do()
			m.took = append(m.took, time.Since(began))
			t.Logf("round %d: %.1f s: %s", round+1, m.took[len(m.took)-1].Seconds(), m.what)
		}
	}
}

// A bench is an engine and what is done on it.
type bench struct {
	t    *testing.T
	run  string // the value of the label dnslab.run
	labs []string
}

func newBench(t *testing.T, run string) *bench {
	b := &bench{t: t, run: run}
	for _, l := range labs.All() {
		if !l.Manual {
			b.labs = append(b.labs, l.Name)
		}
	}
	return b
}

func (b *bench) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// dnslab opens the engine, runs labs and lets go, as the command does.
func (b *bench) dnslab(f runner.Filter, parallel int) results.Run {
	ctx := b.t.Context()
	plan, err := runner.Choose(labs.All(), f)
	b.check(err)
	rt, err := docker.Connect(ctx, "docker", driver.Options{Run: b.run})
	b.check(err)
	defer rt.Close(ctx)
	run := runner.Run(ctx, plan, []runner.Target{{Name: "docker", Engine: "docker", Runtime: rt}}, runner.Options{ID: b.run, Parallel: parallel})
	for _, r := range run.Results {
		if r.Status == results.Fail || r.Status == results.Error {
			b.t.Errorf("%s/%s: %s: %s", r.Lab, r.Claim, r.Status, r.Reason)
		}
	}
	for _, p := range run.Problems {
		b.t.Errorf("%s: %s: %s", p.Lab, p.Stage, p.Reason)
	}
	return run
}

func (b *bench) floor(all []labs.Lab) {
	ctx := b.t.Context()
	api, err := client.New(client.FromEnv)
	b.check(err)
	defer api.Close()
	_, err = api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	b.check(err)
	version, err := api.ServerVersion(ctx, client.ServerVersionOptions{})
	b.check(err)
	f := &floor{api: api, run: b.run, images: b.images(), careful: old.MatchString(version.Version)}
	b.check(f.all(ctx, runner.DefaultParallel(), all))
}

var old = regexp.MustCompile(`^(19|20)\.`)

func (b *bench) images() map[string]string {
	all := map[string]string{}
	b.keeper(func(ctx context.Context, e images.Engine) {
		for _, name := range images.Names() {
			ref, err := images.Ref(ctx, e, name)
			b.check(err)
			all[name] = ref
		}
	})
	return all
}

func (b *bench) keeper(f func(context.Context, images.Engine)) {
	rt, err := docker.Connect(b.t.Context(), "docker", driver.Options{Run: b.run})
	b.check(err)
	defer rt.Close(b.t.Context())
	f(b.t.Context(), rt.Images())
}

// digImage makes the image that by-hand.sh runs, on dnslab's own base.
func (b *bench) digImage() (ref string) {
	b.keeper(func(ctx context.Context, e images.Engine) {
		base, err := images.Base(ctx, e, "bookworm", func(s string) { b.t.Log(s) })
		b.check(err)
		dockerfile := "FROM " + base + "\n" +
			"RUN apt-get update && apt-get install -y --no-install-recommends bind9-dnsutils dnsmasq-base && rm -rf /var/lib/apt/lists/*\n"
		hash := fmt.Sprintf("%x", sha256.Sum256([]byte(dockerfile)))[:12]
		ref = "dnslab/bench-dig:" + hash
		has, err := e.Has(ctx, ref)
		b.check(err)
		if has {
			return
		}
		b.t.Logf("building %s", ref)
		dockerfile = strings.Replace(dockerfile, "\n", "\nLABEL "+images.Label+"="+hash+"\n", 1)
		var files bytes.Buffer
		w := tar.NewWriter(&files)
		b.check(w.WriteHeader(&tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(dockerfile))}))
		_, err = w.Write([]byte(dockerfile))
		b.check(err)
		b.check(w.Close())
		args := map[string]string{}
		for _, v := range []string{"http_proxy", "https_proxy", "no_proxy"} {
			if value, ok := os.LookupEnv(v); ok {
				args[v] = value
			}
		}
		b.check(e.Build(ctx, ref, hash, &files, args))
	})
	return ref
}

// byHand runs the script and returns what it checked, as "names/alias".
func (b *bench) byHand(image string) (checked []string) {
	cmd := exec.CommandContext(b.t.Context(), "bash", "by-hand.sh", b.run, image)
	said, err := cmd.CombinedOutput()
	for _, line := range strings.Split(string(said), "\n") {
		if what, ok := strings.CutPrefix(line, "ok "); ok {
			checked = append(checked, what)
		}
	}
	if err != nil {
		b.t.Fatalf("by-hand.sh: %v; it said:\n%s", err, said)
	}
	return checked
}

func (b *bench) where(run results.Run) string {
	rt := run.Runtimes[0]
	return fmt.Sprintf("Docker %s (%s), Linux %s, %d processors", rt.Version, rt.Facts["storage"], rt.Facts["kernel"], run.Machine.CPUs)
}

func claimsOf(checks []string) []string {
	var all []string
	for _, c := range checks {
		_, claim, _ := strings.Cut(c, "/")
		all = append(all, claim)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func names(all []labs.Lab) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.Name)
	}
	return names
}

func size(all []labs.Lab) (containers, networks, claims int) {
	for _, l := range all {
		outside := map[string]bool{}
		for _, s := range l.Steps {
			for _, q := range s.Ask {
				if p := q.Place(); p.At == "netns" {
					outside[p.Name] = true
				}
			}
		}
		containers += len(l.Topology) + len(outside)
		networks += len(l.Topology.Networks())
		claims += len(l.Claims)
	}
	return containers, networks, claims
}
