package labs

import (
	"maps"
	"slices"
	"strings"
)

// containers are the engines of plain containers.
var containers = []string{"docker", "podman"}

// Engines returns the engines that c makes a claim about, sorted: those that
// its cases name, or for a case that names none those of plain containers. A
// claim about clusters names them.
func (c Claim) Engines() []string {
	var some []string
	for _, cs := range c.Cases {
		named := cs.When.engines()
		if len(named) == 0 {
			return containers
		}
		some = append(some, named...)
	}
	slices.Sort(some)
	return slices.Compact(some)
}

func (f Facts) engines() []string {
	var some []string
	for fact := range f {
		if e, ok := Engines[fact]; ok {
			some = append(some, e)
		}
	}
	return some
}

// String writes constraints as results show them: "docker >=24.0, firewall nftables".
func (f Facts) String() string {
	var parts []string
	for _, fact := range slices.Sorted(maps.Keys(f)) {
		parts = append(parts, strings.TrimSpace(fact+" "+f[fact]))
	}
	if len(parts) == 0 {
		return "any engine"
	}
	return strings.Join(parts, ", ")
}
