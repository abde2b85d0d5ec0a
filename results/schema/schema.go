// Package schema has the JSON Schemas of what dnslab writes, and holds data
// against them:
//
//	if err := schema.Validate(schema.Run, data); err != nil {
//		return err // says which field breaks which promise
//	}
//
// The schemas are strict about what is promised and open to more fields.
package schema

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What there is a schema for.
const (
	Run    = "run"    // run files, dnslab.run/v1
	List   = "list"   // dnslab list --json, dnslab.list/v1
	Doctor = "doctor" // dnslab doctor --json, dnslab.doctor/v1
	Diff   = "diff"   // dnslab diff --json, dnslab.diff/v1
)

// Files are the schemas themselves: run.schema.json and so on.
//
//go:embed *.schema.json
var Files embed.FS

// Validate says where data breaks the promise of a kind: Run, List, Doctor or Diff.
// The error has a line for each broken rule.
func Validate(kind string, data []byte) error {
	s, err := compile(kind)
	if err != nil {
		return fmt.Errorf("compiling the schema of a %q: %w", kind, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("validating a %q: %w", kind, err)
	}
	err = s.Validate(v)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		return fmt.Errorf("validating a %q:\n%s", kind, strings.Join(leaves(invalid), "\n"))
	}
	return err
}

func compile(kind string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	entries, err := Files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	urls := map[string]string{}
	for _, e := range entries {
		data, err := Files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		url, _ := doc.(map[string]any)["$id"].(string)
		if err := c.AddResource(url, doc); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		urls[strings.TrimSuffix(e.Name(), ".schema.json")] = url
	}
	url, ok := urls[kind]
	if !ok {
		return nil, errors.New("there is none")
	}
	return c.Compile(url)
}

// leaves are the rules that were broken, without those that only contain them.
func leaves(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		return []string{e.Error()}
	}
	var all []string
	for _, c := range e.Causes {
		all = append(all, leaves(c)...)
	}
	return all
}
