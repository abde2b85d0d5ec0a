package kind

import "testing"

// A field reads as kubectl writes it, and what is not there is nothing.
func TestField(t *testing.T) {
	const service = `{"spec": {"ports": [{"port": 53}, {"port": 9153}]}}`
	for template, want := range map[string]string{
		"{.spec.ports[*].port}": "53 9153",
		"{.spec.clusterIP}":     "",
	} {
		if got, err := read([]byte(service), template); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", template, got, err, want)
		}
	}
	for object, template := range map[string]string{service: "{.spec", "not JSON": "{.spec}"} {
		if got, err := read([]byte(object), template); err == nil {
			t.Errorf("%s of %q is %q, want an error", template, object, got)
		}
	}
}
