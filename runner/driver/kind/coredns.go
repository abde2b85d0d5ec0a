package kind

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/dnslab/dnslab/runner/agent"
)

// Where kubeadm puts CoreDNS (kubernetes v1.34.3 cmd/kubeadm/app/phases/addons/dns).
const (
	system      = meta.NamespaceSystem
	coreDNS     = "coredns"  // deployment, configmap and container
	dnsService  = "kube-dns" // its service
	corefileKey = "Corefile"
)

// probeOften lets CoreDNS be ready within a second of being so: kubeadm's
// probe asks every 10 s, and first when nothing listens yet. It is done before
// the pods run, so nothing is started twice.
func (c *cluster) probeOften(ctx context.Context) error {
	patch := `[{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/periodSeconds", "value": 1}]`
	_, err := c.apps.Deployments(system).Patch(ctx, coreDNS, types.JSONPatchType, []byte(patch), meta.PatchOptions{})
	if err != nil {
		return fmt.Errorf("changing CoreDNS's readiness probe: %w", err)
	}
	return nil
}

// rolledOut returns when as many replicas as there should be are ready, and no
// other is left: one that is about to end answers for 5 s more, as kubeadm's
// Corefile has it ("lameduck").
func (c *cluster) rolledOut(ctx context.Context) error {
	return until(ctx, "waiting for the replicas of CoreDNS", func(ctx context.Context) (bool, error) {
		d, err := c.apps.Deployments(system).Get(ctx, coreDNS, get)
		if err != nil {
			return false, err
		}
		s, want := d.Status, *d.Spec.Replicas
		if s.ObservedGeneration < d.Generation || s.UpdatedReplicas != want || s.ReadyReplicas != want {
			return false, nil
		}
		pods, err := c.core.Pods(system).List(ctx, meta.ListOptions{LabelSelector: meta.FormatLabelSelector(d.Spec.Selector)})
		return err == nil && len(pods.Items) == int(want), err
	})
}

// silence is how long an answer of the cluster's DNS may take to be one.
const silence = time.Second

// What a node may hear of the cluster's DNS.
type heard int

const (
	nothing  heard = iota
	anything       // whatever it is
	found          // the API server's address
)

// answers returns when a node hears that of the cluster's DNS.
func (r *Runtime) answers(ctx context.Context, c *cluster, want heard) error {
	service, err := c.core.Services(system).Get(ctx, dnsService, get)
	if err != nil {
		return err
	}
	client, err := r.agent(ctx, nodeName("control-plane"))
	if err != nil {
		return err
	}
	defer client.Close()
	question := agent.Wire{
		Name: "kubernetes.default.svc.cluster.local.", Type: "A",
		Server: net.JoinHostPort(service.Spec.ClusterIP, "53"), TimeoutMS: int(silence.Milliseconds()),
	}
	return until(ctx, "waiting for what CoreDNS says", func(ctx context.Context) (bool, error) {
		resp, err := client.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"name": {Wire: &question}}})
		if err != nil {
			return false, err
		}
		message := resp.Observed["name"].DNS
		switch want {
		case nothing:
			return message == nil, nil
		case anything:
			return message != nil, nil
		}
		return message != nil && len(message.Addrs) > 0, nil
	})
}

// corefile is the configuration of the cluster's CoreDNS.
func (c *cluster) corefile(ctx context.Context) (string, error) {
	m, err := c.core.ConfigMaps(system).Get(ctx, coreDNS, get)
	if err != nil {
		return "", fmt.Errorf("reading the Corefile: %w", err)
	}
	return m.Data[corefileKey], nil
}

// setCorefile starts CoreDNS anew: its plugin reload would see another file
// only when kubelet has, which can take more than a minute.
func (r *Runtime) setCorefile(ctx context.Context, c *cluster, text string) error {
	maps := c.core.ConfigMaps(system)
	m, err := maps.Get(ctx, coreDNS, get)
	if err != nil {
		return fmt.Errorf("reading the Corefile: %w", err)
	}
	m.Data[corefileKey] = text
	if _, err := maps.Update(ctx, m, update); err != nil {
		return fmt.Errorf("writing the Corefile: %w", err)
	}
	patch := fmt.Sprintf(`{"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": %q}}}}}`, time.Now().Format(time.RFC3339Nano))
	if _, err := c.apps.Deployments(system).Patch(ctx, coreDNS, types.StrategicMergePatchType, []byte(patch), meta.PatchOptions{}); err != nil {
		return fmt.Errorf("starting CoreDNS anew: %w", err)
	}
	if err := c.rolledOut(ctx); err != nil {
		return err
	}
	return r.answers(ctx, c, anything)
}

// replicas is how many CoreDNS there should be.
func (c *cluster) replicas(ctx context.Context) (int, error) {
	s, err := c.apps.Deployments(system).GetScale(ctx, coreDNS, get)
	if err != nil {
		return 0, fmt.Errorf("counting the replicas of CoreDNS: %w", err)
	}
	return int(s.Spec.Replicas), nil
}

func (r *Runtime) scale(ctx context.Context, c *cluster, replicas int) error {
	s, err := c.apps.Deployments(system).GetScale(ctx, coreDNS, get)
	if err != nil {
		return fmt.Errorf("counting the replicas of CoreDNS: %w", err)
	}
	s.Spec.Replicas = int32(replicas)
	if _, err := c.apps.Deployments(system).UpdateScale(ctx, coreDNS, s, update); err != nil {
		return fmt.Errorf("scaling CoreDNS: %w", err)
	}
	if err := c.rolledOut(ctx); err != nil {
		return err
	}
	if replicas == 0 {
		return r.answers(ctx, c, nothing)
	}
	return r.answers(ctx, c, anything)
}

// coreDNSVersion is the tag of its image: "1.12.1".
func (c *cluster) coreDNSVersion(ctx context.Context) (string, error) {
	d, err := c.apps.Deployments(system).Get(ctx, coreDNS, get)
	if err != nil {
		return "", fmt.Errorf("asking which CoreDNS there is: %w", err)
	}
	i := slices.IndexFunc(d.Spec.Template.Spec.Containers, func(one corev1.Container) bool { return one.Name == coreDNS })
	if i < 0 {
		return "", errors.New("asking which CoreDNS there is: its deployment has no container of that name")
	}
	image := d.Spec.Template.Spec.Containers[i].Image
	return strings.TrimPrefix(image[strings.LastIndexByte(image, ':')+1:], "v"), nil
}
