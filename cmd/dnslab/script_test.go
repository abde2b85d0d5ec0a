package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/schema"
)

func TestMain(m *testing.M) {
	beAgent(os.Args[1:])
	testscript.Main(tests{m}, map[string]func(){"dnslab": main})
}

// tests are all of this package; what they share is removed at the end.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer program.remove()
	return t.M.Run()
}

// TestScripts talks to dnslab as a shell does. DOCKER_HOST is a socket at which
// the test itself listens, and hangs up: touching it is noticed.
func TestScripts(t *testing.T) {
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			wire, err := lay(filepath.Join(e.WorkDir, "wire.sock"))
			if err != nil {
				return err
			}
			e.Defer(func() { wire.Close() })
			e.Values["wire"] = wire
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("SOURCE", source)
			e.Setenv("DOCKER_HOST", "unix://"+wire.Addr().String())
			if where, err := engine(); err == nil {
				e.Setenv("ENGINE", where.String())
			}
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "engine":
				_, err := engine()
				return err == nil, nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"bad":       bads,
			"valid":     valid,
			"promised":  promised,
			"all":       allAre,
			"context":   contexts,
			"untouched": untouched,
		},
	})
}

// exits STATUS COMMAND ARG... runs a command that has to end with that status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var status *exec.ExitError
		if !errors.As(err, &status) {
			ts.Fatalf("running %q: %v", args[1:], err)
		}
		got = status.ExitCode()
	}
	if got != want {
		ts.Fatalf("%q ended with status %d, want %d", args[1:], got, want)
	}
}

// bads PATTERN ARG... runs dnslab, which has to say on one line what is wrong,
// and end with status 2 before anything is touched.
func bads(ts *testscript.TestScript, _ bool, args []string) {
	exits(ts, false, append([]string{"2", "dnslab"}, args[1:]...))
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output is %q, want nothing", out)
	}
	complaint := ts.ReadFile("stderr")
	if strings.Count(complaint, "\n") != 1 || !strings.HasPrefix(complaint, "dnslab: ") {
		ts.Fatalf("standard error is %q, want one line that begins with dnslab:", complaint)
	}
	if !regexp.MustCompile(args[0]).MatchString(complaint) {
		ts.Fatalf("standard error is %q, want something that matches %q", complaint, args[0])
	}
	untouched(ts, false, nil)
}

// valid KIND FILE holds a file against the schema of its kind.
func valid(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(schema.Validate(args[0], []byte(ts.ReadFile(args[1]))))
}

// promised FILE holds a run file against the schema and all that the schema
// cannot say.
func promised(ts *testscript.TestScript, _ bool, args []string) {
	for _, broken := range promises([]byte(ts.ReadFile(args[0]))) {
		ts.Logf("%s", broken)
		defer ts.Fatalf("%s breaks a promise", args[0])
	}
}

// allAre STATUS FILE wants every planned result of a run to have that status.
func allAre(ts *testscript.TestScript, _ bool, args []string) {
	run, err := results.Decode(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	if n := run.Count()[results.Status(args[0])]; n == 0 || n != run.Planned {
		ts.Fatalf("%d results are %s, want all %d", n, args[0], run.Planned)
	}
}

// contexts NAME HOST adds a context to the docker command's in HOME.
func contexts(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(fmt.Sprintf(".docker/contexts/meta/%x", sha256.Sum256([]byte(args[0]))))
	ts.Check(os.MkdirAll(dir, 0o755))
	meta, err := json.Marshal(map[string]any{
		"Name": args[0], "Metadata": map[string]any{}, "Endpoints": map[string]any{"docker": map[string]any{"Host": args[1]}},
	})
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(dir, "meta.json"), meta, 0o644))
}

// untouched wants nobody to have asked for the engine at DOCKER_HOST, or with !
// somebody.
func untouched(ts *testscript.TestScript, neg bool, _ []string) {
	if n := ts.Value("wire").(*tripwire).touched.Load(); (n > 0) != neg {
		ts.Fatalf("the engine was touched %d times", n)
	}
}

// A tripwire is where an engine could be. It counts who comes.
type tripwire struct {
	net.Listener
	touched atomic.Int32
}

func lay(path string) (*tripwire, error) {
	l, err := net.Listen("unix", path)
	w := &tripwire{Listener: l}
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.touched.Add(1)
			conn.Close()
		}
	}()
	return w, nil
}

// Every lab can be explained, from the same data that runs.
func TestExplainAll(t *testing.T) {
	var listed bytes.Buffer
	if err := dnslab(&listed, "list", "--json"); err != nil {
		t.Fatal(err)
	}
	var l results.List
	if err := json.Unmarshal(listed.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	for _, lab := range l.Labs {
		t.Run(lab.Name, func(t *testing.T) {
			var out bytes.Buffer
			if err := dnslab(&out, "explain", lab.Name); err != nil {
				t.Fatal(err)
			}
			words := strings.Join(strings.Fields(out.String()), " ")
			want := []string{lab.Story}
			for _, c := range lab.Claims {
				want = append(want, c.Claim, c.Says)
				for _, cs := range c.Cases {
					want = append(want, cs.When)
					for _, s := range cs.Sources {
						want = append(want, s.ID+" "+string(s.Verdict))
					}
				}
			}
			for _, w := range want {
				if !strings.Contains(words, strings.Join(strings.Fields(w), " ")) {
					t.Errorf("it does not say %q", w)
				}
			}
		})
	}
}

// dnslab calls a command in this process.
func dnslab(out *bytes.Buffer, args ...string) error {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(out)
	return root.Execute()
}
