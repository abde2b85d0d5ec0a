package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/topo"
)

// What making each image takes where nothing is cached, as measured on two
// cores; the base is shared by those that need one.
var imageCost = map[string]struct {
	took time.Duration
	mb   int
}{
	"agent": {2 * time.Second, 6}, "glibc": {45 * time.Second, 10}, "musl": {5 * time.Second, 7}, "helper": {30 * time.Second, 180},
}

// dryRun says what a run would do. It asks no engine, so it cannot know what is
// there already or what would be skipped.
func dryRun(w io.Writer, plan runner.Plan, candidates []all.Candidate, o runner.Options) error {
	rounds := max(1, o.Repeat)
	for _, c := range candidates {
		labs := plan.For(c.Name, c.Engine)
		claims, nodes := 0, 0
		need := map[string]bool{"agent": true}
		for _, l := range labs {
			claims += len(l.Claims)
			nodes += len(l.Topology)
			for _, n := range l.Topology {
				if n.Image != topo.Bare {
					need[string(n.Image)] = true
				}
			}
			if l.FromOutside() && c.Engine != "kubernetes" { // a node of a cluster has what it takes
				need["helper"] = true
			}
		}
		fmt.Fprintf(w, "%s: %d labs, %d claims", c.Name, len(labs), claims)
		if rounds > 1 {
			fmt.Fprintf(w, ", %d rounds", rounds)
		}
		fmt.Fprintln(w)
		for _, l := range labs {
			fmt.Fprintf(w, "    %-24s %2d claims, %d containers, %d networks\n", l.Name, len(l.Claims), len(l.Topology), len(l.Topology.Networks()))
		}
		imagesNeeded(w, need)
		if c.Made() {
			for _, image := range c.Images() {
				what, seconds, bytes := costAnew(image)
				fmt.Fprintf(w, "  %s: image %s; where nothing of it is cached, about %v to build and %.0f MB of disk, shared with others of its suite\n",
					what, image, time.Duration(seconds)*time.Second, float64(bytes)/1e6)
			}
		}
		privileges := "containers as any user starts them"
		if need["helper"] {
			privileges += "; to read rules and owners of sockets from outside, helpers with NET_ADMIN, NET_RAW, SYS_PTRACE and the host's PID namespace"
		}
		if c.Visited() {
			privileges = "in the cluster, to make and remove namespaces, and pods, services and configmaps in them"
		}
		if c.Made() {
			privileges = "the lab host: all capabilities that the machine can grant, no seccomp, no AppArmor, devices, one volume; in it, " + privileges
		}
		fmt.Fprintf(w, "  privileges: %s\n", privileges)
		// A container costs about 0.7 s of two cores, from its network to its removal.
		estimate := time.Duration(float64(nodes*rounds)*0.45*float64(time.Second)) + 5*time.Second
		fmt.Fprintf(w, "  time: about %v once the images are there\n", estimate.Round(5*time.Second))
	}
	return nil
}

// costAnew is what making an image takes where nothing is cached, and what
// starts from it.
func costAnew(image string) (what string, seconds int, bytes int64) {
	if slices.Contains(images.NodeImageNames(), image) {
		seconds, bytes = images.NodeImageCostAnew(image)
		return "cluster", seconds, bytes
	}
	seconds, bytes = images.HostCostAnew(image)
	return "lab host", seconds, bytes
}

func imagesNeeded(w io.Writer, need map[string]bool) {
	var names []string
	var took time.Duration
	mb := 0
	for name := range need {
		names = append(names, name)
		took += imageCost[name].took
		mb += imageCost[name].mb
	}
	slices.Sort(names)
	fmt.Fprintf(w, "  images: %s; where they are not cached, about %v to build and %d MB of disk\n", strings.Join(names, ", "), took, mb)
}
