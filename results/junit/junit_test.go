package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/junit"
)

func TestWrite(t *testing.T) {
	var out bytes.Buffer
	if err := junit.Write(&out, writertest.Run(t)); err != nil {
		t.Fatal(err)
	}
	writertest.Golden(t, "run.xml", out.Bytes())
}

// What a container answers can be any octets; the file must be XML all the same.
func TestAnyOctets(t *testing.T) {
	nasty := "a\x00b\x1b[31m\xff\ufffe]]>&<\u202e"
	run := results.Run{Results: []results.Result{{
		Runtime: "docker", Lab: "names", Claim: "alias", Round: 1, Says: nasty,
		Status: results.Fail, Reason: nasty, Expected: nasty, Seen: nasty,
		Observed: map[string]results.Observation{nasty: {Outcome: results.Value, Text: &nasty}},
	}}}
	var out bytes.Buffer
	if err := junit.Write(&out, run); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(bytes.NewReader(out.Bytes()))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(out.String(), `a\x00b\x1b[31m\xff\ufffe]]&gt;&amp;&lt;\u202e"`) {
		t.Errorf("the octets cannot be told any more:\n%s", out.String())
	}
}

// The counts of the suites are those of their cases, and add up to the run's.
func TestCounts(t *testing.T) {
	run := writertest.Wide(9, 20, 4)
	var out bytes.Buffer
	if err := junit.Write(&out, run); err != nil {
		t.Fatal(err)
	}
	type counts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	var got struct {
		counts
		Suites []struct {
			counts
			Cases []struct {
				Failure, Error, Skipped *struct{}
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	var sum counts
	for _, s := range got.Suites {
		if len(s.Cases) != s.Tests {
			t.Errorf("a suite says that it has %d tests and has %d", s.Tests, len(s.Cases))
		}
		sum.Tests += s.Tests
		sum.Failures += s.Failures
		sum.Errors += s.Errors
		sum.Skipped += s.Skipped
	}
	want := results.Sum(run.Results...)
	if sum != got.counts || sum != (counts{want.Total(), want.Fail, want.Error, want.Skip}) {
		t.Errorf("suites add up to %+v, testsuites says %+v, the run has %+v", sum, got.counts, want)
	}
}
