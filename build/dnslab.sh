#!/bin/sh
# dnslab.sh OUT [FLAG…]: build dnslab with its other programs in it, as a release is.
# FLAGs are for "go build"; GOOS and GOARCH choose what dnslab itself runs on.
set -eu
case $1 in /*) out=$1 ;; *) out=$PWD/$1 ;; esac
shift
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
folder=$PWD/runner/agent/binary/embedded
replace=
for arch in amd64 arm64; do
	for name in agent kind; do
		CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -buildvcs=false -ldflags='-s -w' -o "$tmp/$name" "./cmd/dnslab-$name"
		gzip -9 -n -c "$tmp/$name" >"$tmp/$name-$arch.gz"
		replace="$replace${replace:+,}\"$folder/$name-linux-$arch.gz\":\"$tmp/$name-$arch.gz\""
	done
done
printf '{"Replace":{%s}}' "$replace" >"$tmp/overlay.json"
commit=$(git describe --always --dirty --abbrev=40 --exclude='*' 2>/dev/null || echo unknown)
version=$(git describe --tags 2>/dev/null || echo "(devel)")
CGO_ENABLED=${CGO_ENABLED:-0} go build -trimpath -buildvcs=false -ldflags="-X main.version=$version -X main.commit=$commit" -overlay "$tmp/overlay.json" -o "$out" "$@" ./cmd/dnslab
