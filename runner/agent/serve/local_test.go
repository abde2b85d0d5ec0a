package serve

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

func TestLibc(t *testing.T) {
	for _, c := range []struct {
		name, prints string
		want         results.Outcome
		detail       string
		lookup       results.Lookup
	}{
		{
			"addresses", `{"libc":"glibc","code":"0","addrs":["192.0.2.1","2001:db8::1","192.0.2.1"],"canon":"x"}`, results.Value, "",
			results.Lookup{Libc: "glibc", Code: "0", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}, Canon: "x"},
		},
		{"no such name", `{"libc":"musl","code":"EAI_NONAME"}`, results.NotFound, "EAI_NONAME", results.Lookup{Libc: "musl", Code: "EAI_NONAME", Addrs: []netip.Addr{}}},
		{"no address", `{"libc":"glibc","code":"EAI_NODATA","addrs":[]}`, results.NotFound, "EAI_NODATA", results.Lookup{Libc: "glibc", Code: "EAI_NODATA", Addrs: []netip.Addr{}}},
		{"no server", `{"libc":"glibc","code":"EAI_AGAIN","addrs":[]}`, results.TimedOutAsk, "EAI_AGAIN", results.Lookup{Libc: "glibc", Code: "EAI_AGAIN", Addrs: []netip.Addr{}}},
		{"other", `{"libc":"glibc","code":"EAI_FAMILY","addrs":[]}`, results.Value, "EAI_FAMILY", results.Lookup{Libc: "glibc", Code: "EAI_FAMILY", Addrs: []netip.Addr{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorker()
			w.libc = script(t, t.TempDir(), "libc", "echo '"+c.prints+"'")
			o, err := w.getaddrinfo(agent.Libc{Name: "web"})
			if err != nil {
				t.Fatal(err)
			}
			if o.Kind != results.KindLibc || o.Outcome != c.want || !strings.Contains(o.Detail, c.detail) || !reflect.DeepEqual(*o.Libc, c.lookup) {
				t.Errorf("%s (%s) %+v, want %s (%s) %+v", o.Outcome, o.Detail, *o.Libc, c.want, c.detail, c.lookup)
			}
		})
	}
}

func TestLibcIsGivenNameAndFamily(t *testing.T) {
	for family, want := range map[string]string{"": "web any", "v4": "web v4", "v6": "web v6"} {
		w := newWorker()
		w.libc = script(t, t.TempDir(), "libc", `echo "{\"libc\":\"glibc\",\"code\":\"0\",\"canon\":\"$*\"}"`)
		if o, err := w.getaddrinfo(agent.Libc{Name: "web", Family: family}); err != nil || o.Libc.Canon != want {
			t.Errorf("family %q: arguments %q, %v, want %q", family, o.Libc.Canon, err, want)
		}
	}
}

func TestLibcThatCannotBeAsked(t *testing.T) {
	dir := t.TempDir()
	for _, program := range []string{
		filepath.Join(dir, "missing"),
		script(t, dir, "fails", "echo no such library >&2; exit 127"),
		script(t, dir, "prints", "echo hello"),
	} {
		w := newWorker()
		w.libc = program
		if o, err := w.getaddrinfo(agent.Libc{Name: "web"}); err == nil {
			t.Errorf("%s: %+v, want an error", program, o)
		} else if strings.HasSuffix(program, "fails") && !strings.Contains(err.Error(), "no such library") {
			t.Errorf("%v does not say what the program said", err)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir+"/resolv.conf", "nameserver 127.0.0.11\n", 0o644)
	o, err := readFile(agent.File{Path: path})
	if err != nil || o.Kind != results.KindFile || o.Outcome != results.Value || *o.Text != "nameserver 127.0.0.11\n" {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err = readFile(agent.File{Path: write(t, dir+"/empty", "", 0o644)}); err != nil || o.Outcome != results.Value || o.Text == nil {
		t.Errorf("empty: %+v, %v, want an empty text", o, err)
	}
	write(t, dir+"/0.log", "one\n", 0o644)
	write(t, dir+"/1.log", "two\n", 0o644)
	if o, err = readFile(agent.File{Path: dir + "/*.log"}); err != nil || o.Outcome != results.Value || *o.Text != "one\ntwo\n" {
		t.Errorf("all logs: %+v, %v", o, err)
	}
	for _, absent := range []string{dir + "/none", path + "/none", dir + "/*.none"} {
		if o, err = readFile(agent.File{Path: absent}); err != nil || o.Outcome != results.NotFound || o.Text != nil || o.Detail == "" {
			t.Errorf("%s: %+v, %v, want not-found", absent, o, err)
		}
	}
	if _, err = readFile(agent.File{Path: dir}); err == nil {
		t.Error("a folder is no error")
	}
}

// A mounted file follows its inode: writing in place is seen through the
// mount, renaming over it is not. Which of the two happened is the point.
func TestWriteFile(t *testing.T) {
	for _, c := range []struct {
		name      string
		act       agent.Write
		want      string
		sameInode bool
	}{
		{"in place", agent.Write{Content: "new\n"}, "new\n", true},
		{"append", agent.Write{Content: "new\n", Append: true}, "an old line\nnew\n", true},
		{"rename", agent.Write{Content: "new\n", Rename: true}, "new\n", false},
		{"append by renaming", agent.Write{Content: "new\n", Append: true, Rename: true}, "an old line\nnew\n", false},
	} {
		for _, exists := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				dir := t.TempDir()
				c.act.Path = dir + "/hosts"
				if exists {
					write(t, c.act.Path, "an old line\n", 0o644)
				} else {
					c.want = "new\n"
				}
				before, _ := os.Stat(c.act.Path)
				if err := writeFile(c.act); err != nil {
					t.Fatal(err)
				}
				after, err := os.Stat(c.act.Path)
				if err != nil {
					t.Fatal(err)
				}
				if b, _ := os.ReadFile(c.act.Path); string(b) != c.want {
					t.Errorf("content %q, want %q", b, c.want)
				}
				if exists && os.SameFile(before, after) != c.sameInode {
					t.Errorf("same inode %v, want %v", !c.sameInode, c.sameInode)
				}
				if after.Mode().Perm() != 0o644 {
					t.Errorf("mode %v, want 0644", after.Mode())
				}
				if left, _ := os.ReadDir(dir); len(left) != 1 {
					t.Errorf("%v is left, want the file alone", left)
				}
			})
		}
	}
	dir := t.TempDir()
	for _, a := range []agent.Write{{Path: dir + "/none/x"}, {Path: dir + "/none/x", Rename: true}, {Path: dir, Rename: true}} {
		if err := writeFile(a); err == nil || !strings.Contains(err.Error(), a.Path) {
			t.Errorf("%+v: %v, want an error with the path", a, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%v is left after a failure", left)
	}
}

// The agent's own sockets are no part of a place, except those of a server
// that it serves there.
func TestSockets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	own := l.Addr().(*net.TCPAddr).AddrPort()
	w, server := serving(t)
	served := netip.MustParseAddrPort(server)
	for _, owners := range []bool{false, true} {
		o, err := w.sockets(agent.Sockets{Owners: owners})
		if err != nil {
			t.Fatal(err)
		}
		if o.Kind != results.KindSockets || o.Outcome != results.Value {
			t.Errorf("%s %s", o.Kind, o.Outcome)
		}
		var mine []results.Socket
		for _, s := range o.Sockets {
			if s.Addr == own.Addr() && s.Port == own.Port() && s.Transport == "tcp" {
				t.Errorf("%+v is the agent's own", s)
			}
			if s.Owner == agentName && s.PID == os.Getpid() {
				mine = append(mine, s)
			}
		}
		want := []results.Socket{
			{Transport: "tcp", Addr: served.Addr(), Port: served.Port(), Owner: agentName, PID: os.Getpid()},
			{Transport: "udp", Addr: served.Addr(), Port: served.Port(), Owner: agentName, PID: os.Getpid()},
		}
		if !reflect.DeepEqual(mine, want) {
			t.Errorf("with owners %v: %+v, want %+v", owners, mine, want)
		}
	}
}

