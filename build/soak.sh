#!/bin/sh
# soak.sh DNSLAB: many repeats, every runtime, many kills, the labs that only run
# when named, and nothing left behind. Stops at the first thing that is wrong.
set -eu
dnslab=$1
step() {
	began=$(date +%s)
	echo "== $*"
	"$@"
	echo "== $(($(date +%s) - began)) s: $*"
}
nothing_left() {
	left=$(docker ps -aq --filter label=dnslab.run; docker network ls -q --filter label=dnslab.run; docker volume ls -q --filter label=dnslab.run)
	if [ -n "$left" ]; then
		echo "left behind:" $left >&2
		exit 1
	fi
}
mkdir -p results/runs
step "$dnslab" run -r docker --repeat 20 --json results/runs/soak.json
step nothing_left
step "$dnslab" run -r docker many-containers
step nothing_left
step "$dnslab" run -r all --json results/runs/all.json
step nothing_left
DNSLAB_REQUIRE=kind step go test -count=1 -timeout 15m ./runner/driver/kind
step nothing_left
DNSLAB_SOAK=1
export DNSLAB_SOAK
DNSLAB_REQUIRE=kind step go test -count=1 -timeout 60m ./labs -run '^TestClusterSabotage$'
step nothing_left
step go test -count=1 -timeout 60m ./labs -run '^TestHostSabotage$'
step nothing_left
step go test -count=1 -timeout 60m ./cmd/dnslab -run 'Interrupt|Kill'
step nothing_left
