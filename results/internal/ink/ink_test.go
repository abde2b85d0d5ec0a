package ink

import (
	"bytes"
	"testing"
)

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		env   map[string]string
		ascii bool
	}{
		{nil, true},
		{map[string]string{"LANG": "C.UTF-8"}, false},
		{map[string]string{"LANG": "de_DE.utf8"}, false},
		{map[string]string{"LANG": "C.UTF-8", "LC_ALL": "C"}, true},
		{map[string]string{"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, false},
	} {
		k, terminal := Detect(&bytes.Buffer{}, func(name string) string { return tt.env[name] })
		if k.ASCII != tt.ascii || k.Color || terminal {
			t.Errorf("%v: %+v, terminal %v; want ASCII %v and no colour", tt.env, k, terminal, tt.ascii)
		}
	}
}

func TestText(t *testing.T) {
	if got, want := (Ink{ASCII: true}).Text("a… → ü\x1b"), `a... -> \u00fc\x1b`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCut(t *testing.T) {
	for columns, want := range map[int]string{-1: "", 0: "", 1: "…", 3: "na…", 5: "names", 9: "names"} {
		if got := (Ink{}).Cut("names", columns); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
	if got := (Ink{}).Cut("名前です", 5); got != "名前…" {
		t.Errorf("got %q", got)
	}
}