// Sockets of others are read from a /proc of our own making, which lists one
// of them twice, as the kernel may.
func TestSocketsOfOthers(t *testing.T) {
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	proc := t.TempDir()
	for _, dir := range []string{"net", "7/fd", "8/fd", "9/fd"} {
		if err := os.MkdirAll(filepath.Join(proc, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, proc+"/net/tcp", head+
		"   0: 0B00007F:9C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 0 100 0 0 10 0\n"+
		"   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 102 1 0 100 0 0 10 0\n", 0o644)
	write(t, proc+"/net/udp", head+
		"   0: 0B00007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 103 2 0 0\n"+
		"   0: 0B00007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 103 2 0 0\n"+
		"   1: 0100007F:C001 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 104 2 0 0\n", 0o644)
	write(t, proc+"/net/udp6", head+
		"   0: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 105 2 0 0\n", 0o644)
	for pid, p := range map[string]struct{ comm, socket string }{"7": {"dockerd", "101"}, "8": {"dockerd", "103"}, "9": {"a child", "103"}} {
		write(t, proc+"/"+pid+"/comm", p.comm+"\n", 0o644)
		if err := os.Symlink("socket:["+p.socket+"]", proc+"/"+pid+"/fd/3"); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/dev/null", proc+"/"+pid+"/fd/0"); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorker()
	w.proc = proc
	resolver := netip.MustParseAddr("127.0.0.11")
	want := []results.Socket{
		{Transport: "tcp", Addr: resolver, Port: 40001},
		{Transport: "udp", Addr: resolver, Port: 53},
		{Transport: "udp", Addr: netip.IPv6Unspecified(), Port: 53},
	}
	o, err := w.sockets(agent.Sockets{})
	if err != nil || !reflect.DeepEqual(o.Sockets, want) {
		t.Errorf("%+v, %v, want %+v", o.Sockets, err, want)
	}
	want[0].Owner, want[0].PID = "dockerd", 7
	want[1].Owner, want[1].PID = "dockerd", 8
	if o, err = w.sockets(agent.Sockets{Owners: true}); err != nil || !reflect.DeepEqual(o.Sockets, want) {
		t.Errorf("with owners: %+v, %v, want %+v", o.Sockets, err, want)
	}

	processes, err := w.processes()
	slices.SortFunc(processes.Processes, func(a, b results.Process) int { return a.PID - b.PID })
	if err != nil || !reflect.DeepEqual(processes.Processes, []results.Process{{PID: 7, Name: "dockerd"}, {PID: 8, Name: "dockerd"}, {PID: 9, Name: "a child"}}) {
		t.Errorf("processes %+v, %v", processes, err)
	}
}

func TestProcessesLeaveTheAgentOut(t *testing.T) {
	o, err := newWorker().processes()
	if err != nil || o.Outcome != results.Value {
		t.Fatalf("%+v, %v", o, err)
	}
	for _, p := range o.Processes {
		if p.PID == os.Getpid() && p.PID != firstPID {
			t.Errorf("%+v is the agent", p)
		}
	}
	if !slices.ContainsFunc(o.Processes, func(p results.Process) bool { return p.PID == os.Getppid() }) {
		t.Error("the parent of this process is not listed")
	}
}
