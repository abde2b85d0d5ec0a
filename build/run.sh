#!/bin/sh
# run.sh DNSLAB RUNS [ARG…]: run the labs, and keep the run file and a Markdown
# summary under RUNS, where "latest" names the newest. Unless ARG names
# runtimes, on one of each behaviour, the user's own Docker first.
set -eu
dnslab=$1 runs=$2
shift 2
case " $* " in
*" -r"* | *" --runtime"*) ;;
*) set -- -r default "$@" ;;
esac
dir=$runs/$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$dir"
status=0
"$dnslab" run --json "$dir/run.json" --markdown "$dir/summary.md" "$@" || status=$?
if [ -e "$dir/run.json" ]; then
	ln -sfn "$(basename "$dir")" "$runs/latest"
	echo "kept in $runs/latest: run.json, summary.md"
else
	rmdir "$dir"
fi
exit $status
