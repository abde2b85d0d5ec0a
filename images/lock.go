package images

import (
	"context"
	"sync"
)

// work is what is made once: a name on an engine, or on the machine.
type work struct {
	engine Engine
	ref    string
}

// making holds the work that goes on in this process.
var making locks

// locks are mutexes by name that can be waited for with a context.
type locks struct {
	mu   sync.Mutex
	held map[work]chan struct{} // closed when it is let go
}

func (l *locks) lock(ctx context.Context, w work) (unlock func(), err error) {
	for {
		l.mu.Lock()
		busy, ok := l.held[w]
		if !ok {
			break
		}
		l.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[work]chan struct{}{}
	}
	free := make(chan struct{})
	l.held[w] = free
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.held, w)
		close(free)
	}, nil
}
