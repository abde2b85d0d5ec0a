package podman

import "testing"

// As Podman 5.4, 4.3 and Fedora's packages say it.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		p           program
		number, day string
	}{
		{program{Version: "netavark 1.14.0", Package: "netavark_1.14.0-2_amd64"}, "1.14.0", ""},
		{program{Version: "crun version 1.21\ncommit: 10269840aa07fb7e6b7e1acff6198692d8ff5c88\nspec: 1.0.0"}, "1.21", ""},
		{program{Version: "conmon version 2.1.12, commit: unknown"}, "2.1.12", ""},
		{program{Package: "passt_0.0~git20250503.587980c-2+deb13u1_amd64"}, "", "20250503"},
		{program{Version: "pasta 2025_05_03.587980c\nCopyright Red Hat", Package: "passt-0^20250503.g587980c-1.fc42.x86_64"}, "", "20250503"},
		{program{Package: "Unknown"}, "", ""},
	} {
		if got := tt.p.day(); got != tt.day {
			t.Errorf("the day of %+v is %q, want %q", tt.p, got, tt.day)
		}
		if got := tt.p.number(); tt.day == "" && got != tt.number {
			t.Errorf("the number of %+v is %q, want %q", tt.p, got, tt.number)
		}
	}
}

func TestTearsDown(t *testing.T) {
	for version, want := range map[string]bool{"1.4.0": true, "1.10.0": true, "1.11.0": false, "1.17.1": false, "": false} {
		if got := tearsDown(version); got != want {
			t.Errorf("aardvark-dns %q: %t", version, got)
		}
	}
}
