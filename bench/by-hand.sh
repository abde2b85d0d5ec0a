#!/bin/bash
# by-hand.sh RUN IMAGE: what people do without dnslab, for some claims of five
# labs: networks and containers with the docker command, an upstream that is
# dnsmasq, one docker exec for each question, dig, grep. Everything has the
# label dnslab.run=RUN. IMAGE has dig and dnsmasq. Prints "ok LAB/CLAIM".
set -u
run=$1 image=$2 bad=0
trap 'docker rm -f $(docker ps -aq --filter label=dnslab.run=$run) >/dev/null 2>&1; docker network rm $(docker network ls -q --filter label=dnslab.run=$run) >/dev/null 2>&1' EXIT

lab() { lab=$1 n=$run-$1; }
net() { docker network create --label dnslab.run=$run "$n-$1" >/dev/null; }
box() { name=$1; shift; docker run -d --init --label dnslab.run=$run --name "$n-$name" "$@" $image sleep 600 >/dev/null; }
upstream() {
	name=$1 on=$2; shift 2
	docker run -d --init --label dnslab.run=$run --name "$n-$name" --network "$n-$on" $image \
		dnsmasq -k -q --log-facility=- --no-resolv --no-hosts --address=/#/ "$@" >/dev/null
}
addr() { docker inspect -f "{{(index .NetworkSettings.Networks \"$n-${2:-lan}\").IPAddress}}" "$n-$1"; }
id() { docker inspect -f '{{.Id}}' "$n-$1"; }
ask() { box=$1; shift; docker exec "$n-$box" dig +short +tries=1 +time=5 "$@"; }
whole() { box=$1; shift; docker exec "$n-$box" dig +tries=1 +time=5 "$@"; }
file() { docker exec "$n-$1" cat "$2"; }
log() { docker logs "$n-$1" 2>&1; }
ok() { # CLAIM CONDITION…
	claim=$1; shift
	if "$@"; then echo "ok $lab/$claim"; else echo "FAIL $lab/$claim: $*"; bad=1; fi
}
down() {
	docker rm -f $(docker ps -aq --filter label=dnslab.run=$run) >/dev/null
	docker network rm $(docker network ls -q --filter label=dnslab.run=$run) >/dev/null
}

lab names
net lan; net other
upstream up lan --log-queries
docker network connect "$n-other" "$n-up"
box web --network $n-lan --network-alias www --network-alias a.dotted.alias --hostname webhost
box client --network $n-lan --dns "$(addr up)"
box stranger --network $n-other --dns "$(addr up other)"
web=$(addr web) id=$(id web)
ok name [ "$(ask client $n-web)" = "$web" ]
ok short-id [ "$(ask client ${id:0:12})" = "$web" ]
ok hostname [ "$(ask client webhost)" = "$web" ]
ok alias [ "$(ask client www)" = "$web" ]
ok dotted-alias [ "$(ask client a.dotted.alias)" = "$web" ]
ok with-network [ "$(ask client $n-web.$n-lan) $(ask client www.$n-lan) $(ask client ${id:0:12}.$n-lan)" = "$web $web $web" ]
ok letter-case [ "$(ask client WWW)" = "$web" ]
long=$(whole client ${id:0:63})
ok full-id eval 'grep -q NXDOMAIN <<<"$long" && log up | grep -q "${id:0:63}"'
answer=$(whole client $n-web)
ok answer eval 'grep -q "flags: qr rd ra;" <<<"$answer" && grep -q "600.IN" <<<"$answer"'
ok other-network [ "$(ask stranger $n-web)" = "" ]
down

lab resolv-conf
net lan
upstream up lan
box flagged --network $n-lan --dns "$(addr up)" --dns-search one.test --dns-search other.test --dns-opt timeout:3 --dns-opt attempts:1
box bare --network $n-lan --dns "$(addr up)" --dns-search . --dns-opt ndots:2
ok server [ "$(file flagged /etc/resolv.conf | grep nameserver)" = "nameserver 127.0.0.11" ]
ok which-file eval '! file flagged /etc/hosts | grep -q 127.0.0.11'
ok lines [ "$(file flagged /etc/resolv.conf | grep -v '^#' | sort)" = "$(printf '%s\n' 'nameserver 127.0.0.11' 'options timeout:3 attempts:1 ndots:0' 'search one.test other.test')" ]
ok own-ndots [ "$(file bare /etc/resolv.conf | grep -v '^#')" = "$(printf '%s\n' 'nameserver 127.0.0.11' 'options ndots:2')" ]
down

lab etc-hosts
net lan
box plain --network $n-lan --network-alias www --hostname plainhost --add-host added.test:192.0.2.7
box dotted --network $n-lan --hostname host.dotted.test
ok own-line eval 'file plain /etc/hosts | tail -n 1 | grep -q "^$(addr plain).plainhost$"'
ok dotted-hostname eval 'file dotted /etc/hosts | grep -q "^$(addr dotted).host.dotted.test host$"'
ok no-neighbours eval '! file plain /etc/hosts | grep -q dotted'
down

lab other-types
net lan
upstream up lan --log-queries --mx-host=out.lab.test,mail.lab.test,10 --srv-host=known.lab.test,there.lab.test,8080 \
	--txt-record=known.lab.test,up --dns-rr=known.lab.test,65280,010203
box web --network $n-lan --network-alias known.lab.test
box client --network $n-lan --dns "$(addr up)"
ok address [ "$(ask client known.lab.test)" = "$(addr web)" ]
ok mx [ "$(ask client known.lab.test MX)" = "" ]
ok mx-of-an-unknown [ "$(ask client out.lab.test MX)" = "10 mail.lab.test." ]
ok srv [ "$(ask client known.lab.test SRV)" = "0 0 8080 there.lab.test." ]
ok txt [ "$(ask client known.lab.test TXT)" = '"up"' ]
ok unknown-type [ "$(ask client known.lab.test TYPE65280)" = '\# 3 010203' ]
nothing=$(whole client $n-web TXT)
ok nonexistent eval 'grep -q NXDOMAIN <<<"$nothing" && log up | grep -q "$n-web"'
down

lab shared-alias
net lan
for i in one two three; do box $i --network $n-lan --network-alias pool; done
three=$(printf '%s\n' "$(addr one)" "$(addr two)" "$(addr three)" | sort)
ok all-addresses [ "$(ask one pool | sort)" = "$three" ]
ok shuffled [ "$(for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do ask one pool | tr '\n' ' '; echo; done | sort -u | wc -l)" -gt 1 ]
ok own-names [ "$(ask one $n-two) $(ask one -x "$(addr two)")" = "$(addr two) $n-two.$n-lan." ]
docker stop -t 5 "$n-two" >/dev/null
two=$(printf '%s\n' "$(addr one)" "$(addr three)" | sort)
ok those-that-run [ "$(ask one pool | sort)" = "$two" ]
down
exit $bad
