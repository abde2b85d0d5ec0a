package labs_test

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"golang.org/x/sys/unix"
)

// TestNothingLeaves looks at what went over this machine's own interfaces
// during the whole shared run. No packet may hold the label that is in every
// name of the run's zone. A packet of our own, sent to ourselves before and
// after the run on each interface, proves that the capture sees.
func TestNothingLeaves(t *testing.T) {
	run := whole(t)
	if captured.skip != "" {
		t.Skip(captured.skip)
	}
	if len(run.Results) == 0 {
		t.Skip("no runtime is ready")
	}
	captured.mu.Lock()
	defer captured.mu.Unlock()
	for _, err := range captured.errs {
		t.Error(err)
	}
	for name, n := range captured.sentinels {
		if n < 2 {
			t.Errorf("the capture on %s saw %d of 2 packets of our own", name, n)
		}
	}
	if len(captured.sentinels) == 0 {
		t.Error("nothing was captured at all")
	}
	for _, leak := range captured.leaks {
		t.Error(leak)
	}
	t.Logf("%d packets on %d interfaces, none with the label %s but our own", captured.packets, len(captured.sentinels), run.ID)
}

// captured is what the capture around the shared run found.
var captured capture

// A capture reads from several interfaces and looks for one label.
type capture struct {
	skip  string // why there is none
	label []byte // of the run's zone, lower case

	mu        sync.Mutex
	changed   *sync.Cond
	packets   int
	sentinels map[string]int // by interface
	leaks     []string
	errs      []error
	handles   []*pcapgo.EthernetHandle
	ends      []net.Interface
}

const sentinel = "-sentinel"

// begin captures on every interface by which a packet could leave.
func (c *capture) begin(label string) {
	c.label, c.sentinels = []byte(label), map[string]int{}
	c.changed = sync.NewCond(&c.mu)
	for _, scheme := range []string{"tcp:", "ssh:", "http"} {
		if strings.HasPrefix(os.Getenv("DOCKER_HOST"), scheme) {
			c.skip = "the engine is on another machine, whose interfaces cannot be captured from here"
			return
		}
	}
	outgoing, err := outgoing()
	if err != nil || len(outgoing) == 0 {
		c.skip = fmt.Sprintf("no interface is there by which a packet could leave (%v)", err)
		return
	}
	for _, i := range outgoing {
		h, err := pcapgo.NewEthernetHandle(i.Name)
		if err != nil {
			c.end()
			c.skip = fmt.Sprintf("capturing takes root on Linux: %v", err)
			return
		}
		c.handles, c.ends = append(c.handles, h), append(c.ends, i)
		c.sentinels[i.Name] = 0
		go c.read(h, i.Name)
	}
	c.prove(1)
}

// finish proves once more that the capture sees, and ends it.
func (c *capture) finish() {
	if c.skip != "" {
		return
	}
	c.prove(2)
	c.end()
}

func (c *capture) end() {
	for _, h := range c.handles {
		h.Close()
	}
}

func (c *capture) read(h *pcapgo.EthernetHandle, name string) {
	for {
		data, _, err := h.ReadPacketData()
		if err != nil {
			return // closed
		}
		c.look(name, bytes.ToLower(data))
	}
}

func (c *capture) look(name string, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.changed.Broadcast()
	c.packets++
	switch {
	case bytes.Contains(data, append(bytes.Clone(c.label), sentinel...)):
		c.sentinels[name]++
	case bytes.Contains(data, c.label):
		p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.Default)
		c.leaks = append(c.leaks, fmt.Sprintf("a packet with the run's label left by %s: %v", name, p))
	}
}

// prove sends a packet to ourselves on each interface, and waits until it was
// seen n times in all.
func (c *capture) prove(n int) {
	for _, i := range c.ends {
		if err := toSelf(i, append(bytes.Clone(c.label), sentinel...)); err != nil {
			c.mu.Lock()
			c.errs = append(c.errs, err)
			c.mu.Unlock()
		}
	}
	late := false
	alarm := time.AfterFunc(10*time.Second, func() {
		c.mu.Lock()
		late = true
		c.mu.Unlock()
		c.changed.Broadcast()
	})
	defer alarm.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range c.ends {
		for c.sentinels[i.Name] < n && !late {
			c.changed.Wait()
		}
	}
}

// toSelf sends a frame whose sender and receiver are the interface itself.
func toSelf(i net.Interface, text []byte) error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	own := net.IPv4(192, 0, 2, 2)
	addrs, _ := i.Addrs()
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
			own = p.Addr().AsSlice()
		}
	}
	eth := &layers.Ethernet{SrcMAC: i.HardwareAddr, DstMAC: i.HardwareAddr, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 1, Protocol: layers.IPProtocolUDP, SrcIP: own, DstIP: own}
	udp := &layers.UDP{SrcPort: 9, DstPort: 9} // discard
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		return err
	}
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, eth, ip, udp, gopacket.Payload(text)); err != nil {
		return err
	}
	return unix.Sendto(fd, buf.Bytes(), 0, &unix.SockaddrLinklayer{Ifindex: i.Index, Halen: 6})
}

// outgoing returns the interfaces that are up, have a hardware address and are
// neither bridges nor members of one, as those of containers are.
func outgoing() ([]net.Interface, error) {
	all, err := net.Interfaces()
	var some []net.Interface
	for _, i := range all {
		_, bridge := os.Stat(filepath.Join("/sys/class/net", i.Name, "bridge"))
		_, member := os.Stat(filepath.Join("/sys/class/net", i.Name, "brport"))
		if i.Flags&net.FlagUp != 0 && len(i.HardwareAddr) == 6 && bridge != nil && member != nil {
			some = append(some, i)
		}
	}
	return some, err
}
