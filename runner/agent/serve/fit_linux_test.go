package serve

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const process = `{"capabilities":{"bounding":["CAP_KILL","CAP_SYS_RESOURCE"],"effective":["CAP_SYS_RESOURCE"]},` +
	`"rlimits":[{"type":"RLIMIT_NOFILE","hard":90000,"soft":100},{"type":"RLIMIT_NOFILE","hard":50,"soft":90000},{"type":"RLIMIT_NEW","hard":90000,"soft":1}],` +
	`"oomScoreAdj":-500,"user":{"uid":18446744073709551615}}`

const fitted = `{"capabilities":{"bounding":["CAP_KILL"],"effective":[]},"oomScoreAdj":0,` +
	`"rlimits":[{"hard":20000,"soft":100,"type":"RLIMIT_NOFILE"},{"hard":50,"soft":20000,"type":"RLIMIT_NOFILE"},{"hard":90000,"soft":1,"type":"RLIMIT_NEW"}],` +
	`"user":{"uid":18446744073709551615}}`

func TestFit(t *testing.T) {
	m := machine{map[string]bool{"CAP_KILL": true}, map[string]uint64{"RLIMIT_NOFILE": 20000}}
	file := filepath.Join(t.TempDir(), "process.json")
	if err := os.WriteFile(file, []byte(process), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := m.refit(file, func(o object) object { return o }); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); string(got) != fitted {
		t.Errorf("it is now %s", got)
	}
	if info, _ := os.Stat(file); info.Mode() != 0o640 {
		t.Errorf("its mode is now %v", info.Mode())
	}
}

// Where there is nothing to change, nothing is.
func TestFitsAlready(t *testing.T) {
	for _, text := range []string{`{}`, `{"process":{"args":["x"]}}`} {
		file := filepath.Join(t.TempDir(), "config.json")
		os.WriteFile(file, []byte(text), 0o600)
		if err := (machine{}).refit(file, func(o object) object { return o.object("process") }); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, _ := os.ReadFile(file); string(got) != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// The command lines of containerd's shim, of conmon and by hand.
func TestSpecOf(t *testing.T) {
	whole := object{"process": map[string]any{"in": "config"}}
	for _, tt := range []struct {
		args  []string
		file  string
		inner bool
	}{
		{[]string{"--root", "/r", "--log", "/l", "create", "--bundle", "/b", "--pid-file", "/p", "id"}, "/b/config.json", true},
		{[]string{"create", "--bundle=/b", "id"}, "/b/config.json", true},
		{[]string{"run", "-b", "/b", "id"}, "/b/config.json", true},
		{[]string{"run", "id"}, "config.json", true},
		{[]string{"exec", "--process", "/p.json", "--detach", "id"}, "/p.json", false},
		{[]string{"exec", "id", "sh"}, "", false},
		{[]string{"state", "id"}, "", false},
		{nil, "", false},
	} {
		file, find := specOf(tt.args)
		if file != tt.file {
			t.Errorf("%q reads %q, want %q", tt.args, file, tt.file)
		}
		if file == "" {
			continue
		}
		got, _ := json.Marshal(find(whole))
		if want := map[bool]string{true: `{"in":"config"}`, false: `{"process":{"in":"config"}}`}[tt.inner]; string(got) != want {
			t.Errorf("%q: the process is %s", tt.args, got)
		}
	}
}

// What cannot be run, or read, is said.
func TestFitCannot(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"create", "--bundle", "/nobody"}} {
		if err := fit("/nobody/runc", args); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
