#!/bin/sh
# lint.sh: formatting, vet, staticcheck, and the workflows.
set -eu
bad=$(gofmt -l cmd labs assertions runner results images)
if [ -n "$bad" ]; then
	echo "gofmt would change:" $bad >&2
	exit 1
fi
go vet ./...
go tool staticcheck ./...
if [ -d .github/workflows ]; then go tool actionlint; fi
