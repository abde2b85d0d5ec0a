package serve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

// Run reads one agent.Request a line from in until it ends, and writes one
// agent.Response a line to out. The error is that of in or out: whatever is
// wrong with a request is said in its response.
func Run(in io.Reader, out io.Writer) error { return newWorker().run(in, out) }

// A worker is one agent, and where it finds what it looks at.
type worker struct {
	resolvConf string
	proc       string // where procfs is mounted
	libc       string // the program that calls getaddrinfo
	listen     string // where Serve listens
	port       uint16 // of servers that are given without one

	upstream *upstream          // nil until it serves
	daemons  map[string]*daemon // by the name that a lab gave them
	programs chan struct{}      // has an element for each that runs
	children sync.RWMutex       // held for reading while a program that the agent started runs
}

func newWorker() *worker {
	return &worker{resolvConf: "/etc/resolv.conf", proc: "/proc", libc: "/dnslab-libc", listen: ":53", port: 53, daemons: map[string]*daemon{},
		programs: make(chan struct{}, programsAtOnce)}
}

func (w *worker) run(in io.Reader, out io.Writer) error {
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			answer, err := json.Marshal(w.respond(line))
			if err != nil {
				return fmt.Errorf("writing a response: %w", err)
			}
			if _, err := out.Write(append(answer, '\n')); err != nil {
				return fmt.Errorf("writing a response: %w", err)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a request: %w", err)
		}
	}
}

// respond does all that one line wants.
func (w *worker) respond(line []byte) agent.Response {
	var r agent.Request
	err := json.Unmarshal(line, &r)
	resp := agent.Response{ID: r.ID, Version: agent.Version}
	if err != nil {
		resp.Error = fmt.Sprintf("reading %.80q: %v", line, err)
		return resp
	}
	for _, a := range r.Acts {
		if err := w.act(a); err != nil {
			resp.Error = err.Error()
			return resp
		}
	}
	resp.Observed, err = w.askAll(r.Asks)
	if err != nil {
		resp.Error = err.Error()
	}
	return resp
}

// askAll asks everything at once. What could not be asked is in the error and
// not among the observations.
func (w *worker) askAll(asks map[string]agent.Ask) (map[string]results.Observation, error) {
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		errs     []error
		observed = map[string]results.Observation{}
	)
	for name, q := range asks {
		wg.Go(func() {
			start := time.Now()
			o, err := w.ask(q)
			if o.DurationMS == 0 {
				o.DurationMS = since(start)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, fmt.Errorf("asking %q: %w", name, err))
				return
			}
			observed[name] = o
		})
	}
	wg.Wait()
	return observed, errors.Join(errs...)
}

func (w *worker) ask(q agent.Ask) (results.Observation, error) {
	switch {
	case q.Wire != nil:
		return w.wire(*q.Wire)
	case q.Sweep != nil:
		return w.sweep(*q.Sweep)
	case q.Raw != nil:
		return w.raw(*q.Raw)
	case q.Libc != nil:
		return w.getaddrinfo(*q.Libc)
	case q.File != nil:
		return readFile(*q.File)
	case q.Sockets != nil:
		return w.sockets(*q.Sockets)
	case q.Processes != nil:
		return w.processes()
	case q.Rules != nil:
		return w.rules()
	case q.Log != nil:
		return w.log()
	case q.Command != nil:
		return w.start(*q.Command)
	case q.Ping != nil:
		return ping(*q.Ping)
	case q.Runs != nil:
		return w.daemonState(*q.Runs)
	}
	return results.Observation{}, errors.New("the question is empty")
}

func (w *worker) act(a agent.Act) error {
	switch {
	case a.Serve != nil:
		return w.serve(*a.Serve)
	case a.Program != nil:
		return w.program(a.Program)
	case a.Close != nil:
		return w.close(*a.Close)
	case a.Write != nil:
		return writeFile(*a.Write)
	case a.FlushRules != nil:
		return w.flushRules(*a.FlushRules)
	case a.Await != nil:
		return w.await(*a.Await)
	case a.Run != nil:
		return w.succeed(*a.Run)
	case a.Start != nil:
		return w.startDaemon(*a.Start)
	case a.Stop != nil:
		return w.stopDaemon(*a.Stop)
	}
	return errors.New("the act is empty")
}

// since returns how many milliseconds have passed.
func since(start time.Time) float64 { return float64(time.Since(start)) / float64(time.Millisecond) }
