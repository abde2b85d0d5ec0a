package kind

import (
	"context"
	"errors"
	"fmt"
	"sync"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

// Clean removes namespaces, and then images from nodes that they were put onto.
func (g *Guest) Clean(ctx context.Context, all bool) (removed, spared []string, err error) {
	spaces, err := g.cluster.core.Namespaces().List(ctx, meta.ListOptions{LabelSelector: book.LabelRun})
	if err != nil {
		return nil, nil, fmt.Errorf("listing namespaces: %w", err)
	}
	c := cleaning{all: all, said: map[string]bool{}}
	var wait sync.WaitGroup
	for _, s := range spaces.Items {
		wait.Go(func() {
			c.one("namespace "+s.Name, s.Labels[book.LabelRun], s.Annotations[book.LabelOwner], func() error {
				return g.cluster.removeSpace(ctx, s.Name)
			})
		})
	}
	wait.Wait()
	if g.nodes != nil {
		c.fail(g.nodes.each(func(node string) error {
			images, err := g.nodes.left(ctx, node)
			for name, labels := range images {
				c.one("image "+name+" on "+node, labels[book.LabelRun], labels[book.LabelOwner], func() error {
					return g.nodes.remove(ctx, node, name)
				})
			}
			return err
		}))
	}
	return c.removed, c.spared, errors.Join(c.errs...)
}

// cleaning is what one round of cleaning did. It may be used by several
// goroutines.
type cleaning struct {
	all bool

	mu      sync.Mutex
	removed []string
	spared  []string
	said    map[string]bool // why a run was spared
	errs    []error
}

// one removes what a run left, unless its owner lives or cannot be known.
func (c *cleaning) one(what, run, by string, remove func() error) {
	switch owner.Lives(by) {
	case owner.Alive:
		if !c.all {
			c.spare("run " + run + ", which still goes on")
			return
		}
	case owner.Unknown:
		if !c.all {
			c.spare("run " + run + ", which was started on another machine (--all removes it)")
			return
		}
	}
	if err := remove(); err != nil {
		c.fail(fmt.Errorf("removing %s: %w", what, err))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removed = append(c.removed, what)
}

func (c *cleaning) spare(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.said[why] {
		c.spared, c.said[why] = append(c.spared, why), true
	}
}

func (c *cleaning) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errs = append(c.errs, err)
}
