package kind

import (
	"context"
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dnslab/dnslab/runner/topo"
)

// makeService makes a service, and notes its address where it has one.
func (w *world) makeService(ctx context.Context, n topo.Node) error {
	spec, err := w.service(n)
	if err != nil {
		return err
	}
	s := &corev1.Service{ObjectMeta: meta.ObjectMeta{Name: w.Name(n.Name), Namespace: w.Name(space(n)), Labels: w.labels(n.Name)}, Spec: spec}
	made, err := w.c.core.Services(s.Namespace).Create(ctx, s, create)
	if err != nil {
		return err
	}
	w.learnService(n, made)
	return nil
}

// setService gives a service that is there another specification. One that
// becomes an alias gives its address back, which the API server wants to be told.
func (w *world) setService(ctx context.Context, n topo.Node) error {
	services := w.c.core.Services(w.Name(space(n)))
	s, err := services.Get(ctx, w.Name(n.Name), get)
	if err != nil {
		return err
	}
	if s.Spec, err = w.service(n); err != nil {
		return err
	}
	made, err := services.Update(ctx, s, update)
	if err != nil {
		return err
	}
	w.learnService(n, made)
	return nil
}

// removeService removes a service.
func (w *world) removeService(ctx context.Context, n topo.Node) error {
	err := w.c.core.Services(w.Name(space(n))).Delete(ctx, w.Name(n.Name), meta.DeleteOptions{})
	w.Removed(n.Name)
	return unlessGone(err)
}

// service is what n says of itself.
func (w *world) service(n topo.Node) (corev1.ServiceSpec, error) {
	spec := corev1.ServiceSpec{Type: corev1.ServiceTypeClusterIP, Ports: ports(n.Service), PublishNotReadyAddresses: n.Service.NotReady}
	switch {
	case n.Service.External != "":
		name, err := topo.Expand(n.Service.External, w.Known().Lookup)
		return corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: strings.TrimSuffix(name, ".")}, err
	case n.Service.Headless:
		spec.ClusterIP = corev1.ClusterIPNone
	}
	if len(n.Service.Of) > 0 {
		spec.Selector = map[string]string{labelService + n.Name: "true"}
	}
	return spec, nil
}

// learnService notes where a service is.
func (w *world) learnService(n topo.Node, s *corev1.Service) {
	addrs := map[string][]netip.Addr{}
	for _, ip := range s.Spec.ClusterIPs {
		if a, err := netip.ParseAddr(ip); err == nil {
			addrs[string(n.Mode)] = append(addrs[string(n.Mode)], a)
		}
	}
	w.Runs(n.Name, addrs)
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
