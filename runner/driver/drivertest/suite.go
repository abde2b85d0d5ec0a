// Package drivertest is the suite that every driver passes.
//
// A driver's own test calls it with a way to open the runtime and one to list
// what carries a run's label:
//
//	func TestDriver(t *testing.T) {
//		drivertest.Run(t, drivertest.Driver{Name: "docker", Open: open, Left: left})
//	}
package drivertest

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A Driver is what the suite needs to know of one.
type Driver struct {
	// Name is what the environment variable DNSLAB_REQUIRE calls the runtime.
	Name string

	// Open connects to the runtime for a run. An error skips the suite, unless
	// the runtime is required.
	Open func(context.Context, driver.Options) (driver.Runtime, error)

	// More are tests of what only this driver has, by name, on the same runtime.
	More map[string]func(context.Context, *testing.T, driver.Runtime)

	// Left lists everything in the engine that carries the label
	// dnslab.run=RUN, in words such as "container web-r1x1".
	Left func(ctx context.Context, run string) ([]string, error)
}

var (
	lan   = topo.Network{Name: "lan"}
	other = topo.Network{Name: "other"}
	up    = topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web   = topo.Node{Name: "web", On: topo.On(lan, "www"), DNS: []string{"up"}}
	late  = topo.Node{Name: "late", On: topo.On(lan), Later: true}
	small = topo.Topology{web, up, late} // web comes after up, whatever the order here
)

// Required tells whether DNSLAB_REQUIRE, names with commas between, has name.
func Required(name string) bool {
	return slices.Contains(strings.Split(os.Getenv("DNSLAB_REQUIRE"), ","), name)
}

// Run holds d to what package driver promises. What is about networks of the
// user's is left out where the runtime says that it has none.
func Run(t *testing.T, d Driver) {
	s := &suite{Driver: d, run: "t" + strings.ToLower(strings.NewReplacer("-", "", ":", "", ".", "", "T", "", "Z", "").Replace(time.Now().UTC().Format("0102T150405.000Z")))}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	rt, err := d.Open(ctx, driver.Options{Run: s.run})
	switch {
	case err != nil && Required(d.Name):
		t.Fatalf("the runtime is required and not to be had: %v", err)
	case err != nil:
		t.Skipf("the runtime is not to be had: %v", err)
	}
	defer rt.Close(context.Background())
	s.rt = rt
	t.Run("About", func(t *testing.T) { s.about(ctx, t) })
	if t.Failed() {
		return
	}
	t.Run("World", func(t *testing.T) { s.world(ctx, t) })
	t.Run("Fields", func(t *testing.T) { s.fields(ctx, t) })
	t.Run("Acts", func(t *testing.T) { s.acts(ctx, t) })
	t.Run("TwoWorlds", func(t *testing.T) { s.two(ctx, t) })
	t.Run("FailedUp", func(t *testing.T) { s.failed(ctx, t) })
	t.Run("Cancelled", func(t *testing.T) { s.cancelled(ctx, t) })
	for name, test := range d.More {
		t.Run(name, func(t *testing.T) { test(ctx, t, rt) })
	}
}

type suite struct {
	Driver
	rt   driver.Runtime
	run  string
	caps driver.Caps
	n    int
}

func (s *suite) about(ctx context.Context, t *testing.T) {
	a, err := s.rt.About(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.caps = a.Caps
	if a.Engine == "" || a.Version == "" || a.Facts[a.Engine] == "" || a.Versions[a.Engine] == "" {
		t.Errorf("it does not say what it is: %+v", a)
	}
	for c, evidence := range a.Caps {
		if len(evidence) < 10 {
			t.Errorf("capability %s has no evidence, only %q", c, evidence)
		}
	}
	s.nothingLeft(t)
}

func (s *suite) up(ctx context.Context, t *testing.T, top topo.Topology) driver.World {
	t.Helper()
	if err := s.rt.Prepare(ctx, top, nil); err != nil {
		t.Fatal(err)
	}
	s.n++
	w, err := s.rt.Up(ctx, driver.Tag{Lab: "drivertest", Name: s.run + "x" + string(rune('a'+s.n))}, top)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(context.Background()) })
	return w
}

