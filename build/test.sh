#!/bin/sh
# test.sh: the harness; the labs on docker, three times over; the labs once on
# the lab hosts that DNSLAB_REQUIRE names or, where it names none, on all that are
# built. Each step says how long it took.
set -eu
step() {
	began=$(date +%s)
	echo "== $*"
	"$@"
	echo "== $(($(date +%s) - began)) s: $*"
}
require=${DNSLAB_REQUIRE:-}
go mod download

# What lab hosts are made of is built while the first steps run.
hosts=$(echo "$require" | tr , '\n' | grep -vx docker | paste -sd, - || :)
builder=
if [ -n "$hosts" ]; then
	step build/dnslab.sh bin/dnslab
	echo "== building what these need, meanwhile: $hosts"
	bin/dnslab image build $(echo "$hosts" | tr , ' ') &
	builder=$!
	trap 'kill $builder 2>/dev/null || :' EXIT
fi
step go test -race ./assertions/... ./results/... ./runner ./runner/agent/serve/... ./runner/topo/...

# The user's own engine, with all that is tested on it.
case ,$require, in
*,docker,*) DNSLAB_REQUIRE=docker ;;
*) DNSLAB_REQUIRE= ;;
esac
DNSLAB_REPEAT=${DNSLAB_REPEAT:-3}
export DNSLAB_REPEAT DNSLAB_REQUIRE
step go test -p 1 -count=1 -timeout 40m ./...

# Lab hosts, and clusters on them.
if [ -n "$builder" ]; then
	step wait "$builder"
	trap - EXIT
fi
DNSLAB_REPEAT=1 DNSLAB_REQUIRE=$hosts
DNSLAB_RUNTIME=${DNSLAB_REQUIRE:-ready}
export DNSLAB_RUNTIME DNSLAB_REPEAT DNSLAB_REQUIRE
step go test -count=1 -timeout 60m ./labs -run '^(TestLabs|TestNothing.*)$'
step go test -count=1 -timeout 20m ./labs -run '^TestHostSabotage$'
step go test -count=1 -timeout 20m ./labs -run '^TestClusterSabotage$'
step go test -count=1 -timeout 20m ./cmd/dnslab -run '^TestKillHost$'
