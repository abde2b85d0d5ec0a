//go:build !linux

package serve

import "errors"

func fit(string, []string) error { return errors.New("only Linux has OCI runtimes") }
