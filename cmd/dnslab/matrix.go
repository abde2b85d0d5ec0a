package main

import (
	"bytes"
	"sync"

	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/results/terminal"
)

// A matrixFirst shows the matrix of the first runtime that is done as soon as
// it is done; of the others a line each. Where there is one runtime alone,
// the summary says it all.
type matrixFirst struct {
	progress.Reporter
	runtimes int
	look     terminal.Options
	first    sync.Once
}

func (m *matrixFirst) Report(e progress.Event) {
	done, ok := e.(progress.RuntimeDone)
	if !ok {
		m.Reporter.Report(e)
		return
	}
	if m.runtimes < 2 {
		return
	}
	shown := false
	m.first.Do(func() {
		var text bytes.Buffer
		if err := terminal.Write(&text, done.Run, m.look); err == nil {
			m.Reporter.Report(progress.Page{Text: text.String() + "\n"})
			shown = true
		}
	})
	if !shown {
		m.Reporter.Report(e)
	}
}
