package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/dnslab/dnslab/runner/agent/door"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

// logTimeout bounds asking for a log.
const logTimeout = 10 * time.Second

// An entrance is a unix socket here that leads to the engine in a host.
type entrance struct {
	path     string // of the socket
	listener net.Listener
	door     *door.Door
}

// open makes a host's entrance. The engine may not be listening yet:
// connections wait until it does.
func (h *Host) open(ctx context.Context) (*entrance, error) {
	p, err := h.exec(ctx, command{args: []string{agentProgram, "door", h.socket()}, user: "root"})
	if err != nil {
		return nil, h.withLog(ctx, err)
	}
	d, err := door.Open(p)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	dir, err := newFolder()
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	e := &entrance{path: filepath.Join(dir, h.Engine+".sock"), door: d}
	if e.listener, err = listen(e.path); err != nil {
		return nil, errors.Join(err, e.close())
	}
	go d.Lead(e.listener)
	return e, nil
}

func (e *entrance) close() error {
	if e.listener != nil {
		e.listener.Close()
	}
	e.door.Close() // what became of it says the container
	return os.RemoveAll(filepath.Dir(e.path))
}

// longest is the longest path of a socket, sun_path in unix(7) less its end.
const longest = 107

func listen(path string) (net.Listener, error) {
	if len(path) > longest {
		return nil, fmt.Errorf("the path %q of a socket has %d octets, and may have %d: set TMPDIR to a shorter one", path, len(path), longest)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}

// Names of folders of sockets, and of the file that says whose one is.
const (
	folderName = "dnslab-host-"
	ownerName  = "owner"
)

// newFolder makes a folder that only this user can enter.
func newFolder() (string, error) {
	if err := Sweep(); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", folderName)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, ownerName), []byte(owner.Text()), 0o600); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// Sweep removes the sockets that this user's dead processes left behind.
func Sweep() error {
	marks, err := filepath.Glob(filepath.Join(os.TempDir(), folderName+"*", ownerName))
	for _, mark := range marks {
		text, e := os.ReadFile(mark)
		if e == nil && len(text) > 0 && owner.Lives(string(text)) == owner.Dead {
			err = errors.Join(err, os.RemoveAll(filepath.Dir(mark)))
		}
	}
	return err
}

// ask asks the engine through the entrance which version it is.
func (h *Host) ask(ctx context.Context) (string, error) {
	c := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", h.Socket())
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine/version", nil)
	if err != nil {
		return "", err
	}
	res, err := c.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking the engine for its version: %w", because(ctx, err))
	}
	defer res.Body.Close()
	var v struct{ Version string }
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		return "", fmt.Errorf("asking the engine for its version: %w", because(ctx, err))
	}
	return v.Version, nil
}

// because is the cause of a context that has ended, or else err.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
