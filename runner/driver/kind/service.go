package kind

import (
	"context"
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/topo"
)

// makeService makes a service, and notes its address where it has one.
func (w *world) makeService(ctx context.Context, n topo.Node) error {
	s := &corev1.Service{
		ObjectMeta: meta.ObjectMeta{Name: w.Name(n.Name), Namespace: w.Name(space(n)), Labels: w.labels(n.Name)},
		Spec:       corev1.ServiceSpec{Ports: ports(n.Service)},
	}
	switch {
	case n.Service.External != "":
		name, err := topo.Expand(n.Service.External, w.Known().Lookup)
		if err != nil {
			return err
		}
		s.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: strings.TrimSuffix(name, ".")}
	case n.Service.Headless:
		s.Spec.ClusterIP = corev1.ClusterIPNone
	}
	if n.Service.Of != "" {
		s.Spec.Selector = map[string]string{book.LabelNode: n.Service.Of}
	}
	made, err := w.c.core.Services(s.Namespace).Create(ctx, s, create)
	if err != nil {
		return err
	}
	addrs := map[string][]netip.Addr{}
	for _, ip := range made.Spec.ClusterIPs {
		if a, err := netip.ParseAddr(ip); err == nil {
			addrs[string(n.Mode)] = append(addrs[string(n.Mode)], a)
		}
	}
	w.Runs(n.Name, addrs)
	return nil
}

func ports(s topo.Service) []corev1.ServicePort {
	all := s.Ports
	if len(all) == 0 {
		all = []topo.Port{{Name: "dns", Protocol: "UDP", Number: 53}, {Name: "dns-tcp", Protocol: "TCP", Number: 53}}
	}
	var named []corev1.ServicePort
	for _, p := range all {
		named = append(named, corev1.ServicePort{
			Name: p.Name, Protocol: corev1.Protocol(p.Protocol), Port: int32(p.Number), TargetPort: intstr.FromInt32(int32(p.Number)),
		})
	}
	return named
}
