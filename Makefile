# Only Python 3.11 or newer and make are needed. `make help` lists what there is.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8080
# Tests run in two processes, each with a PostgreSQL and a Prefect server of its own; a file stays in one of them. What
# breaks a stack or drives a browser comes after them, with the machine to itself.
JOBS ?= 2
SIDE_BY_SIDE := $(if $(filter 1,$(JOBS)),,-n $(JOBS) --dist loadfile --no-loadscope-reorder)

# As root, the embedded PostgreSQL runs as a user of its own, who must be able to reach its programs inside the virtual
# environment. A checkout in root's home is closed to that user and we open nothing, so root's environment lives elsewhere.
ifeq ($(shell id -u),0)
PLACE := /var/tmp/pols-root-$(shell printf %s '$(CURDIR)' | cksum | cut -d ' ' -f 1)
else
PLACE := $(CURDIR)
endif
VENV ?= $(if $(filter $(CURDIR),$(PLACE)),$(PLACE)/.venv,$(PLACE)/venv)
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RIVALS := $(VENV)-bench/.ready
export POLS_STATE ?= $(PLACE)/$(if $(filter $(CURDIR),$(PLACE)),.pols,state)
SPECTRAL := @stoplight/spectral-cli@6.16.3
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo run test check lint-api chaos bench lock sbom clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | awk -F ':.*## ' '{printf "make %-6s  %s\n", $$1, $$2}'

demo: $(READY) ## start everything with a fictional house and people to try out
	@$(BIN)/pols demo --port $(PORT)

run: $(READY) ## start everything without demonstration data
	@$(BIN)/pols run --port $(PORT)

test: check ## check the code, then run every test (JOBS=1 for one after another)
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'not chaos and not browser'
	@$(BIN)/python -m pytest -m 'chaos or browser'
	@command -v chromium >/dev/null || echo 'Not run: the tests in a real browser. Chromium is not installed (Debian: apt-get install chromium).'

check: $(READY) ## lint, format, types, imports, the lock file and the document of the interface
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture/test_lock.py tests/architecture/test_sbom.py tests/architecture/test_secrets.py
	@$(MAKE) lint-api

# The rules of the government for interfaces (docs/standards). The linter comes once and stays beside the environment.
lint-api: $(READY)
	@if command -v npx >/dev/null; then \
	  npm_config_cache=$(VENV)/.npm npx --yes --prefer-offline --ignore-scripts --no-update-notifier --loglevel=error \
	    $(SPECTRAL) lint --quiet --ruleset docs/standards/adr-linter.yaml --fail-severity=warn docs/openapi.json; \
	elif [ -n "$(LINT_API)" ]; then echo 'The interface must be linted here, and Node.js (npx) is not installed.'; exit 1; \
	else echo 'The document of the interface is not linted: Node.js (npx) is not installed.'; fi

chaos: $(READY) ## kill a worker at every boundary, pull every plug: the long form
	@POLS_CHAOS=full $(BIN)/python -m pytest tests/chaos tests/integration/test_item_side_channels.py

bench: $(READY) $(RIVALS) ## measure what Pols must reach (BENCH=--quick for small sizes)
	@POLS_BENCH_PYTHON=$(VENV)-bench/bin/python $(BIN)/python -m tests.bench $(BENCH)

lock: $(READY) ## pin every dependency again, with hashes
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-header \
	  --override overrides.txt requirements.in -o requirements.lock
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-header \
	  -c requirements.lock requirements-bench.in -o requirements-bench.lock

sbom: $(READY) ## write what Pols is made of, from the lock (docs/sbom.cdx.json)
	@$(BIN)/python -m deployments.sbom

clean: ## remove the virtual environment and what tools left behind
	@rm -rf $(VENV) $(VENV)-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Pols needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	@echo 'Installing Pols (about a minute)...'
	@rm -rf $(VENV) && mkdir -p $(dir $(VENV))
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(READY)

$(RIVALS): requirements-bench.lock
	@echo 'Installing what Pols is measured against...'
	@rm -rf $(VENV)-bench && $(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r $<
	@touch $@
