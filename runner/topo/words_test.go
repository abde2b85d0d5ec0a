package topo

import (
	"fmt"
	"testing"
	"time"
)

// TestWords: what a lab does and asks reads as a sentence.
func TestWords(t *testing.T) {
	client, node := Node{Name: "client"}, Node{Name: "node", Mode: ClusterNode}
	svc := Wire{From: client, Name: "{new}.svc.", Times: 3}
	for says, x := range map[string]fmt.Stringer{
		"node runs conntrack -L -d web.addr":                                                  NodeCommand{Of: node, Args: []string{"conntrack", "-L", "-d", "{web.addr}"}},
		"node runs conntrack -F":                                                              NodeRun{Node: node, Args: []string{"conntrack", "-F"}},
		"client pings 10.96.0.10":                                                             Ping{From: client, To: "10.96.0.10"},
		"client asks new.svc. A until the answer is NOERROR, for 30s at most":                 Await{Ask: svc},
		"client asks new.svc. A until the answer is 10.0.0.1, for 1m0s at most":               Await{Ask: svc, Answers: []string{"10.0.0.1"}, Within: time.Minute},
		"client asks new.svc. A until the answer is web.addr, web., for 5s at most":           Await{Ask: svc, Answers: []string{"{web.addr}", "{web}."}, Within: 5 * time.Second},
		"client asks new.svc. A until the answer is NXDOMAIN, for 30s at most":                Await{Ask: svc, Rcode: "NXDOMAIN"},
		"client asks new.svc. A over TCP until that is refused, for 30s at most":              Await{Ask: Wire{From: client, Name: "{new}.svc.", TCP: true}, Refused: true},
		"client asks new.svc. A until the answer is NOERROR without records, for 30s at most": Await{Ask: svc, Answers: []string{}},
		`read the API server's /api/v1/namespaces/lab/pods/client/log?container=coredns until it holds "Reloading complete", for 30s at most`: AwaitText{In: LogOf(client), Has: "Reloading complete"},
	} {
		if got := x.String(); got != says {
			t.Errorf("%T reads %q, want %q", x, got, says)
		}
	}
}
