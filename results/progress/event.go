package progress

import (
	"time"

	"github.com/dnslab/dnslab/results"
)

// A Reporter is told what happens. Report never fails and waits for no
// redraw: a run does not end because nobody could watch. After Close events
// are ignored; Close may be called twice.
type Reporter interface {
	Report(Event)
	Close() error
}

// An Event is one of the types below.
type Event interface{ event() }

// Planned says how much is to be done. It may come again with another number.
type Planned struct {
	Results int // as in a run file's "planned"
}

// LabStarted says that a lab is being built on a runtime.
type LabStarted struct {
	Runtime, Lab string
	Round        int // from 1; 0 where there is only one
}

// LabDone says what became of a lab that was started, or of one that was
// skipped without ever being started.
type LabDone struct {
	Runtime, Lab string
	Round        int
	Tally        results.Tally
	Duration     time.Duration
	Reason       string // of the first fail or error, or of the skip; may be empty
}

// Say announces something else that takes time or matters: "building
// dnslab/host-docker-26.1".
type Say struct {
	Text string
}

// RuntimeDone says that all labs of one of several runtimes are done.
type RuntimeDone struct {
	Run results.Run // with that runtime and its results alone
}

// Page is text that was laid out by whoever reports it, such as a matrix.
type Page struct {
	Text string // lines, colours included
}

func (Planned) event()     {}
func (LabStarted) event()  {}
func (LabDone) event()     {}
func (Say) event()         {}
func (RuntimeDone) event() {}
func (Page) event()        {}

// Discard is for whoever does not want to watch.
var Discard Reporter = discard{}

type discard struct{}

func (discard) Report(Event) {}
func (discard) Close() error { return nil }
