# make run    what is true about DNS in the containers of this machine
# make test   the harness, and the labs on every runtime that is ready

DNSLAB := bin/dnslab
RUNS   := results/runs

.PHONY: run test build lint bench soak clean

# Builds dnslab with the agents in it, and runs the labs. The evidence stays in
# results/runs/, where "latest" names the newest.
run: build
	@build/run.sh $(DNSLAB) $(RUNS) $(ARGS)

build:
	@echo "building $(DNSLAB)"
	@build/dnslab.sh $(DNSLAB)

test: lint
	@build/test.sh

lint:
	@build/lint.sh

# What dnslab costs beside the same engine calls alone, and beside a script.
bench:
	@build/bench.sh

# Many repeats, many kills: for the nightly workflow.
soak: build
	@build/soak.sh $(DNSLAB)

# What dead runs left behind, the cache of images, and what was built here.
clean:
	@if [ -x $(DNSLAB) ]; then $(DNSLAB) clean --images; fi
	@rm -rf bin $(RUNS)
