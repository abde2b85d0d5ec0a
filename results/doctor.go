package results

import (
	"fmt"
	"io"
)

// DoctorSchema is what the output of "dnslab doctor --json" says it is.
const DoctorSchema = "dnslab.doctor/v1"

// Whether a runtime can be had.
const (
	Ready       = "ready"
	Buildable   = "buildable"
	Unavailable = "unavailable"
)

// A Doctor is what "dnslab doctor --json" prints: every runtime that dnslab knows.
type Doctor struct {
	Schema   string          `json:"schema"`
	Runtimes []DoctorRuntime `json:"runtimes"`
}

// A DoctorRuntime says whether one runtime can be had, and what helps if not.
type DoctorRuntime struct {
	Name    string  `json:"name"`
	State   string  `json:"state"`   // Ready, Buildable or Unavailable
	Version string  `json:"version"` // of the engine, as far as it is known
	Reason  string  `json:"reason"`  // empty when ready
	Fix     string  `json:"fix"`     // the command that helps, if there is one
	Seconds float64 `json:"seconds"` // that building takes, roughly; 0 when ready
	Bytes   int64   `json:"bytes"`   // of disk that building takes, roughly; 0 when ready
}

// WriteDoctor writes d as JSON, with every field that the contract names.
func WriteDoctor(w io.Writer, d Doctor) error {
	if d.Schema == "" {
		d.Schema = DoctorSchema
	}
	d.Runtimes = list(d.Runtimes)
	if err := encode(w, d); err != nil {
		return fmt.Errorf("writing what the doctor found: %w", err)
	}
	return nil
}
