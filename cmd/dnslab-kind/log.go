package main

import (
	"fmt"
	"os"
	"strings"

	"sigs.k8s.io/kind/pkg/log"
)

// stderr is KIND's logger: what is for users goes to standard error.
type stderr struct{}

func (stderr) Warn(message string)               { say(message) }
func (stderr) Warnf(format string, args ...any)  { say(fmt.Sprintf(format, args...)) }
func (stderr) Error(message string)              { say(message) }
func (stderr) Errorf(format string, args ...any) { say(fmt.Sprintf(format, args...)) }
func (stderr) Info(message string)               { say(message) }
func (stderr) Infof(format string, args ...any)  { say(fmt.Sprintf(format, args...)) }
func (stderr) Enabled() bool                     { return true }

func (stderr) V(level log.Level) log.InfoLogger {
	if level > 0 {
		return log.NoopInfoLogger{}
	}
	return stderr{}
}

func say(text string) { fmt.Fprintln(os.Stderr, strings.TrimSpace(text)) }
