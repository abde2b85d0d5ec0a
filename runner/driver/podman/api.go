package podman

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/containers/podman/v5/pkg/bindings"
)

// An api is the libpod API of one service. Requests are made here and not by
// the connection's DoRequest, which sends one up to three times: a container
// that the first made would be an error of the second.
type api struct {
	conn  *bindings.Connection
	base  string // "http://d"
	speak string // the version that the service says it speaks: "5.4.2"
}

func newAPI(conn *bindings.Connection) *api {
	a := &api{conn: conn, base: "http://d"}
	t, ok := conn.Client.Transport.(*http.Transport)
	if !ok {
		return a
	}
	t.MaxIdleConnsPerHost = 16
	if conn.URI.Scheme == "tcp" {
		a.base = "http://" + conn.URI.Host + conn.URI.Path
		if t.TLSClientConfig != nil {
			a.base = "https://" + conn.URI.Host + conn.URI.Path
		}
	}
	return a
}

// ping asks what version of the API the service speaks. It has no version in
// its path, and is answered by every service.
func (a *api) ping(ctx context.Context) (version string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/_ping", nil)
	if err != nil {
		return "", err
	}
	res, err := a.conn.Client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the service answers a ping with %q", res.Status)
	}
	if version = res.Header.Get("Libpod-API-Version"); version == "" {
		return "", fmt.Errorf("what answers at %q is not Podman", a.conn.URI)
	}
	return version, nil
}

// A call is one request. What is in the path is escaped part by part.
type call struct {
	method string
	path   []string
	query  url.Values
	body   any // nil, a tar archive as an io.Reader, or what becomes JSON
	header http.Header
}

// send makes the request; the body of the response is the caller's to close.
func (a *api) send(ctx context.Context, c call) (*http.Response, error) {
	url := a.base + "/v" + a.speak + "/libpod"
	for _, p := range c.path {
		url += "/" + escape(p)
	}
	if len(c.query) > 0 {
		url += "?" + c.query.Encode()
	}
	var body io.Reader
	kind := ""
	switch b := c.body.(type) {
	case nil:
	case io.Reader:
		body, kind = b, "application/x-tar"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(text), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, c.method, url, body)
	if err != nil {
		return nil, err
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := a.conn.Client.Do(req)
	if err != nil {
		return nil, because(ctx, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		defer res.Body.Close()
		return nil, (&bindings.APIResponse{Response: res, Request: req}).Process(nil)
	}
	return res, nil
}

// do makes the request and reads the JSON of the response into out, unless that is nil.
func (a *api) do(ctx context.Context, c call, out any) error {
	res, err := a.send(ctx, c)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, res.Body)
	} else {
		err = json.NewDecoder(res.Body).Decode(out)
	}
	if err != nil {
		return fmt.Errorf("reading the response to %s %q: %w", c.method, strings.Join(c.path, "/"), because(ctx, err))
	}
	return nil
}

// escape keeps slashes, as in the name of an image.
func escape(part string) string { return strings.ReplaceAll(url.PathEscape(part), "%2F", "/") }

func get(path ...string) call    { return call{method: http.MethodGet, path: path} }
func post(path ...string) call   { return call{method: http.MethodPost, path: path} }
func put(path ...string) call    { return call{method: http.MethodPut, path: path} }
func remove(path ...string) call { return call{method: http.MethodDelete, path: path} }

func (c call) with(pairs ...string) call {
	c.query = url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		c.query.Add(pairs[i], pairs[i+1])
	}
	return c
}

func (c call) of(body any) call {
	c.body = body
	return c
}

// labelled is the query that lists what has a label.
func labelled(label string) []string {
	text, _ := json.Marshal(map[string][]string{"label": {label}})
	return []string{"filters", string(text)}
}

func notFound(err error) bool {
	code, e := bindings.CheckResponseCode(err)
	return e == nil && code == http.StatusNotFound
}

func unlessGone(err error) error {
	if notFound(err) {
		return nil
	}
	return err
}

// because is the cause of a context that has ended, or else err.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
