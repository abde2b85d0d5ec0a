package serve

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Main is the whole of the program dnslab-agent, for another program to act
// as one. With no argument it serves standard input and output until the
// input ends. With "hold" it then waits for a signal, as the first process of
// a container does. SIGTERM and SIGINT end either at once. "hold copy FROM TO"
// copies the files of one folder into another instead: it begins with "hold" as
// all do that run from one of dnslab's images.
//
// In a lab host it has three more uses: "door ADDRESS" joins its standard input
// and output to a unix socket or a TCP port (see package door), "fit RUNTIME ARG..." is
// an OCI runtime that makes do with what the machine has, and "ask NAME TYPE SERVER"
// asks one question from wherever it is run.
//
// What it returns is the exit status: 0, 1 if the stream broke, the runtime
// could not be run or nothing answered, 2 if args are none of these.
func Main(args []string) int {
	hold := len(args) == 1 && args[0] == "hold"
	switch {
	case len(args) == 2 && args[0] == "door":
		return status(serveDoor(context.Background(), args[1]))
	case len(args) > 1 && args[0] == "fit":
		return status(fit(args[1], args[2:]))
	case len(args) == 4 && args[0] == "ask":
		return status(askOnce(os.Stdout, args[1], args[2], args[3]))
	case len(args) == 4 && args[0] == "hold" && args[1] == "copy":
		return status(copyFiles(args[2], args[3]))
	case len(args) > 0 && !hold:
		fmt.Fprintln(os.Stderr, "usage: dnslab-agent [hold [copy FROM TO] | door ADDRESS | fit RUNTIME ARG... | ask NAME TYPE SERVER]")
		return 2
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	// Whoever reads may go away; that is an error of Run, not the end of a container.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	completePath()

	inPackets(os.Stdout)
	w := newWorker()
	if os.Getpid() == 1 {
		go w.reapOrphans()
	}
	ended := make(chan error, 1)
	go func() { ended <- w.run(os.Stdin, os.Stdout) }()
	select {
	case <-stop:
		return 0
	case err := <-ended:
		if err != nil {
			fmt.Fprintln(os.Stderr, "dnslab-agent:", err)
		}
		switch {
		case hold:
			<-stop
		case err != nil:
			return 1
		}
	}
	return 0
}

func status(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "dnslab-agent:", err)
	return 1
}

// completePath adds the folders of iptables and nft, which the PATH of a
// container or of an ordinary user may lack.
func completePath() {
	all := "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
	if p := os.Getenv("PATH"); p != "" {
		all = p + ":" + all
	}
	os.Setenv("PATH", all)
}
