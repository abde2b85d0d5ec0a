package docker

import "testing"

// As uname names machines and as Go does.
func TestGoarch(t *testing.T) {
	for machine, want := range map[string]string{
		"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386", "s390x": "s390x", "riscv64": "riscv64", "amd64": "amd64",
	} {
		if got := goarch(machine); got != want {
			t.Errorf("goarch(%q) = %q, want %q", machine, got, want)
		}
	}
}
