package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/results"
)

// version and commit are set by a release build (-X main.version=…).
var version, commit string

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which dnslab this is", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			b := build()
			_, err := fmt.Fprintf(c.OutOrStdout(), "dnslab %s (%s)\n", b.Version, b.Commit)
			return err
		},
	}
}

// build says what this program was made of, as far as it knows.
func build() results.Build {
	b := results.Build{Version: version, Commit: commit}
	info, ok := debug.ReadBuildInfo()
	if b.Version == "" && ok {
		b.Version = info.Main.Version
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	if b.Commit == "" && ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = s.Value
			}
		}
	}
	if b.Commit == "" {
		b.Commit = "unknown"
	}
	return b
}
