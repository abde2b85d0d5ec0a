package owner

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func TestLives(t *testing.T) {
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	me := strings.Split(Text(), ":")
	other := func(place, pid, ticks string) string { return strings.Join([]string{place, pid, ticks}, ":") }
	for _, tt := range []struct {
		name, text string
		want       State
	}{
		{"this process", Text(), Alive},
		{"one that ended", other(me[0], fmt.Sprint(ended.Process.Pid), "1"), Dead},
		{"one that has its number", other(me[0], me[1], "1"), Dead},
		{"on another machine", other("0123456789ab", me[1], me[2]), Unknown},
		{"no owner", "", Dead},
		{"no number", other(me[0], "one", me[2]), Dead},
	} {
		if got := Lives(tt.text); got != tt.want {
			t.Errorf("%s, %q: %v, want %v", tt.name, tt.text, got, tt.want)
		}
	}
}

// Whoever cannot look must not say that a process is gone: what it made would
// be removed under its feet.
func TestLivesUnseen(t *testing.T) {
	me := Text()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := limit
	low.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	var open []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		open = append(open, f)
	}
	got := Lives(me)
	for _, f := range open {
		f.Close()
	}
	if got == Dead {
		t.Error("this process lives, and is said to be dead where no file can be opened")
	}
}
