package results

import (
	"maps"
	"slices"
)

// filled returns a copy of r in which nothing that scripts iterate over is
// null in JSON. It shares with r what needed no filling.
func (r Run) filled() Run {
	if r.Schema == "" {
		r.Schema = Schema
	}
	r.Args = list(r.Args)
	r.Problems = list(r.Problems)
	r.Runtimes = each(r.Runtimes, func(rt Runtime) Runtime {
		rt.Versions, rt.Facts, rt.Caps = dict(rt.Versions), dict(rt.Facts), dict(rt.Caps)
		return rt
	})
	r.Results = each(r.Results, func(res Result) Result {
		res.Needs, res.Sources = list(res.Needs), list(res.Sources)
		res.Observed = observed(res.Observed)
		res.Earlier = each(res.Earlier, func(a Attempt) Attempt {
			a.Observed = observed(a.Observed)
			return a
		})
		return res
	})
	return r
}

func observed(all map[string]Observation) map[string]Observation {
	all = dict(maps.Clone(all))
	for name, o := range all {
		all[name] = o.filled()
	}
	return all
}

func (o Observation) filled() Observation {
	if o.DNS != nil {
		m := *o.DNS
		m.Flags, m.Question, m.Answers, m.Addrs = list(m.Flags), list(m.Question), list(m.Answers), list(m.Addrs)
		o.DNS = &m
	}
	if o.Libc != nil {
		l := *o.Libc
		l.Addrs = list(l.Addrs)
		o.Libc = &l
	}
	o.More = slices.Clone(o.More)
	for i := range o.More {
		o.More[i] = o.More[i].filled()
	}
	return o
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func dict[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

func each[T any](s []T, do func(T) T) []T {
	out := make([]T, len(s))
	for i, v := range s {
		out[i] = do(v)
	}
	return out
}
