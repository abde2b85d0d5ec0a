package kind

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/topo"
)

// Of a CoreDNS of the lab's own.
const (
	copier  = "copier"         // the container that copies its files to where they can be changed
	readers = "system:coredns" // the role that kubeadm makes for the cluster's
)

// addCoreDNS adds a server to a pod, which is ready when it listens.
func (w *world) addCoreDNS(ctx context.Context, n topo.Node, pod *corev1.Pod) error {
	s := n.Pod.CoreDNS
	name := pod.Name + "-" + coreDNS
	if err := w.putFiles(ctx, n, name, files(s, nil)); err != nil {
		return err
	}
	image, err := w.c.coreDNSImage(ctx)
	if err != nil {
		return err
	}
	spec, yes := &pod.Spec, true
	spec.Containers = append(spec.Containers, corev1.Container{
		Name: coreDNS, Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Args: []string{"-conf", topo.CorefilePath},
		VolumeMounts:             []corev1.VolumeMount{{Name: coreDNS, MountPath: topo.CorefileDir}},
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		ReadinessProbe: &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{
			TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(53)},
		}},
	})
	spec.AutomountServiceAccountToken = &yes // one that is blind finds the API server, which tells it nothing
	if !s.Blind {
		spec.ServiceAccountName = coreDNS
		if err := w.letRead(ctx, pod.Namespace); err != nil {
			return err
		}
	}
	if s.Mounted {
		spec.Volumes = append(spec.Volumes, volumeOf(coreDNS, name))
		return nil
	}
	agent, err := w.t.Image(ctx, stock.Of(topo.Node{}))
	if err != nil {
		return err
	}
	spec.Containers[0].VolumeMounts = append(spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: coreDNS, MountPath: topo.CorefileDir})
	spec.Volumes = append(spec.Volumes, volumeOf(copier, name), corev1.Volume{Name: coreDNS, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
	spec.InitContainers = []corev1.Container{{
		Name: copier, Image: agent, ImagePullPolicy: w.t.pull, Args: []string{"copy", "/from", topo.CorefileDir},
		VolumeMounts: []corev1.VolumeMount{{Name: copier, MountPath: "/from"}, {Name: coreDNS, MountPath: topo.CorefileDir}},
	}}
	return nil
}

// setConfig changes files of a server that is Mounted. kubelet brings them there.
func (w *world) setConfig(ctx context.Context, n topo.Node, changed map[string]string) error {
	return w.putFiles(ctx, n, w.Name(n.Name)+"-"+coreDNS, files(n.Pod.CoreDNS, changed))
}

// files are what a server reads: those of s, and what was changed since.
func files(s topo.CoreDNS, changed map[string]string) map[string]string {
	all := map[string]string{path.Base(topo.CorefilePath): s.Corefile}
	maps.Copy(all, s.Files)
	maps.Copy(all, changed)
	return all
}

// letRead lets the servers of a namespace read what the cluster's may.
func (w *world) letRead(ctx context.Context, space string) error {
	account := &corev1.ServiceAccount{ObjectMeta: meta.ObjectMeta{Name: coreDNS, Namespace: space, Labels: w.labels("")}}
	_, err := w.c.core.ServiceAccounts(space).Create(ctx, account, create)
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	_, err = w.c.rbac.ClusterRoleBindings().Create(ctx, &rbac.ClusterRoleBinding{
		ObjectMeta: meta.ObjectMeta{Name: space, Labels: w.labels("")},
		RoleRef:    rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "ClusterRole", Name: readers},
		Subjects:   []rbac.Subject{{Kind: rbac.ServiceAccountKind, Name: coreDNS, Namespace: space}},
	}, create)
	if apierrors.IsAlreadyExists(err) { // for another server of the namespace
		return nil
	}
	return err
}

// removeReaders takes back what letRead gave; what it did not give is not there.
func (w *world) removeReaders(ctx context.Context, spaces []string) error {
	if !slices.ContainsFunc(w.Topology, func(n topo.Node) bool { return n.Pod.CoreDNS.Corefile != "" }) {
		return nil
	}
	var errs []error
	for _, space := range spaces {
		errs = append(errs, unlessGone(w.c.rbac.ClusterRoleBindings().Delete(ctx, space, meta.DeleteOptions{})))
	}
	return errors.Join(errs...)
}
