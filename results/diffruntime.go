package results

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// diffRuntimes matches runtimes by name and leaves out those that are the same.
func diffRuntimes(a, b []Runtime) []RuntimeDiff {
	var all []RuntimeDiff
	find := func(in []Runtime, name string) int {
		return slices.IndexFunc(in, func(rt Runtime) bool { return rt.Name == name })
	}
	for _, rt := range a {
		i := find(b, rt.Name)
		if i < 0 {
			all = append(all, RuntimeDiff{A: rt.Name})
			continue
		}
		if changes := changes(rt, b[i]); len(changes) > 0 {
			all = append(all, RuntimeDiff{A: rt.Name, B: rt.Name, Changes: changes})
		}
	}
	for _, rt := range b {
		if find(a, rt.Name) < 0 {
			all = append(all, RuntimeDiff{B: rt.Name})
		}
	}
	return all
}

// changes are what two runtimes say differently of themselves.
func changes(a, b Runtime) []Change {
	var all []Change
	add := func(what, name, a, b string) {
		if a != b {
			all = append(all, Change{what, name, a, b})
		}
	}
	add(ChangedStatus, "", became(a), became(b))
	add(ChangedEngine, "", a.Engine, b.Engine)
	engine := a.Engine
	if a.Engine != b.Engine {
		engine = "" // a version of neither
	}
	add(ChangedVersion, engine, a.Version, b.Version)
	said := map[string]bool{a.Engine: true, b.Engine: true, "rootless": true}
	for _, name := range union(a.Versions, b.Versions) {
		if !said[name] {
			add(ChangedVersion, name, a.Versions[name], b.Versions[name])
			said[name] = true
		}
	}
	add(ChangedRootless, "", strconv.FormatBool(a.Rootless), strconv.FormatBool(b.Rootless))
	for _, name := range union(a.Facts, b.Facts) {
		if !said[name] { // versions are facts too
			add(ChangedFact, name, a.Facts[name], b.Facts[name])
		}
	}
	for _, name := range union(a.Caps, b.Caps) {
		_, inA := a.Caps[name]
		_, inB := b.Caps[name]
		if inA != inB { // the evidence alone makes no difference
			add(ChangedCap, name, a.Caps[name], b.Caps[name])
		}
	}
	return all
}

// became says what became of a runtime: "ran", "absent: no podman command".
func became(rt Runtime) string {
	return strings.TrimSuffix(rt.Status+": "+rt.Reason, ": ")
}

func union(a, b map[string]string) []string {
	all := dict(maps.Clone(a))
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}
