package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/topo"
)

// containerName is that of the container that a pod's agent is in.
const containerName = "agent"

// startPod makes a pod, and returns when its agent runs.
func (w *world) startPod(ctx context.Context, n topo.Node) error {
	pod, err := w.pod(ctx, n)
	if err != nil {
		return err
	}
	if err := w.makeFiles(ctx, n, pod); err != nil {
		return err
	}
	if n.Pod.CoreDNS.Corefile != "" {
		if err := w.addCoreDNS(ctx, n, pod); err != nil {
			return err
		}
	}
	making, cancel, err := book.Making(ctx)
	if err != nil {
		return err
	}
	_, err = w.c.core.Pods(pod.Namespace).Create(making, pod, create)
	cancel()
	if err != nil {
		return err
	}
	return w.learn(ctx, n)
}

// learn waits until a pod runs, and notes where.
func (w *world) learn(ctx context.Context, n topo.Node) error {
	var pod *corev1.Pod
	err := until(ctx, "waiting for the pod", func(ctx context.Context) (ok bool, err error) {
		pod, err = w.c.core.Pods(w.Name(space(n))).Get(ctx, w.Name(n.Name), get)
		if err != nil {
			return false, err
		}
		return runs(pod)
	})
	if err != nil {
		return w.t.why(pod, err)
	}
	w.Note(n.Name, id(pod))
	addrs := map[string][]netip.Addr{}
	for _, ip := range pod.Status.PodIPs {
		if a, err := netip.ParseAddr(ip.IP); err == nil && n.Mode == topo.PodNetwork { // otherwise it is its node's
			addrs[string(n.Mode)] = append(addrs[string(n.Mode)], a)
		}
	}
	w.Runs(n.Name, addrs)
	return nil
}

// runs tells whether a pod runs and has an address, and a server in it is
// ready. One that will not is an error.
func runs(pod *corev1.Pod) (bool, error) {
	all := pod.Status.ContainerStatuses
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, all) {
		switch {
		case s.State.Terminated != nil && (s.Name != copier || s.State.Terminated.ExitCode != 0):
			return false, fmt.Errorf("its container %s ended with %d: %s", s.Name, s.State.Terminated.ExitCode, s.State.Terminated.Message)
		case s.State.Waiting != nil && slices.Contains(hopeless, s.State.Waiting.Reason):
			return false, fmt.Errorf("%s: %s", s.State.Waiting.Reason, s.State.Waiting.Message)
		}
	}
	if pod.Status.Phase == corev1.PodFailed {
		return false, errors.New(pod.Status.Reason + ": " + pod.Status.Message)
	}
	for _, s := range all {
		if s.State.Running == nil || s.ContainerID == "" || s.Name == coreDNS && !s.Ready {
			return false, nil
		}
	}
	return len(all) > 0 && pod.Status.PodIP != "", nil
}

// imagePullBackOff follows the first image that could not be pulled, which
// kubelet tries again after 10 s, and then ever more rarely.
const imagePullBackOff = "ImagePullBackOff"

// hopeless are reasons of kubelet that time does not heal here
// (kubernetes v1.34.3 pkg/kubelet/images/types.go and kuberuntime).
var hopeless = []string{"ErrImageNeverPull", imagePullBackOff, "InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"}

// id is that of the container that the agent is in: 64 hexadecimal digits.
func id(pod *corev1.Pod) string {
	for _, s := range pod.Status.ContainerStatuses {
		if s.Name == containerName {
			_, id, _ := strings.Cut(s.ContainerID, "://")
			return id
		}
	}
	return ""
}

