package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
	apps "k8s.io/client-go/kubernetes/typed/apps/v1"
	core "k8s.io/client-go/kubernetes/typed/core/v1"
	rbac "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/rest"

	"github.com/dnslab/dnslab/runner/agent/binary"
	"github.com/dnslab/dnslab/runner/agent/door"
)

// A cluster is one that runs.
type cluster struct {
	core   core.CoreV1Interface
	apps   apps.AppsV1Interface
	rbac   rbac.RbacV1Interface
	config *rest.Config
	door   *door.Door // to the API server
	kind   string     // version of KIND
	nodes  []machine
	before state // when it was ready
}

// Of the cluster on its host: its name, which its nodes' names begin with, and
// where the program is that makes it.
const (
	clusterName = "kind"
	program     = "/usr/local/sbin/dnslab-kind"
)

// create makes the cluster.
func (r *Runtime) create(ctx context.Context) (*cluster, error) {
	made, err := r.provision(ctx)
	if err != nil {
		return nil, err
	}
	c, err := r.reach(ctx, made.Kubeconfig)
	if err != nil {
		return nil, err
	}
	c.kind = made.KIND
	if err := r.complete(ctx, c); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// made is what the program says; see cmd/dnslab-kind.
type made struct {
	KIND       string `json:"kind"`
	Kubeconfig string `json:"kubeconfig"`
}

// searched is the domain that the host searches, as a machine in an office does:
// what becomes of it on nodes and in pods is to be seen.
const searched = "host.test"

// gather gets what it takes to make a cluster: the node image on the engine,
// the program on the host, a domain to search, and what the engine says of
// itself.
func (r *Runtime) gather(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		r.image, err = r.engine.Image(gctx, r.spec.Image())
		return err
	})
	g.Go(func() error {
		p, err := binary.Kind(gctx, "linux", runtime.GOARCH)
		if err != nil {
			return err
		}
		if err := r.host.Put(gctx, program, p); err != nil {
			return err
		}
		return r.search(gctx)
	})
	g.Go(func() (err error) {
		if r.under, err = r.engine.About(gctx); err != nil {
			return fmt.Errorf("asking the engine under it what it is: %w", err)
		}
		return nil
	})
	return g.Wait()
}

// search gives the host its domain. While Docker copies a program to a host it
// may mount its own resolv.conf there (moby daemon/archive.go of 20.10,
// mountVolumes), so this comes after it, and looks whether it was done.
func (r *Runtime) search(ctx context.Context) error {
	line := "search " + searched
	file, err := r.host.Run(ctx, nil, "sh", "-c", fmt.Sprintf("echo %s >>%s; cat %[2]s", line, resolvConf))
	if err == nil && !strings.Contains(file, line) {
		err = fmt.Errorf("the host's %s is %q, without %q", resolvConf, file, line)
	}
	return err
}

// provision has KIND make the nodes.
func (r *Runtime) provision(ctx context.Context) (m made, err error) {
	r.say("making the cluster " + r.spec.Name)
	out, err := r.host.Run(ctx, nil, program, "-engine", r.under.Engine, "-image", r.image,
		"-workers", fmt.Sprint(r.spec.Workers), "create", clusterName)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(out), &m)
}

// complete does what KIND leaves to others, and waits for CoreDNS.
func (r *Runtime) complete(ctx context.Context, c *cluster) (err error) {
	if err := c.settle(ctx); err != nil {
		return err
	}
	if c.nodes, err = c.machines(ctx, 1+r.spec.Workers); err != nil {
		return err
	}
	if err := r.connect(ctx, c); err != nil {
		return err
	}
	r.say("waiting for CoreDNS of " + r.spec.Name)
	if err := c.rolledOut(ctx); err != nil {
		return err
	}
	if err := r.answers(ctx, c, found); err != nil {
		return err
	}
	mode, err := c.proxyMode(ctx)
	if err != nil {
		return err
	}
	if err := r.served(ctx, c, mode); err != nil { // on other nodes it may take longer
		return err
	}
	c.before, err = r.look(ctx, c)
	return err
}

// delete removes the nodes of a cluster.
func (r *Runtime) delete(ctx context.Context, name string) error {
	_, err := r.host.Run(ctx, nil, program, "-engine", r.under.Engine, "delete", name)
	return err
}

func (c *cluster) close() error {
	if c.door == nil {
		return nil
	}
	return c.door.Close()
}

// onNode is a command for a node's container.
func (r *Runtime) onNode(node string, args ...string) []string {
	return append([]string{r.under.Engine, "exec", "-i", node}, args...)
}

// nodeName is KIND's name for a node of the cluster, and back.
func nodeName(lab string) string { return clusterName + "-" + lab }
func labName(node string) string { return strings.TrimPrefix(node, clusterName+"-") }
