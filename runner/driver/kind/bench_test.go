package kind

import (
	"context"
	"errors"
	"testing"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

// A cluster on a lab host that has the node image: what "kind create cluster"
// does by hand, which leaves the cluster without a CNI and so without DNS; the
// same until CoreDNS answers; and what comes before it, once.
func BenchmarkCluster(b *testing.B) {
	ctx := b.Context()
	o := driver.Options{Run: "bench", Owner: owner.Text()}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			c, err := open(ctx, clusterOf(), o)
			if err != nil {
				b.Skip(err)
			}
			b.StopTimer()
			if err := c.Close(context.Background()); err != nil {
				b.Error(err)
			}
			b.StartTimer()
		}
	})
	c, err := open(ctx, clusterOf(), o)
	if err != nil {
		b.Skip(err)
	}
	b.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	for name, make := range map[string]func(context.Context) error{
		"by-hand": func(ctx context.Context) error {
			_, err := c.provision(ctx)
			return err
		},
		"ready": func(ctx context.Context) (err error) {
			c.cluster, err = c.create(ctx)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				if err := errors.Join(c.now().close(), c.delete(ctx, clusterName)); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := make(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
