package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/capability"
	"golang.org/x/sys/unix"
)

// fit stands before an OCI runtime (runc, crun) on a machine that lacks
// something the runtime would insist on, and becomes it. What a container is
// asked to have is made to fit: capabilities outside the machine's bounding set
// are dropped, limits come down to the machine's own, and an OOM score is not
// lowered. What it edits is what the command is about to read: config.json in
// the bundle for create and run, the file of --process for exec
// (opencontainers/runtime-spec, config.md; runc's command line).
func fit(runtime string, args []string) error {
	if file, find := specOf(args); file != "" {
		m, err := thisMachine()
		if err == nil {
			err = m.refit(file, find)
		}
		if err != nil {
			return fmt.Errorf("fitting %q: %w", file, err)
		}
	}
	argv := append([]string{filepath.Base(runtime)}, args...)
	return fmt.Errorf("running %q: %w", runtime, unix.Exec(runtime, argv, os.Environ()))
}

// specOf returns the file that a command of the runtime reads, and where in it
// the process is; no file where the command reads none.
func specOf(args []string) (file string, find func(object) object) {
	whole := func(o object) object { return o }
	for _, a := range args {
		switch a {
		case "create", "run":
			return filepath.Join(option(args, ".", "--bundle", "-b"), "config.json"), func(o object) object { return o.object("process") }
		case "exec":
			return option(args, "", "--process", "-p"), whole
		}
	}
	return "", nil
}

// option returns the value of the first of names in args, as "--name value"
// or "--name=value".
func option(args []string, otherwise string, names ...string) string {
	for i, a := range args {
		name, value, joined := strings.Cut(a, "=")
		switch {
		case !slices.Contains(names, name):
		case joined:
			return value
		case i+1 < len(args):
			return args[i+1]
		}
	}
	return otherwise
}

// An object is one of JSON, with what this program does not know in it too.
type object map[string]any

func (o object) object(key string) object {
	inner, _ := o[key].(map[string]any)
	return inner
}

func (o object) list(key string) []any {
	inner, _ := o[key].([]any)
	return inner
}

// refit rewrites a file; numbers keep their spelling.
func (m machine) refit(file string, find func(object) object) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var whole object
	d := json.NewDecoder(bytes.NewReader(old))
	d.UseNumber()
	if err := d.Decode(&whole); err != nil {
		return err
	}
	m.fit(find(whole))
	out, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	return os.WriteFile(file, out, 0o600) // a file that is there keeps its mode
}

// A machine is what a process may have here.
type machine struct {
	caps   map[string]bool   // "CAP_NET_ADMIN"
	limits map[string]uint64 // "RLIMIT_NOFILE": the hard limit
}

func thisMachine() (machine, error) {
	m := machine{map[string]bool{}, map[string]uint64{}}
	self, err := capability.NewPid2(0)
	if err == nil {
		err = self.Load()
	}
	if err != nil {
		return m, err
	}
	for _, c := range capability.ListKnown() {
		m.caps["CAP_"+strings.ToUpper(c.String())] = self.Get(capability.BOUNDING, c)
	}
	var errs []error
	for name, which := range rlimits {
		var l unix.Rlimit
		errs = append(errs, unix.Getrlimit(which, &l))
		m.limits[name] = l.Max
	}
	return m, errors.Join(errs...)
}

// fit changes a process as the OCI runtime specification has it.
func (m machine) fit(process object) {
	if process == nil {
		return
	}
	sets := process.object("capabilities")
	for name := range sets {
		sets[name] = slices.DeleteFunc(sets.list(name), func(c any) bool {
			s, _ := c.(string)
			return !m.caps[s]
		})
	}
	for _, l := range process.list("rlimits") {
		limit, _ := l.(map[string]any)
		kind, _ := limit["type"].(string)
		most, known := m.limits[kind]
		for _, k := range []string{"hard", "soft"} {
			n, _ := limit[k].(json.Number)
			var v uint64
			if _, err := fmt.Sscan(n.String(), &v); known && err == nil && v > most {
				limit[k] = json.Number(fmt.Sprint(most))
			}
		}
	}
	if n, ok := process["oomScoreAdj"].(json.Number); ok && strings.HasPrefix(n.String(), "-") {
		process["oomScoreAdj"] = 0
	}
}

var rlimits = map[string]int{
	"RLIMIT_AS": unix.RLIMIT_AS, "RLIMIT_CORE": unix.RLIMIT_CORE, "RLIMIT_CPU": unix.RLIMIT_CPU,
	"RLIMIT_DATA": unix.RLIMIT_DATA, "RLIMIT_FSIZE": unix.RLIMIT_FSIZE, "RLIMIT_LOCKS": unix.RLIMIT_LOCKS,
	"RLIMIT_MEMLOCK": unix.RLIMIT_MEMLOCK, "RLIMIT_MSGQUEUE": unix.RLIMIT_MSGQUEUE, "RLIMIT_NICE": unix.RLIMIT_NICE,
	"RLIMIT_NOFILE": unix.RLIMIT_NOFILE, "RLIMIT_NPROC": unix.RLIMIT_NPROC, "RLIMIT_RSS": unix.RLIMIT_RSS,
	"RLIMIT_RTPRIO": unix.RLIMIT_RTPRIO, "RLIMIT_RTTIME": unix.RLIMIT_RTTIME,
	"RLIMIT_SIGPENDING": unix.RLIMIT_SIGPENDING, "RLIMIT_STACK": unix.RLIMIT_STACK,
}
