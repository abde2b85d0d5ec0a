package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Read reads the run file at path. What is wrong with it fits on one line:
// that it is a directory, empty, cut off, no JSON, of another schema.
func Read(path string) (Run, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		var perr *os.PathError
		if errors.As(err, &perr) {
			err = perr.Err
		}
		return Run{}, fmt.Errorf("reading %q: %w", path, err)
	}
	run, err := decode(data)
	if err != nil {
		return Run{}, fmt.Errorf("reading %q: %w", path, err)
	}
	return run, nil
}

// Decode reads a run file from r, which must hold nothing else.
func Decode(r io.Reader) (Run, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Run{}, fmt.Errorf("reading a run: %w", err)
	}
	run, err := decode(data)
	if err != nil {
		return Run{}, fmt.Errorf("reading a run: %w", err)
	}
	return run, nil
}

func decode(data []byte) (Run, error) {
	if err := wellFormed(data); err != nil {
		return Run{}, err
	}
	// The schema comes first: of another one, nothing else can be said.
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Run{}, mistyped(err)
	}
	switch {
	case head.Schema == nil:
		return Run{}, fmt.Errorf("it has no schema, so it is no run file of dnslab")
	case *head.Schema != Schema:
		return Run{}, fmt.Errorf("schema is %q, this dnslab reads %s", *head.Schema, Schema)
	}
	var run Run
	if err := json.Unmarshal(data, &run); err != nil {
		return Run{}, mistyped(err)
	}
	if err := run.check(); err != nil {
		return Run{}, err
	}
	return run.filled(), nil
}

// wellFormed says what keeps data from being one JSON object.
func wellFormed(data []byte) error {
	first := slices.IndexFunc(data, func(b byte) bool { return b != ' ' && b != '\t' && b != '\r' && b != '\n' })
	if first < 0 {
		return errors.New("it is empty")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			return err
		}
		if err.Error() == "unexpected end of JSON input" {
			return fmt.Errorf("it is cut off after %d octets", len(data))
		}
		return fmt.Errorf("not JSON at octet %d: %w", syntax.Offset, err)
	}
	if kind, ok := notObjects[data[first]]; ok {
		return fmt.Errorf("it is JSON, but %s and not a run", kind)
	}
	if data[first] != '{' {
		return errors.New("it is JSON, but a number and not a run")
	}
	return nil
}

var notObjects = map[byte]string{'[': "an array", '"': "a string", 't': "a boolean", 'f': "a boolean", 'n': "null"}

// mistyped words an error of encoding/json without the names of Go's types.
func mistyped(err error) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return fmt.Errorf("%s is a JSON %s at octet %d, which a run file does not have there", typ.Field, typ.Value, typ.Offset)
	}
	var bad *time.ParseError
	if errors.As(err, &bad) {
		return fmt.Errorf("%q is no time as RFC 3339 writes it", bad.Value)
	}
	return err
}

// check finds what no reader of a run could make sense of.
func (r Run) check() error {
	type key struct {
		runtime, lab, claim string
		round               int
	}
	seen := map[key]int{}
	for i, res := range r.Results {
		if !slices.Contains(Statuses, res.Status) {
			return fmt.Errorf("results[%d].status is %q, not one of pass, fail, skip, error", i, res.Status)
		}
		k := key{res.Runtime, res.Lab, res.Claim, res.Round}
		if first, ok := seen[k]; ok {
			return fmt.Errorf("results[%d] and results[%d] are both round %d of %s", first, i, res.Round, res.Path())
		}
		seen[k] = i
	}
	return nil
}
