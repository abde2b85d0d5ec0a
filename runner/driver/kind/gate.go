package kind

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/dnslab/dnslab/runner/topo"
)

// gate is the condition without which a pod that is Gated is not ready.
const gate corev1.PodConditionType = "dnslab.gate/open"

// setReady says whether a pod is ready, and returns when kubelet agrees.
func (w *world) setReady(ctx context.Context, n topo.Node, is bool) error {
	pods, name, status := w.c.core.Pods(w.Name(space(n))), w.Name(n.Name), corev1.ConditionFalse
	if is {
		status = corev1.ConditionTrue
	}
	patch := fmt.Sprintf(`{"status": {"conditions": [{"type": %q, "status": %q}]}}`, gate, status)
	if _, err := pods.Patch(ctx, name, types.StrategicMergePatchType, []byte(patch), meta.PatchOptions{}, "status"); err != nil {
		return err
	}
	return until(ctx, "waiting for the pod's status", func(ctx context.Context) (bool, error) {
		pod, err := pods.Get(ctx, name, get)
		if err != nil {
			return false, err
		}
		_, ready := readySince(*pod)
		return ready == is, nil
	})
}