func (w *world) pod(ctx context.Context, n topo.Node) (*corev1.Pod, error) {
	if len(n.Links)+len(n.Mounts) > 0 {
		return nil, errors.New("a pod has no links, and no files of its host")
	}
	image, err := w.t.Image(ctx, stock.Of(n))
	if err != nil {
		return nil, err
	}
	no, atOnce := false, int64(1)
	variables := n.Pod.Variables
	pod := &corev1.Pod{
		ObjectMeta: meta.ObjectMeta{Name: w.Name(n.Name), Namespace: w.Name(space(n)), Labels: w.podLabels(n.Name)},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{{
				Name: containerName, Image: image, ImagePullPolicy: w.t.pull, Stdin: true,
			}},
			RestartPolicy:                 corev1.RestartPolicyNever,
			TerminationGracePeriodSeconds: &atOnce,
			EnableServiceLinks:            &variables,
			AutomountServiceAccountToken:  &no,
			HostNetwork:                   n.Mode == topo.HostNetwork,
			Hostname:                      n.Hostname,
			Subdomain:                     n.Pod.Subdomain,
			DNSPolicy:                     corev1.DNSPolicy(n.Pod.DNSPolicy),
			NodeSelector:                  w.t.on,
		},
	}
	if n.Pod.Gated {
		pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: gate}}
	}
	if n.Pod.On != "" {
		pod.Spec.NodeName = nodeName(n.Pod.On) // past the scheduler, which keeps pods off a control plane
	}
	if pod.Spec.DNSConfig, err = w.dns(n); err != nil {
		return nil, err
	}
	pod.Spec.HostAliases, err = w.aliases(n)
	return pod, err
}

// dns is what a node says of its resolv.conf.
func (w *world) dns(n topo.Node) (*corev1.PodDNSConfig, error) {
	servers, err := w.servers(n)
	if err != nil || len(servers)+len(n.Search)+len(n.Options) == 0 {
		return nil, err
	}
	c := &corev1.PodDNSConfig{Nameservers: servers}
	for _, domain := range n.Search {
		domain, err := topo.Expand(domain, w.Known().Lookup)
		if err != nil {
			return nil, err
		}
		c.Searches = append(c.Searches, domain)
	}
	for _, o := range n.Options {
		name, value, hasValue := strings.Cut(o, ":")
		option := corev1.PodDNSConfigOption{Name: name}
		if hasValue {
			option.Value = &value
		}
		c.Options = append(c.Options, option)
	}
	return c, nil
}

func (w *world) servers(n topo.Node) ([]string, error) {
	var all []string
	for _, d := range n.DNS {
		addr, err := w.Known().ServerAddr(n, d)
		if err != nil {
			return nil, err
		}
		all = append(all, addr.String())
	}
	return all, nil
}

// aliases are the lines that kubelet adds to a pod's /etc/hosts.
func (w *world) aliases(n topo.Node) ([]corev1.HostAlias, error) {
	var all []corev1.HostAlias
	for _, h := range n.ExtraHosts {
		h, err := topo.Expand(h, w.Known().Lookup)
		if err != nil {
			return nil, err
		}
		name, addr, _ := strings.Cut(h, ":")
		all = append(all, corev1.HostAlias{IP: addr, Hostnames: []string{name}})
	}
	return all, nil
}

// makeFiles puts n's files into a configmap, and mounts each where it belongs.
func (w *world) makeFiles(ctx context.Context, n topo.Node, pod *corev1.Pod) error {
	if len(n.Files) == 0 {
		return nil
	}
	data := map[string]string{}
	spec := &pod.Spec
	for i, path := range slices.Sorted(maps.Keys(n.Files)) {
		key := fmt.Sprintf("file-%d", i)
		data[key] = n.Files[path]
		spec.Containers[0].VolumeMounts = append(spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "files", MountPath: path, SubPath: key})
	}
	spec.Volumes = append(spec.Volumes, volumeOf("files", pod.Name))
	return w.putFiles(ctx, n, pod.Name, data)
}

// putFiles makes a configmap of files that may name nodes, or changes it if it
// is there, as it is where the pod was there before.
func (w *world) putFiles(ctx context.Context, n topo.Node, name string, files map[string]string) error {
	m := &corev1.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: name, Namespace: w.Name(space(n)), Labels: w.labels(n.Name)}, Data: map[string]string{}}
	for key, content := range files {
		text, err := topo.Expand(content, w.Known().Lookup)
		if err != nil {
			return err
		}
		m.Data[key] = text
	}
	maps := w.c.core.ConfigMaps(m.Namespace)
	_, err := maps.Create(ctx, m, create)
	if apierrors.IsAlreadyExists(err) {
		_, err = maps.Update(ctx, m, update)
	}
	return err
}

func volumeOf(name, configMap string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: configMap}},
	}}
}
