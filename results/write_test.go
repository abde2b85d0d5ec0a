package results_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/schema"
)

var update = flag.Bool("update", false, "rewrite testdata/run.json")

// A run file that is read and written again is the same, octet for octet, and
// keeps its promise.
func TestRoundTrip(t *testing.T) {
	want, err := os.ReadFile("testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	run, err := results.Read("testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := results.Write(&got, run); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/run.json", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("testdata/run.json reads and writes as something else (-update accepts that)")
	}
	if err := schema.Validate(schema.Run, got.Bytes()); err != nil {
		t.Error(err)
	}
}

// Nothing in a zero value becomes null, whatever the writer of it left out.
func TestNoNull(t *testing.T) {
	outputs := map[string]func(io.Writer) error{
		"run": func(w io.Writer) error {
			return results.Write(w, results.Run{
				Runtimes: make([]results.Runtime, 1),
				Results: []results.Result{{
					Earlier:  make([]results.Attempt, 1),
					Observed: map[string]results.Observation{"x": {DNS: &results.Message{}, Libc: &results.Lookup{}, More: make([]results.Observation, 1)}},
				}, {}},
			})
		},
		"list": func(w io.Writer) error {
			return results.WriteList(w, results.List{Labs: []results.ListedLab{{}, {Claims: []results.ListedClaim{{}, {Cases: make([]results.ListedCase, 1)}}}}})
		},
		"empty list": func(w io.Writer) error { return results.WriteList(w, results.List{}) },
		"doctor":     func(w io.Writer) error { return results.WriteDoctor(w, results.Doctor{}) },
		"diff": func(w io.Writer) error {
			one := make([]results.ClaimDiff, 1)
			return results.WriteDiff(w, results.Diff{Runtimes: make([]results.RuntimeDiff, 1), Claims: one, Cases: one, Unsteady: one})
		},
		"empty diff": func(w io.Writer) error { return results.WriteDiff(w, results.Diff{}) },
	}
	for name, write := range outputs {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(got.Bytes()) || strings.Contains(got.String(), "null") {
			t.Errorf("%s has null in it:\n%s", name, got.String())
		}
	}
}

// Writing does not change what the caller holds.
func TestWriteLeavesTheRunAlone(t *testing.T) {
	o := map[string]results.Observation{"x": {DNS: &results.Message{}}}
	run := results.Run{Results: []results.Result{{Observed: o}}}
	if err := results.Write(io.Discard, run); err != nil {
		t.Fatal(err)
	}
	if run.Results[0].Needs != nil || o["x"].DNS.Flags != nil {
		t.Error("the run was filled in place")
	}
}

func TestListAndDoctorKeepTheirPromise(t *testing.T) {
	var list, doctor bytes.Buffer
	err := results.WriteList(&list, results.List{Labs: []results.ListedLab{{
		Name: "names", Story: "Names on a network.",
		Claims: []results.ListedClaim{{
			Claim: "alias", Says: "a container is found by its alias", Engines: []string{"docker", "podman"},
			Cases: []results.ListedCase{{When: "docker >=20.10", Expected: "an answer", Because: "moby v20.10.27", Sources: []results.Source{{ID: "S0-1", Verdict: results.Holds}}}},
		}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(schema.List, list.Bytes()); err != nil {
		t.Error(err)
	}
	if strings.Contains(list.String(), `\u003e`) || !strings.Contains(list.String(), `"docker >=20.10"`) {
		t.Error("the list escapes >")
	}
	err = results.WriteDoctor(&doctor, results.Doctor{Runtimes: []results.DoctorRuntime{
		{Name: "docker", State: results.Ready, Version: "20.10.24"},
		{Name: "docker-29", State: results.Buildable, Seconds: 40, Bytes: 400 << 20, Fix: "dnslab image build docker-29"},
		{Name: "podman", State: results.Unavailable, Reason: "no podman command", Fix: "apt-get install podman"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(schema.Doctor, doctor.Bytes()); err != nil {
		t.Error(err)
	}
}

// A file is there whole or as it was before.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "run.json"), filepath.Join(dir, "latest.json")
	if err := results.Save(path, results.Run{ID: "aaaaaaaa"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("run.json", link); err != nil {
		t.Fatal(err)
	}
	if err := results.Save(link, results.Run{ID: "bbbbbbbb"}); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	err := results.SaveAs(path, func(w io.Writer) error {
		io.WriteString(w, "half")
		return full
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "run.json") {
		t.Errorf("got %v, want the path and %v", err, full)
	}
	if run, err := results.Read(path); err != nil || run.ID != "bbbbbbbb" {
		t.Errorf("got run %q and %v, want what was saved last", run.ID, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
	if err := results.Save(filepath.Join(dir, "none", "run.json"), results.Run{}); err == nil {
		t.Error("saved in a directory that is not there")
	}
	if err := results.Save(os.DevNull, results.Run{}); err != nil {
		t.Error(err)
	}
}
