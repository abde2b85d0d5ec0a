package serve

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

// askOnceWait is how long one server may take to answer.
const askOnceWait = 5 * time.Second

// askOnce asks the server at an address, on port 53 unless it has another, for
// one name over UDP. It writes the rcode and the addresses of the answer in one
// line, as in "NOERROR 10.89.0.2". That nothing answered is an error.
func askOnce(out io.Writer, name, qtype, server string) error {
	if _, err := netip.ParseAddr(server); err == nil {
		server = net.JoinHostPort(server, "53")
	}
	o, err := newWorker().wire(agent.Wire{Name: name, Type: qtype, Server: server, TimeoutMS: int(askOnceWait.Milliseconds())})
	if err != nil {
		return err
	}
	if o.Outcome != results.Answered {
		return fmt.Errorf("asking for %q: %s", name, o.Outcome)
	}
	words := []string{o.DNS.Rcode}
	for _, a := range o.DNS.Addrs {
		words = append(words, a.String())
	}
	fmt.Fprintln(out, strings.Join(words, " "))
	return nil
}
