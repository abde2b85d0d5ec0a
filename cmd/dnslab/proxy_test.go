//go:build unix

package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// A proxy stands before the real engine, so that a test sees each request, can
// let the engine die, and can hide from dnslab what is not the test's own.
type proxy struct {
	host string // for DOCKER_HOST

	before func(n int) // is told that the n-th request came, from 1, before it is passed on
	after  func(n int) // is told that it was answered, before the answer is passed on
	only   string      // a label: lists have only what carries it, beside what was asked for

	seen   atomic.Int64
	busy   atomic.Int64 // requests that the engine has, other than streams
	server *http.Server
	mu     sync.Mutex
	conns  map[net.Conn]bool
}

type numberKey struct{}

// newProxy starts one, after it was set up.
func newProxy(t *testing.T, setUp ...func(*proxy)) *proxy {
	t.Helper()
	where := needEngine(t)
	dir, err := os.MkdirTemp("", "dnslab-") // short: the path of a socket has 107 octets at most (unix(7))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "engine.sock"))
	if err != nil {
		t.Fatal(err)
	}
	address := where.Host
	if where.Scheme == "unix" {
		address = where.Path
	}
	network := map[string]string{"unix": "unix", "tcp": "tcp", "http": "tcp"}[where.Scheme]
	if network == "" {
		t.Skipf("these tests cannot stand before an engine at %s", where)
	}
	p := &proxy{host: "unix://" + l.Addr().String(), conns: map[net.Conn]bool{}}
	back := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "docker", r.In.Host
			p.narrow(r.Out)
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			},
			DisableCompression: true,
		},
		FlushInterval: -1,
		ModifyResponse: func(r *http.Response) error {
			if p.after != nil {
				p.after(r.Request.Context().Value(numberKey{}).(int))
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	p.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := int(p.seen.Add(1))
			if p.before != nil {
				p.before(n)
			}
			ctx := context.WithValue(r.Context(), numberKey{}, n)
			if r.Header.Get("Upgrade") == "" {
				// What the engine has begun it finishes, whoever asked for it.
				// ReverseProxy would end a context that cannot be ended.
				var cancel context.CancelFunc
				ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
				defer cancel()
				p.busy.Add(1)
				defer p.busy.Add(-1)
			}
			back.ServeHTTP(w, r.WithContext(ctx))
		}),
		ConnState: p.track,
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	for _, set := range setUp {
		set(p)
	}
	go p.server.Serve(l)
	t.Cleanup(func() {
		p.die()
		os.RemoveAll(dir)
	})
	return p
}

// narrow adds the label only to what a list is filtered by.
func (p *proxy) narrow(r *http.Request) {
	q := r.URL.Query()
	if p.only == "" || q.Get("filters") == "" {
		return
	}
	filters := map[string]map[string]bool{}
	if err := json.Unmarshal([]byte(q.Get("filters")), &filters); err != nil {
		panic(err)
	}
	if filters["label"] == nil {
		return
	}
	filters["label"][p.only] = true
	b, err := json.Marshal(filters)
	if err != nil {
		panic(err)
	}
	q.Set("filters", string(b))
	r.URL.RawQuery = q.Encode()
}

// track remembers connections; those with an upgrade the server forgets.
func (p *proxy) track(c net.Conn, s http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s == http.StateClosed {
		delete(p.conns, c)
		return
	}
	p.conns[c] = true
}

// die hangs up on everyone and listens no more.
func (p *proxy) die() {
	p.server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// hold returns a function from which on no request gets through, until the
// other one is called.
func (p *proxy) hold() (begin, end func()) {
	held, released := make(chan struct{}), make(chan struct{})
	p.before = func(int) {
		select {
		case <-held:
			<-released
		default:
		}
	}
	return func() { close(held) }, func() { close(released) }
}

// settle waits until the engine has answered all that it was asked.
func (p *proxy) settle(t *testing.T) {
	t.Helper()
	until(t, "the engine", func() bool { return p.busy.Load() == 0 })
}
