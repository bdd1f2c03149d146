# Two commands matter: `make demo` and `make test`. Everything is installed into .venv and .jars.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := $(BIN)/python -m pip install --quiet -c constraints.txt
# The build tools are pinned like everything else, so the build takes them from .venv.
INSTALL := $(PIP_INSTALL) --no-build-isolation -e
# Each process has a Spark session of its own, which plans on one core most of the time.
PYTEST := $(BIN)/pytest -n 2

MINUTES ?= 60

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast torture lint format clean

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.demo .jars/.ready .jars/kafka/.ready .venv/.spark-home ## From nothing to consented segments, on the demo shop
	$(BIN)/cdp-lake demo

test: .venv/.test .venv/.clients .jars/.ready .jars/.classes .jars/kafka/.ready .venv/.spark-home lint ## Lint, types, then every test, quick ones first
	$(PYTEST) -m "not lake and not stages"
	$(PYTEST) --dist loadgroup --no-loadscope-reorder --durations=12 -m "lake or stages"

test-fast: .venv/.test .jars/.ready .jars/.classes ## The quick tests alone: no Delta, no models, no laws, no SDKs
	$(PYTEST) -q -m "not lake and not stages and not sdk and not laws"

torture: .venv/.test .jars/.ready ## Kill runs at every point with many seeds; goes on where torture.csv ends (MINUTES=60)
	$(BIN)/python -m tests.torture --minutes $(MINUTES)

lint: .venv/.test ## Ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.test ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove the demo's lake (lake/, demo/) and what the tools wrote; .venv and .jars stay
	rm -rf lake demo build dist spark-warehouse metastore_db derby.log .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/.made: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed: make PYTHON=python3.12"; exit 2; }
	@echo "making .venv with $$($(PYTHON) --version) (some minutes, once)"
	$(PYTHON) -m venv --clear .venv
	$(PIP_INSTALL) pip hatchling editables setuptools wheel
	@touch $@

.venv/.demo: pyproject.toml .venv/.made
	$(INSTALL) '.[demo]'
	@touch $@

.venv/.test: pyproject.toml .venv/.made
	$(INSTALL) '.[test]'
	@touch $@ .venv/.demo

# The client SDKs of Node and the browser that test the collector. Where they cannot be had, those tests say so.
CLIENTS := tests/collector/clients
.venv/.clients: $(CLIENTS)/package-lock.json .venv/.made
	@if command -v npm >/dev/null; then cd $(CLIENTS) && npm ci --ignore-scripts; else echo "no npm: apt-get install nodejs npm"; fi
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; fi
	@if [ -d $(CLIENTS)/node_modules ] && command -v chromium >/dev/null; then touch $@; fi

.jars/.ready: infra/jars.lock $(wildcard cdp_lake/adapters/java/*.java) | .venv/.made
	@test -x $(BIN)/cdp-lake || $(INSTALL) '.[demo]'
	$(BIN)/python -m cdp_lake.adapters.jars
	@touch $@

# A Kafka broker for development and tests, apart from what Spark starts with.
.jars/kafka/.ready: infra/kafka-broker.lock | .jars/.ready
	$(BIN)/python -m cdp_lake.adapters.kafka_broker
	@touch $@

# What `.venv/bin/spark-submit` finds: these JARs, this Python, the settings of infra.
.venv/.spark-home: infra/spark-defaults.conf .jars/.ready
	$(BIN)/python -m cdp_lake.adapters.spark_home
	@touch $@

# Classes mapped instead of parsed: pays where many JVMs start, as in the tests.
.jars/.classes: .jars/.ready
	@echo "recording the class archive (half a minute, once)"
	$(BIN)/python -m cdp_lake.adapters.class_archive
	@touch $@