func (s *suite) world(ctx context.Context, t *testing.T) {
	w := s.up(ctx, t, s.fitting(small))
	k := w.Known()
	if len(k.Addrs["web"][s.on("lan")]) != 1 || len(k.Addrs["late"]) != 0 {
		t.Errorf("addresses are %v: web should have one on lan, late none yet", k.Addrs)
	}
	around := "lan" // what the world's own are in
	if !s.has(driver.UserNetworks) {
		around = topo.Home
	}
	if k.Names["web"] == "web" || !strings.HasPrefix(k.Names["web"], "web-") || !strings.HasPrefix(k.Names[around], around+"-") {
		t.Errorf("names are %v: they should begin with the lab's and be the run's own", k.Names)
	}
	if len(k.IDs["web"]) < 12 {
		t.Errorf("the id of web is %q", k.IDs["web"])
	}
	conf := s.read(ctx, t, w, topo.Place{At: topo.Inside, Name: "web"}, "/etc/resolv.conf")
	if !strings.Contains(conf, "nameserver") {
		t.Errorf("resolv.conf of web has no nameserver: %q", conf)
	}
	if _, err := w.Dial(ctx, topo.Place{At: topo.Inside, Name: "nobody"}); !errors.Is(err, driver.ErrNoPlace) {
		t.Errorf("dialling a node that is not there: %v, not ErrNoPlace", err)
	}
	if _, ok := s.caps[driver.Outside]; ok {
		places := []topo.Place{{At: topo.Netns, Name: "web"}}
		if err := s.rt.Prepare(ctx, s.fitting(small), places); err != nil {
			t.Fatal(err)
		}
		s.rules(ctx, t, w, places[0])
	}
	left, err := s.Left(ctx, s.run)
	if err != nil || len(left) < 3 { // two nodes, and what they are in
		t.Errorf("only %v carries the label of the run (%v)", left, err)
	}
	for range 2 {
		if err := w.Close(ctx); err != nil {
			t.Errorf("closing: %v", err)
		}
	}
	s.nothingLeft(t)
}

func (s *suite) acts(ctx context.Context, t *testing.T) {
	w := s.up(ctx, t, s.fitting(append(topo.Topology{{Name: "anchor", On: topo.On(other)}}, small...)))
	web, late := s.fitted(web), s.fitted(late)
	do := func(a topo.Act) driver.Known {
		t.Helper()
		if err := w.Do(ctx, a); err != nil {
			t.Fatal(err)
		}
		return w.Known()
	}
	if !s.has(driver.UserNetworks) {
		if err := w.Do(ctx, topo.Connect{Node: web, Network: other}); !errors.Is(err, driver.ErrNoAct) {
			t.Errorf("connecting where there are no networks: %v, not ErrNoAct", err)
		}
	} else {
		s.moves(t, do)
	}
	if k := do(topo.Start{Node: late}); len(k.Addrs["late"][s.on("lan")]) != 1 {
		t.Errorf("after starting, late is at %v", k.Addrs["late"])
	}
	s.read(ctx, t, w, topo.Place{At: topo.Inside, Name: "late"}, "/etc/resolv.conf")
	if k := do(topo.Stop{Node: late}); len(k.Addrs["late"]) != 0 {
		t.Errorf("after stopping, late is at %v", k.Addrs["late"])
	}
	s.stopped(ctx, t, w, "late")
	do(topo.Restart{Node: web})
	s.read(ctx, t, w, topo.Place{At: topo.Inside, Name: "web"}, "/etc/resolv.conf")
	do(topo.Remove{Node: web})
	if _, err := w.Dial(ctx, topo.Place{At: topo.Inside, Name: "web"}); !errors.Is(err, driver.ErrNoPlace) {
		t.Errorf("dialling a removed node: %v, not ErrNoPlace", err)
	}
	if err := w.Do(ctx, unheardOf{}); !errors.Is(err, driver.ErrNoAct) {
		t.Errorf("an act that nobody knows: %v, not ErrNoAct", err)
	}
	w.Close(ctx)
	s.nothingLeft(t)
}

