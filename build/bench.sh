#!/bin/sh
# bench.sh: what dnslab costs beyond the same engine calls made by hand, and
# beside a script with docker and dig; then what its parts cost, a claim on
# every runtime that is ready, a lab host, and a cluster. Prints Markdown. DNSLAB_BENCH_ROUNDS (5) says how often each is measured;
# DNSLAB_BENCH_MANY=1 also times the lab of 100 containers. Times are worth
# something on a machine that does nothing else.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${DOCKER_HOST:-}" ]; then
	DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
	export DOCKER_HOST
fi
tmp=$(mktemp -d)
DNSLAB_BENCH_ID=b$(date +%s)
DNSLAB_BENCH_OUT=$tmp/table.md
export DNSLAB_BENCH_ID DNSLAB_BENCH_OUT

# Whatever happens, nothing that was made here stays.
cleanup() {
	trap '' INT TERM
	its="--filter label=dnslab.run=$DNSLAB_BENCH_ID"
	# shellcheck disable=SC2086 # its is two words, and ids are many
	{
		docker ps -aq $its | xargs -r docker rm -fv
		docker network ls -q $its | xargs -r docker network rm
		docker volume ls -q $its | xargs -r docker volume rm
	} >/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

status=0
go test -count=1 -p 1 -timeout 90m -v -run '^TestCompare$' -bench . ./bench ./runner/host ./runner/driver/kind >"$tmp/log" 2>&1 &
test=$!
tail -n +1 -f --pid=$test "$tmp/log" | grep --line-buffered -E 'round [0-9]+:|FAIL|building|^ +[a-z_]+\.go' >&2 || :
wait $test || status=$?
if [ $status != 0 ]; then
	tail -n 40 "$tmp/log" >&2
	exit $status
fi
cat "$tmp/table.md"
echo
echo "| part | each time | also |"
echo "|---|---|---|"
awk '/^Benchmark[^ ]*[ \t]+[0-9]+[ \t]/ {
	sub(/^Benchmark/, "", $1); sub(/-[0-9]+$/, "", $1)
	t = $3; unit = "ns"
	if (t >= 1e9) { t /= 1e9; unit = "s" } else if (t >= 1e6) { t /= 1e6; unit = "ms" } else if (t >= 1e3) { t /= 1e3; unit = "µs" }
	also = ""
	for (i = 5; i < NF; i += 2) also = also (also == "" ? "" : ", ") $i " " $(i+1)
	printf "| %s | %.1f %s | %s |\n", $1, t, unit, also
}' "$tmp/log"
