package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// As a child of itself, the test is the agent.
func TestMain(m *testing.M) {
	if os.Getenv("DNSLAB_TEST_AGENT") != "" {
		main()
	}
	os.Exit(m.Run())
}

func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "DNSLAB_TEST_AGENT=1")
	return cmd
}

func TestEndsWithItsInput(t *testing.T) {
	cmd := program()
	cmd.Stdin = strings.NewReader(`{"id":7}` + "\n")
	out, err := cmd.Output()
	if err != nil || string(out) != `{"id":7,"version":1}`+"\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestUnknownArgument(t *testing.T) {
	err := program("help").Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("%v, want exit status 2", err)
	}
}

// A signal ends it, whether it still reads or, holding, has read all.
func TestEndsWithASignal(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		signal os.Signal
		closed bool // the input, before
	}{
		{"reading", nil, syscall.SIGTERM, false},
		{"holding", []string{"hold"}, syscall.SIGTERM, true},
		{"holding and reading", []string{"hold"}, syscall.SIGINT, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := program(c.args...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := in.Write([]byte("{\"id\":1}\n")); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatalf("%q, %v", line, err)
			}
			if c.closed {
				in.Close()
			}
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v, want exit status 0", err)
			}
		})
	}
}