// moves puts a node on another network and off it, and gives it a name.
func (s *suite) moves(t *testing.T, do func(topo.Act) driver.Known) {
	t.Helper()
	if k := do(topo.Connect{Node: web, Network: other, Aliases: []string{"w3"}}); len(k.Addrs["web"]["other"]) != 1 {
		t.Errorf("after connecting, web is at %v", k.Addrs["web"])
	}
	if k := do(topo.Disconnect{Node: web, Network: other}); len(k.Addrs["web"]["other"]) != 0 || len(k.Addrs["web"]["lan"]) != 1 {
		t.Errorf("after disconnecting, web is at %v", k.Addrs["web"])
	}
	if k := do(topo.Rename{Node: web, Name: "shop"}); !strings.HasPrefix(k.Names["shop"], "shop-") {
		t.Errorf("after renaming, names are %v", k.Names)
	}
}

// fitted is one node as fitting makes it.
func (s *suite) fitted(n topo.Node) topo.Node { return s.fitting(topo.Topology{n})[0] }

// two builds the same topology twice at once.
func (s *suite) two(ctx context.Context, t *testing.T) {
	a, b := s.up(ctx, t, s.fitting(small)), s.up(ctx, t, s.fitting(small))
	if a.Known().IDs["web"] == b.Known().IDs["web"] || a.Known().Names["up"] == b.Known().Names["up"] {
		t.Error("two worlds share a node or a network")
	}
	a.Close(ctx)
	s.read(ctx, t, b, topo.Place{At: topo.Inside, Name: "web"}, "/etc/resolv.conf")
	b.Close(ctx)
	s.nothingLeft(t)
}

// failed builds what cannot be: the second node joins one that is not there.
func (s *suite) failed(ctx context.Context, t *testing.T) {
	bad := append(s.fitting(topo.Topology{web, up}), topo.Node{Name: "lost", Mode: topo.SharedNetwork, ShareWith: "nobody"})
	if w, err := s.rt.Up(ctx, driver.Tag{Lab: "drivertest", Name: s.run + "xbad"}, bad); err == nil {
		w.Close(ctx)
		t.Fatal("a node that joins nobody came up")
	} else if !strings.Contains(err.Error(), "lost") {
		t.Errorf("the error does not name the node: %v", err)
	}
	s.nothingLeft(t)
}

// cancelled gives up in the middle.
func (s *suite) cancelled(ctx context.Context, t *testing.T) {
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	w, err := s.rt.Up(ctx, driver.Tag{Lab: "drivertest", Name: s.run + "xcut"}, s.fitting(small))
	if err == nil {
		w.Close(context.Background()) // a fast engine
	}
	s.nothingLeft(t)
}

func (s *suite) read(ctx context.Context, t *testing.T, w driver.World, p topo.Place, path string) string {
	t.Helper()
	resp := s.ask(ctx, t, w, p, agent.Ask{File: &agent.File{Path: path}})
	o := resp.Observed["it"]
	if o.Text == nil {
		t.Fatalf("reading %s at %v: %s %s", path, p, o.Outcome, o.Detail)
	}
	return *o.Text
}

func (s *suite) rules(ctx context.Context, t *testing.T, w driver.World, p topo.Place) {
	t.Helper()
	s.ask(ctx, t, w, p, agent.Ask{Rules: &struct{}{}})
	owners := s.ask(ctx, t, w, p, agent.Ask{Sockets: &agent.Sockets{Owners: true}}).Observed["it"].Sockets
	if slices.ContainsFunc(owners, func(one results.Socket) bool { return one.Owner == "" }) {
		t.Errorf("some sockets around %s have no owner: %v", p.Name, owners)
	}
}

func (s *suite) ask(ctx context.Context, t *testing.T, w driver.World, p topo.Place, a agent.Ask) agent.Response {
	t.Helper()
	stream, err := w.Dial(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	resp, err := agent.NewClient(stream).Do(ctx, agent.Request{Asks: map[string]agent.Ask{"it": a}})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func (s *suite) nothingLeft(t *testing.T) {
	t.Helper()
	left, err := s.Left(context.Background(), s.run)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

type unheardOf struct{}

func (unheardOf) Touches() topo.Scope { return topo.World }
func (unheardOf) String() string      { return "whistle" }
