package kind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// visited are the nodes of somebody else's cluster, which are containers of an
// engine: images are put onto them as "kind load" does, and removed again. An
// image has a name for each run there, so that no run takes it from another.
type visited struct {
	engine Containers
	names  []string
	run    string
	owner  string
	put    []string // images, by their names on the nodes
}

var _ stock.Receiver = (*visited)(nil)

// Receive imports ref into every node, and calls it by the run's name there.
func (v *visited) Receive(ctx context.Context, ref string, archive func(context.Context) (io.ReadCloser, error)) (string, error) {
	own := ref + "-" + v.run
	v.put = append(v.put, own) // the stock takes care that nobody else does at once
	return own, v.each(func(node string) error {
		in, err := archive(ctx)
		if err != nil {
			return err
		}
		defer in.Close()
		run := v.on(node)
		if _, err := run(ctx, in, "sh", "-eu", "-c", entering, "sh", hub+ref, hub+own, v.run, v.owner); err != nil {
			return err
		}
		return run.noticed(ctx, node, own)
	})
}

// leave removes the images of this run.
func (v *visited) leave(ctx context.Context) error {
	if v == nil {
		return nil
	}
	return v.each(func(node string) error {
		var errs []error
		for _, own := range v.put {
			errs = append(errs, v.remove(ctx, node, hub+own))
		}
		return errors.Join(errs...)
	})
}

// remove removes an image from a node by the name that a run gave it.
func (v *visited) remove(ctx context.Context, node, name string) error {
	_, err := v.on(node)(ctx, nil, "sh", "-eu", "-c", leaving, "sh", name)
	return err
}

// left returns the images on a node that carry the label of a run, by name,
// with their labels.
func (v *visited) left(ctx context.Context, node string) (map[string]map[string]string, error) {
	out, err := v.on(node)(ctx, nil, "ctr", "-n", "k8s.io", "images", "ls", fmt.Sprintf("labels.%q", book.LabelRun))
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]string{}
	for l := range strings.Lines(out) {
		words := strings.Fields(l) // REF TYPE DIGEST SIZE UNIT PLATFORMS LABELS
		labels := map[string]string{}
		for pair := range strings.SplitSeq(words[len(words)-1], ",") {
			if key, value, ok := strings.Cut(pair, "="); ok {
				labels[key] = value
			}
		}
		if labels[book.LabelRun] != "" {
			all[words[0]] = labels
		}
	}
	return all, nil
}

// each does something on all nodes at once.
func (v *visited) each(do func(node string) error) error {
	var g errgroup.Group
	for _, node := range v.names {
		g.Go(func() error {
			if err := do(node); err != nil {
				return fmt.Errorf("on the node %q: %w", node, err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (v *visited) on(node string) containerd {
	return func(ctx context.Context, in io.Reader, args ...string) (string, error) {
		return v.engine.Exec(ctx, node, in, args...)
	}
}

// entering imports an archive with the image $1, gives it the name $2 and the
// labels of the run $3 of $4, and takes away the names that the import gave it,
// unless they were there. "sha256:…" is CRI's own. The lock is against other
// runs; it leaves no file.
const entering = `ctr() { command ctr -n k8s.io images "$@" 9<&-; }
exec 9</run
flock 9
before=$(ctr ls -q)
ctr import --all-platforms --digests - >&2
ctr tag --force "$1" "$2" >&2
ctr label "$2" dnslab.run="$3" dnslab.owner="$4" >&2
digest=$(ctr ls "name==$1" | { read -r _; read -r _ _ digest _; echo "$digest"; })
for name in $(ctr ls -q "target.digest==$digest"); do
	case $name in "$2" | sha256:*) continue ;; esac
	printf '%s\n' "$before" | grep -qxF -- "$name" || ctr rm "$name" >&2
done`

// leaving takes away the name $1 of an image, and where it was the last one
// what CRI calls it.
const leaving = `ctr() { command ctr -n k8s.io images "$@" 9<&-; }
exec 9</run
flock 9
digest=$(ctr ls "name==$1" | { read -r _; read -r _ _ digest _ && echo "$digest" || true; })
[ -n "$digest" ] || exit 0
ctr rm --sync "$1" >&2
rest=$(ctr ls -q "target.digest==$digest")
printf '%s\n' "$rest" | grep -qv '^sha256:' && exit 0
for name in $rest; do ctr rm --sync "$name" >&2; done`
