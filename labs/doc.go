// Package labs holds the labs: short stories about how names resolve inside
// containers. One file is one lab, one function, one returned value.
//
// A lab is data. It says which nodes and networks there are, what is done and
// asked, and what is claimed of what came back:
//
//	lan := topo.Network{Name: "lan"}
//	web := topo.Node{Name: "web", On: topo.On(lan)}
//	client := topo.Node{Name: "client", On: topo.On(lan)}
//	return Lab{
//		Name:     "neighbour",
//		Story:    "Two containers on one network find each other.",
//		Topology: topo.Topology{web, client},
//		Steps: []Step{{Ask: map[string]topo.Question{
//			"answer": topo.Wire{From: client, Name: "{web}"},
//		}}},
//		Claims: []Claim{{
//			ID: "name", Says: "a container is found by its name",
//			Cases: []Case{{
//				When:    docker(""),
//				Expect:  is.AddressOf(web, "answer"),
//				Because: "moby daemon/libnetwork Sandbox.ResolveName",
//				Sources: holds("S0-1"),
//			}},
//		}},
//	}
//
// The test of this package runs them all: go test ./labs.
package labs
