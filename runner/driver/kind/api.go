package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/httpstream/spdy"
	"k8s.io/apimachinery/pkg/version"
	apps "k8s.io/client-go/kubernetes/typed/apps/v1"
	core "k8s.io/client-go/kubernetes/typed/core/v1"
	rbac "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/klog/v2"

	"github.com/dnslab/dnslab/runner/agent/door"
)

// reach opens a door to the API server, whose address is one of the host.
func (r *Runtime) reach(ctx context.Context, kubeconfig string) (*cluster, error) {
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	if err != nil {
		return nil, fmt.Errorf("reading the cluster's kubeconfig: %w", err)
	}
	server, err := url.Parse(config.Host)
	if err != nil {
		return nil, fmt.Errorf("reading the cluster's kubeconfig: %w", err)
	}
	stream, err := r.host.Stream(ctx, agentProgram, "door", server.Host)
	if err != nil {
		return nil, err
	}
	d, err := door.Open(stream)
	if err != nil {
		return nil, err
	}
	config.Dial = func(context.Context, string, string) (net.Conn, error) { return d.Dial() }
	config.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil } // the door is the way
	c, err := newCluster(config)
	if err != nil {
		d.Close()
		return nil, err
	}
	c.door = d
	return c, nil
}

// quiet keeps client-go from printing what it returns as errors too, as it does
// where a request is cut off.
var quiet = sync.OnceFunc(func() { klog.SetLogger(klog.New(nil)) })

// newCluster speaks to the API server that config names.
func newCluster(config *rest.Config) (*cluster, error) {
	quiet()
	config.QPS = -1 // as fast as it takes them
	config.WarningHandler = rest.NoWarnings{}
	c := &cluster{config: config}
	coreClient, err := core.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	appsClient, err := apps.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	rbacClient, err := rbac.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	c.core, c.apps, c.rbac = coreClient, appsClient, rbacClient
	return c, nil
}

// serverVersion is that of the API server: "1.34.3".
func (c *cluster) serverVersion(ctx context.Context) (string, error) {
	raw, err := c.core.RESTClient().Get().AbsPath("/version").DoRaw(ctx)
	if err != nil {
		return "", fmt.Errorf("asking the API server for its version: %w", err)
	}
	var v version.Info
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", fmt.Errorf("asking the API server for its version: %w", err)
	}
	return strings.TrimPrefix(v.GitVersion, "v"), nil
}

// attach opens the standard input and output of a pod's agent.
func (c *cluster) attach(ctx context.Context, namespace, pod string) (io.ReadWriteCloser, error) {
	at := c.core.RESTClient().Post().Resource("pods").Namespace(namespace).Name(pod).SubResource("attach").
		Param("container", containerName).Param("stdin", "true").Param("stdout", "true").Param("stderr", "true").URL()
	executor, err := c.executor(at)
	if err != nil {
		return nil, err
	}
	return newStream(ctx, executor), nil
}

// executor speaks SPDY, through the door where there is one: its transport takes a way to dial, that of WebSockets
// does not (client-go v0.34.3 transport/websocket/roundtripper.go).
func (c *cluster) executor(at *url.URL) (remotecommand.Executor, error) {
	if c.config.Dial == nil { // as kubectl does, through a proxy if need be
		return remotecommand.NewSPDYExecutor(c.config, http.MethodPost, at)
	}
	tls, err := rest.TLSConfigFor(c.config)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: tls, DialContext: c.config.Dial}
	upgrader, err := spdy.NewRoundTripperWithConfig(spdy.RoundTripperConfig{UpgradeTransport: transport})
	if err != nil {
		return nil, err
	}
	wrapped, err := rest.HTTPWrappersForConfig(c.config, upgrader)
	if err != nil {
		return nil, err
	}
	return remotecommand.NewSPDYExecutorForTransports(wrapped, upgrader, http.MethodPost, at)
}

// Bounds of waiting for the cluster to do something, which takes it some
// seconds; a busy machine takes many times that.
const (
	askAgain = 50 * time.Millisecond // at first
	askLater = 500 * time.Millisecond
	doneIn   = 3 * time.Minute
)

// until asks until done says so, and ever more rarely: a dozen labs that wait
// for their pods would keep the API server busier than the pods do.
func until(ctx context.Context, what string, done func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, doneIn, fmt.Errorf("%s: not within %v", what, doneIn))
	defer cancel()
	for again := askAgain; ; again = min(again*5/4, askLater) {
		ok, err := done(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Options of calls that need none.
var (
	get    meta.GetOptions
	create meta.CreateOptions
	update meta.UpdateOptions
)
