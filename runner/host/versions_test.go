package host

import "testing"

func TestNumber(t *testing.T) {
	for _, tt := range []struct{ name, version, want string }{
		{"netavark", "1.14.0-2", "1.14.0"},
		{"containerd", "1.6.20~ds1-1+deb12u1", "1.6.20"},
		{"dnsname", "1.3.1+ds1-2+b6", "1.3.1"},
		{"iptables", "1:1.8.9-2", "1.8.9"},
		{"pasta", "0.0~git20250503.587980c-2", "20250503"},
	} {
		if got := number(tt.name, tt.version); got != tt.want {
			t.Errorf("%s %s is %q, want %q", tt.name, tt.version, got, tt.want)
		}
	}
}
