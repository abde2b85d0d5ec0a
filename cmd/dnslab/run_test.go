//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// some returns labs that make everything a run can make: containers and
// networks, helpers that enter a namespace from outside, and volumes.
func some() []string {
	wants := []func(labs.Lab) bool{
		func(l labs.Lab) bool { return l.Name == "names" },
		labs.Lab.FromOutside,
		func(l labs.Lab) bool {
			return slices.ContainsFunc(l.Topology, func(n topo.Node) bool { return len(n.Mounts) > 0 })
		},
	}
	var names []string
	for _, want := range wants {
		for _, l := range labs.All() {
			if want(l) && !l.Manual {
				names = append(names, l.Name)
				break
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A run keeps all promises about its file and its output; with DNSLAB_SOAK=1
// one of all labs does.
func TestRun(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	dir := t.TempDir()
	md, junit := filepath.Join(dir, "run.md"), filepath.Join(dir, "run.xml")
	args := []string{"run", "-r", "docker", "--json", "-", "--junit", junit, "--markdown", md, "--repeat", "2"}
	if !soaking() {
		args = append(args, some()...)
	}
	p := start(t, host, args...)
	p.exits(0)
	run := kept(t, []byte(p.stdout.String())) // standard output holds nothing but the file
	if run.Ended != results.Complete || len(run.Problems) > 0 || !slices.Equal(run.Args, args) {
		t.Errorf("ended %q, problems %v, args %q", run.Ended, run.Problems, run.Args)
	}
	rounds := map[int]int{}
	for _, r := range run.Results {
		rounds[r.Round]++
		if r.Status != results.Pass && r.Status != results.Skip {
			t.Errorf("%s is %s: %s", r.Path(), r.Status, r.Reason)
		}
	}
	if len(rounds) != 2 || rounds[1] != rounds[2] || rounds[1] != run.Planned/2 {
		t.Errorf("results by round: %v, planned %d", rounds, run.Planned)
	}
	for _, says := range []string{fmt.Sprintf("%d results planned", run.Planned), "names (round 2)", "passed"} {
		if !strings.Contains(p.stderr.String(), says) {
			t.Errorf("standard error does not say %q: %s", says, p.stderr.String())
		}
	}
	if strings.Contains(p.stderr.String(), "\x1b") {
		t.Error("there are colours in what is no terminal")
	}
	var suites struct {
		Tests int `xml:"tests,attr"`
	}
	if b, err := os.ReadFile(junit); err != nil || xml.Unmarshal(b, &suites) != nil || suites.Tests != run.Planned {
		t.Errorf("JUnit: %v, %d tests, want %d", err, suites.Tests, run.Planned)
	}
	if b, err := os.ReadFile(md); err != nil || !strings.Contains(string(b), "names") {
		t.Errorf("Markdown: %v, %s", err, b)
	}
	rt := run.Runtimes[0]
	if rt.Name != "docker" || rt.Status != results.Ran || rt.Facts["docker"] != rt.Version || rt.Caps["user-networks"] == "" {
		t.Errorf("the runtime is %+v", rt)
	}
	nothingOf(t, run.ID)
}

// Who wants to hear nothing hears nothing, and gets his file.
func TestQuiet(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	p := start(t, host, "run", "-q", "names", "--run", "^docker$/^names$/^name$")
	p.exits(0)
	if p.stdout.String()+p.stderr.String() != "" {
		t.Errorf("stdout %q, stderr %q", p.stdout.String(), p.stderr.String())
	}
	run := p.run()
	if len(run.Results) != 1 || run.Results[0].Path() != "docker/names/name" {
		t.Errorf("%d results of %d planned", len(run.Results), run.Planned)
	}
	nothingOf(t, run.ID)
}

// What is planned is what was asked for, nothing else.
func TestSource(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	p := start(t, host, "run", "--source", "S0-1", "--run", "/names")
	p.exits(0)
	for _, r := range p.run().Results {
		if r.Lab != "names" {
			t.Errorf("%s was run", r.Path())
		}
	}
	if !strings.Contains(p.stdout.String(), "ok    docker  names") || p.stderr.String() != "" {
		t.Errorf("stdout %q, stderr %q", p.stdout.String(), p.stderr.String())
	}
}

// A run that takes too long ends as one, and leaves nothing.
func TestTimeout(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	p := start(t, host, "run", "names", "--repeat", "500", "--timeout", "4s")
	p.exits(3)
	run := p.run()
	if run.Ended != results.TimedOut || run.Planned < 500 || len(run.Results) >= run.Planned || len(run.Problems) > 0 {
		t.Errorf("ended %q with %d of %d results, problems %v", run.Ended, len(run.Results), run.Planned, run.Problems)
	}
	nothingOf(t, run.ID)
}

// A reader who goes away, as head does, ends nothing: all is taken down, and
// the file is written.
func TestReaderGone(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	file := filepath.Join(t.TempDir(), "run.json")
	cmd := command(t, host, "run", "names", "--json", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	out.Close()
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 3 {
		t.Errorf("ended with %v, want status 3: the summary was not written; the first line was %q", err, line)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	run := kept(t, data)
	if run.Ended != results.Complete {
		t.Errorf("ended %q", run.Ended)
	}
	nothingOf(t, run.ID)
}

// Two runs at once on one engine do not disturb each other.
func TestTwoRuns(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	args := append([]string{"run", "-r", "docker"}, some()...)
	one, two := start(t, host, args...), start(t, host, args...)
	one.exits(0)
	two.exits(0)
	a, b := one.run(), two.run()
	if a.ID == b.ID || a.Planned != b.Planned || a.Ended != results.Complete || b.Ended != results.Complete {
		t.Errorf("run %s: %s, %d planned; run %s: %s, %d planned", a.ID, a.Ended, a.Planned, b.ID, b.Ended, b.Planned)
	}
	nothingOf(t, a.ID)
	nothingOf(t, b.ID)
}

// What --keep leaves, clean removes, since its process is dead.
func TestKeep(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	p := start(t, host, append([]string{"run", "--keep"}, some()...)...)
	p.exits(0)
	id := p.run().ID
	if !strings.Contains(p.stdout.String(), "label=dnslab.run="+id) {
		t.Errorf("it does not tell where to look: %s", p.stdout.String())
	}
	kinds := map[string]int{}
	for _, thing := range there(t, "dnslab.run="+id) {
		kind, _, _ := strings.Cut(thing.name, " ")
		kinds[kind]++
	}
	if kinds["container"] == 0 || kinds["network"] == 0 {
		t.Errorf("kept: %v", kinds)
	}
	said := cleaned(t, id)
	if n := strings.Count(said, "docker: removed "); n != kinds["container"]+kinds["network"]+kinds["volume"] {
		t.Errorf("%v were kept, removed were %d: %s", kinds, n, said)
	}
	nothingOf(t, id)
	if said := cleaned(t, id); said != "nothing was left behind\n" {
		t.Errorf("the second time it says %q", said)
	}
}

// The doctor's findings are as promised.
func TestDoctor(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	p := start(t, host, "doctor", "--json")
	p.exits(0)
	var d results.Doctor
	if err := json.Unmarshal([]byte(p.stdout.String()), &d); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(d.Runtimes, func(r results.DoctorRuntime) bool { return r.Name == "docker" })
	if i < 0 || d.Runtimes[i].State != results.Ready || d.Runtimes[i].Version == "" {
		t.Errorf("docker is %+v", d.Runtimes)
	}
}
