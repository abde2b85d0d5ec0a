package kind

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// A tenant makes worlds in namespaces of a cluster, whoever's that is.
type tenant struct {
	*stock.Stock
	run    string
	owner  string
	pull   corev1.PullPolicy         // of pods' images
	on     map[string]string         // labels of the nodes that these run on; nil for all
	domain string                    // of the cluster: "cluster.local"
	dns    string                    // address of its DNS: "10.96.0.10"
	help   func(image string) string // what brings an image to where nodes pull it; nil where they do not
}

// why adds to the reason why a pod does not run what helps, or what it waits for.
func (t *tenant) why(pod *corev1.Pod, err error) error {
	if pod == nil {
		return err
	}
	for _, s := range pod.Status.ContainerStatuses {
		if s.State.Waiting != nil && s.State.Waiting.Reason == imagePullBackOff && t.help != nil {
			return fmt.Errorf("%w (%s)", err, t.help(pod.Spec.Containers[0].Image))
		}
	}
	for _, is := range pod.Status.Conditions {
		if is.Type == corev1.PodScheduled && is.Status == corev1.ConditionFalse {
			return fmt.Errorf("%w (%s)", err, is.Message)
		}
	}
	return err
}
