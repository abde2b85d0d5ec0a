package host

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
)

// agentProgram is the agent in a host's image; see images/hosts.go.
const agentProgram = "/usr/local/sbin/dnslab-agent"

// A command is run in a host.
type command struct {
	args []string
	user string // "root", "lab"
	env  []string
	dir  string
}

// asUser is a command of the user that the engine runs as, who finds the
// engine where its command looks for it.
func (h *Host) asUser(args []string) command {
	c := command{args: args, user: h.User, env: append(h.env(), h.Env...), dir: "/root"}
	if h.Rootless() {
		c.dir = home
	}
	return c
}

// asEngine are the words of a command that runs another as [Host.asUser] does.
func (h *Host) asEngine() string {
	words := append([]string{"env"}, append(h.env(), h.Env...)...)
	if h.Rootless() {
		words = append([]string{"setpriv", "--reuid", h.User, "--regid", h.User, "--init-groups"}, words...)
	}
	return strings.Join(words, " ")
}

// A process is a command's standard input and output. Its last read has what
// it wrote to standard error, as an error.
type process struct {
	io.Reader
	conn client.HijackedResponse
	id   string
}

func (p *process) Write(b []byte) (int, error) { return p.conn.Conn.Write(b) }
func (p *process) Close() error                { return p.conn.Conn.Close() }

// exec starts a command in the host. When the process is closed, the command
// reads the end of its input.
func (h *Host) exec(ctx context.Context, c command) (*process, error) {
	conn, id, err := h.attach(ctx, c, false)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	go func() {
		var complaint bytes.Buffer
		_, err := stdcopy.StdCopy(w, &complaint, conn.Reader)
		if said := strings.TrimSpace(complaint.String()); err == nil && said != "" {
			err = fmt.Errorf("%s ended and said: %s", c.args[0], said)
		}
		w.CloseWithError(err)
	}()
	return &process{r, conn, id}, nil
}

func (h *Host) attach(ctx context.Context, c command, tty bool) (client.HijackedResponse, string, error) {
	api := h.out.API()
	res, err := api.ExecCreate(ctx, h.id, client.ExecCreateOptions{
		User: c.user, Env: c.env, WorkingDir: c.dir, Cmd: c.args,
		TTY: tty, AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return client.HijackedResponse{}, "", err
	}
	a, err := api.ExecAttach(ctx, res.ID, client.ExecAttachOptions{TTY: tty})
	return a.HijackedResponse, res.ID, err
}

// Output is what a command printed, and its exit status.
type Output struct {
	Out, Err string
	Status   int
}

// Exec runs a command in the host, as the user that the engine runs as, and
// waits for its end. Its input is empty.
func (h *Host) Exec(ctx context.Context, args ...string) (Output, error) {
	return h.execAs(ctx, h.asUser(args))
}

func (h *Host) execAs(ctx context.Context, c command) (Output, error) {
	var out, complaint bytes.Buffer
	status, err := h.stream(ctx, c, strings.NewReader(""), &out, &complaint)
	return Output{out.String(), complaint.String(), status}, err
}

// Run runs a command as [Host.Exec] does, with in as its input where that is
// not nil, and returns what it printed. A command that fails is an error, with
// the last lines of what it complained of.
func (h *Host) Run(ctx context.Context, in io.Reader, args ...string) (string, error) {
	if in == nil {
		in = strings.NewReader("")
	}
	var out, complaint bytes.Buffer
	status, err := h.stream(ctx, h.asUser(args), in, &out, &complaint)
	if err == nil && status != 0 {
		err = fmt.Errorf("running %q in the lab host %q: it ended with %d: %s", args, h.Name, status, images.LastLines(complaint.String(), 20))
	}
	return out.String(), err
}

// Stream starts a command as [Host.Exec] does and returns its input and output.
func (h *Host) Stream(ctx context.Context, args ...string) (io.ReadWriteCloser, error) {
	p, err := h.exec(ctx, h.asUser(args))
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Put makes a program of the host, which anybody there can run.
func (h *Host) Put(ctx context.Context, path string, program []byte) error {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	err := w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(path, "/"), Mode: 0o755, Size: int64(len(program))})
	if err == nil {
		_, err = w.Write(program)
	}
	if err = errors.Join(err, w.Close()); err == nil {
		_, err = h.out.API().CopyToContainer(ctx, h.id, client.CopyToContainerOptions{DestinationPath: "/", Content: &buf})
	}
	if err != nil {
		return fmt.Errorf("putting %q into the lab host %q: %w", path, h.Name, err)
	}
	return nil
}

// stream runs a command with its input and outputs, and returns its exit status.
func (h *Host) stream(ctx context.Context, c command, in io.Reader, out, complaint io.Writer) (int, error) {
	conn, id, err := h.attach(ctx, c, false)
	if err != nil {
		return 0, fmt.Errorf("running %q in the lab host %q: %w", c.args[0], h.Name, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)()
	go func() {
		io.Copy(conn.Conn, in)
		conn.CloseWrite()
	}()
	if _, err = stdcopy.StdCopy(out, complaint, conn.Reader); err == nil {
		return h.status(ctx, id)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return 0, fmt.Errorf("running %q in the lab host %q: %w", c.args[0], h.Name, err)
}

func (h *Host) status(ctx context.Context, id string) (int, error) {
	res, err := h.out.API().ExecInspect(ctx, id, client.ExecInspectOptions{})
	return res.ExitCode, err
}

// Died is the error of a host that has ended by itself.
func (h *Host) Died(ctx context.Context) error {
	return h.withLog(ctx, fmt.Errorf("the engine of the lab host %q has ended", h.Name))
}

// withLog adds the last lines of the engine's log to err.
func (h *Host) withLog(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logTimeout)
	defer cancel()
	logs, e := h.out.API().ContainerLogs(ctx, h.id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: "20"})
	if e != nil {
		return err
	}
	defer logs.Close()
	var said bytes.Buffer
	if _, e := stdcopy.StdCopy(&said, &said, logs); e != nil || said.Len() == 0 {
		return err
	}
	return fmt.Errorf("%w; the last that its log has:\n%s", err, strings.TrimSpace(said.String()))
}
