# Remit. `make` alone lists the targets.

# The first interpreter that is new enough; python3 if none is, so that the message can say what is wrong with it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; exit; }; done; echo python3)

export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo test up down lock install bypass wrong-machines faults redteam fuzz bench bench-policy bench-facts bench-governed-action bench-cloud-calls bench-scale bench-cold-start bench-load bench-tau

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install ## Install, start the local cloud, deploy, and tell the stories from the deployed system
	@.venv/bin/remit demo

test: install ## Everything that CI checks; with TARGET=localstack the end-to-end tests on a LocalStack that runs
	@.venv/bin/python -m scripts.check $(TARGET)

up: install ## Start the local cloud and deploy to it
	@.venv/bin/remit up

down: ## Stop the local cloud and all that it started
	@if [ -x .venv/bin/remit ]; then .venv/bin/remit down; else echo "Nothing is installed, so nothing runs."; fi

bypass: install ## Try to get around the gate on a local cloud, and print what refused each attempt
	@.venv/bin/python -m tests.e2e.bypass

wrong-machines: install ## Show what each deliberately wrong state machine is refused for
	@.venv/bin/python -m tests.statemachines.variants

redteam: install ## Play worst-case agents against a charter, and print what came of each
	@.venv/bin/python -m tests.redteam

fuzz: install ## Send made-up requests to a local cloud, other ones each time
	@.venv/bin/python -m tests.fuzz

faults: install ## Let every call of a governed action fail in every way, and print what came of it
	@.venv/bin/python -m tests.faults

bench-policy: install ## Time decisions from 1 to 10,000 policies, beside cedarpy and agent-os-kernel
	@.venv/bin/python -m benchmarks.policy

bench-facts: install ## Serve facts that changed, beside retrieval by vectors; count what a read costs
	@.venv/bin/python -m benchmarks.facts

bench-governed-action: install ## Time whole governed actions in one process, beside agent-os-kernel
	@.venv/bin/python -m benchmarks.governed_action

bench-cloud-calls: install ## Count what one governed action makes AWS do, on a local cloud
	@.venv/bin/python -m benchmarks.cloud_calls

bench-scale: install ## Synthesise 1,000 agents with ten tools each, and simulate 10,000 actions a second
	@.venv/bin/python -m benchmarks.scale

bench-cold-start: install ## Weigh the functions' bundles, and time their imports beside boto3
	@.venv/bin/python -m benchmarks.cold_start

bench-load: install ## Let 50 callers ask a local cloud at once, and look for what was lost or done twice
	@.venv/bin/python -m benchmarks.load

bench: bench-policy bench-facts bench-tau bench-governed-action bench-cold-start bench-scale bench-cloud-calls bench-load ## All benchmarks, one after the other: about an hour

bench-tau: install ## Put the calls of two foreign customer-service domains through the gate
	@.venv/bin/python -m benchmarks.tau

lock: install ## Lock the Python packages again, with hashes and without addresses
	@sh requirements/lock.sh

install: ## Install what is missing or out of date into .venv and node_modules
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Remit needs Python 3.11 or newer, and this is %d.%d. Install one, or name one: make demo PYTHON=/path/to/python3" % sys.version_info[:2])'
	@$(PYTHON) -m scripts.install
