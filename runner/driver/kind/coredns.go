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

	kubeadmDomain = "cluster.local" // kubeadm's default for networking.dnsDomain
	kubeadmDNS    = "10.96.0.10"    // the tenth address of what KIND gives kubeadm as networking.serviceSubnet
)

// ofCoreDNS selects its pods.
var ofCoreDNS = meta.ListOptions{LabelSelector: "k8s-app=kube-dns"}

// settle lets CoreDNS be ready within a second of being so: kubeadm's probe
// asks every 10 s, and first when nothing listens yet. And it keeps CoreDNS on
// the control plane, where KIND's own CNI lets it start first: a lab that breaks
// its node must know which it is. It is done before the pods run, so nothing is
// started twice.
func (c *cluster) settle(ctx context.Context) error {
	patch := fmt.Sprintf(`[
		{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/periodSeconds", "value": 1},
		{"op": "add", "path": "/spec/template/spec/nodeSelector/kubernetes.io~1hostname", "value": %q}]`, nodeName("control-plane"))
	_, err := c.apps.Deployments(system).Patch(ctx, coreDNS, types.JSONPatchType, []byte(patch), meta.PatchOptions{})
	if err != nil {
		return fmt.Errorf("changing CoreDNS's probe and place: %w", err)
	}
	return nil
}

// rolledOut returns when as many replicas as there should be are ready, and no
// other is left.
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
		pods, err := c.replicaPods(ctx)
		if err != nil || len(pods) != int(want) {
			return false, err
		}
		return !slices.ContainsFunc(pods, func(p corev1.Pod) bool { _, ok := readySince(p); return !ok }), nil
	})
}

// replicaPods are those of CoreDNS, with those that are about to end.
func (c *cluster) replicaPods(ctx context.Context) ([]corev1.Pod, error) {
	pods, err := c.core.Pods(system).List(ctx, ofCoreDNS)
	if err != nil {
		return nil, fmt.Errorf("listing the replicas of CoreDNS: %w", err)
	}
	return pods.Items, nil
}

// readySince tells for how long a pod has been ready, unless it is about to end.
func readySince(p corev1.Pod) (since time.Time, ok bool) {
	for _, is := range p.Status.Conditions {
		if is.Type == corev1.PodReady {
			return is.LastTransitionTime.Time, is.Status == corev1.ConditionTrue && p.DeletionTimestamp == nil
		}
	}
	return since, false
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
	if err := c.endReplicas(ctx); err != nil {
		return err
	}
	if err := c.rolledOut(ctx); err != nil {
		return err
	}
	return r.answers(ctx, c, anything)
}

// endReplicas ends all of them at once, and others take their place as far as
// there should be any. kubeadm's Corefile would have each answer for 5 s more
// ("lameduck"), and a rollout would keep old ones where new ones fail.
func (c *cluster) endReplicas(ctx context.Context) error {
	before, err := c.replicaPods(ctx)
	if err != nil {
		return err
	}
	if err := c.core.Pods(system).DeleteCollection(ctx, ended(), ofCoreDNS); err != nil {
		return fmt.Errorf("ending CoreDNS: %w", err)
	}
	return until(ctx, "waiting for the end of CoreDNS", func(ctx context.Context) (bool, error) {
		now, err := c.replicaPods(ctx)
		return !slices.ContainsFunc(now, func(p corev1.Pod) bool {
			return slices.ContainsFunc(before, func(old corev1.Pod) bool { return old.UID == p.UID })
		}), err
	})
}

// restartCoreDNS starts all replicas anew, whatever becomes of them.
func (r *Runtime) restartCoreDNS(ctx context.Context, c *cluster) error {
	replicas, err := c.replicas(ctx)
	if err != nil {
		return err
	}
	if err := c.endReplicas(ctx); err != nil {
		return err
	}
	failed, err := c.settled(ctx, replicas)
	if err != nil {
		return err
	}
	if failed {
		return r.answers(ctx, c, nothing)
	}
	return r.answers(ctx, c, anything)
}

// looking is how long CoreDNS's plugin loop looks for one after its start
// (coredns v1.12.1 plugin/loop/setup.go: it disables itself after 2 s), and a
// little for what comes before.
const looking = 4 * time.Second

// settled waits until every replica of CoreDNS has either been ready for that
// long or ended so often that kubelet waits before the next start.
func (c *cluster) settled(ctx context.Context, replicas int) (failed bool, err error) {
	err = until(ctx, "waiting for what becomes of CoreDNS", func(ctx context.Context) (bool, error) {
		pods, err := c.replicaPods(ctx)
		if err != nil || len(pods) != replicas {
			return false, err
		}
		failed = false
		for _, pod := range pods {
			since, ready := readySince(pod)
			switch {
			case gaveUp(pod):
				failed = true
			case !ready || time.Since(since) < looking:
				return false, nil
			}
		}
		return true, nil
	})
	return failed, err
}

// gaveUp tells whether kubelet waits before it starts a pod's container again.
func gaveUp(p corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool {
		return s.State.Waiting != nil && s.State.Waiting.Reason == "CrashLoopBackOff"
	})
}

// replicas is how many CoreDNS there should be.
func (c *cluster) replicas(ctx context.Context) (int, error) {
	s, err := c.apps.Deployments(system).GetScale(ctx, coreDNS, get)
	if err != nil {
		return 0, fmt.Errorf("counting the replicas of CoreDNS: %w", err)
	}
	return int(s.Spec.Replicas), nil
}

// setReplicas says how many there should be.
func (c *cluster) setReplicas(ctx context.Context, n int) error {
	s, err := c.apps.Deployments(system).GetScale(ctx, coreDNS, get)
	if err != nil {
		return fmt.Errorf("counting the replicas of CoreDNS: %w", err)
	}
	s.Spec.Replicas = int32(n)
	if _, err := c.apps.Deployments(system).UpdateScale(ctx, coreDNS, s, update); err != nil {
		return fmt.Errorf("scaling CoreDNS: %w", err)
	}
	return nil
}

// scale sets how many there are, and returns when it is so.
func (r *Runtime) scale(ctx context.Context, c *cluster, replicas int) error {
	if err := c.setReplicas(ctx, replicas); err != nil {
		return err
	}
	if replicas == 0 {
		if err := c.endReplicas(ctx); err != nil {
			return err
		}
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
	image, err := c.coreDNSImage(ctx)
	return strings.TrimPrefix(image[strings.LastIndexByte(image, ':')+1:], "v"), err
}

// coreDNSImage is what the cluster's CoreDNS runs from.
func (c *cluster) coreDNSImage(ctx context.Context) (string, error) {
	d, err := c.apps.Deployments(system).Get(ctx, coreDNS, get)
	if err != nil {
		return "", fmt.Errorf("asking which CoreDNS there is: %w", err)
	}
	i := slices.IndexFunc(d.Spec.Template.Spec.Containers, func(one corev1.Container) bool { return one.Name == coreDNS })
	if i < 0 {
		return "", errors.New("asking which CoreDNS there is: its deployment has no container of that name")
	}
	return d.Spec.Template.Spec.Containers[i].Image, nil
}
