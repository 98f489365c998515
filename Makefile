SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
RUNTIME := $(VENV)/.stamp-runtime
DEV := $(VENV)/.stamp-dev
LINTER := .cache/api-rules
SECRETS := .cache/describe.env
DESCRIBE := env -u DATABASE_URL STATE_DIR=.cache/state SECRETS_FILE=$(SECRETS) $(FLASK)
BB_API_RULES ?= ../shared/data/api_rules/nl-api-design-rules.spectral.yaml

.PHONY: help run test tour replay bench-pings bench-alarms bench-starting bench-judging bench-lookups bench-copies bench-intake bench-statements bench-names bench-deadlines bench-sirens bench-agreement scenarios bench-backlog crash-test crash-loading
.PHONY: check lint types imports api-rules openapi lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The environment is made once; a later run sees the stamp and installs nothing. The lock names everything, so nothing is
# resolved here: a release that came out since would otherwise be looked at, and refused for want of a hash.

define install
	command -v uv >/dev/null && uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $(1) \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(1)
	$(BIN)/python -m pip check --quiet --disable-pip-version-check
endef

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python could not make an environment. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "Installing what the service needs (once) ..."
	@$(call install,requirements.txt)
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo "Installing what the tests and checks need (once) ..."
	@$(call install,requirements-dev.txt)
	@touch $@

run: $(RUNTIME) ## Start the service with its worker and a demo (PORT, DATABASE_URL, DEMO=0)
	@exec $(BIN)/python -m registry run

tour: $(RUNTIME) ## Play the journeys, one role each, against the running demo
	@exec $(BIN)/python -m registry tour

replay: $(RUNTIME) ## Walk real tracks through the service (TRACKS, ZONES, AREA)
	@[[ -n "$(TRACKS)" && -n "$(ZONES)" && -n "$(AREA)" ]] \
		|| { echo "Say: make replay TRACKS=file.csv.gz ZONES=file.geojson.gz AREA=name" >&2; exit 2; }
	@exec $(BIN)/python -m registry replay --tracks "$(TRACKS)" --zones "$(ZONES)" --area "$(AREA)"

test: $(DEV) ## Run the whole suite, on SQLite and on a real PostgreSQL (ARGS for pytest)
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -rs --durations=15 $(ARGS)

check: lint types imports api-rules $(SECRETS) ## Run every check besides the tests, as CI does
	@$(DESCRIBE) openapi check
	@echo "All checks passed."

lint: $(DEV) ## Check style and formatting (ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV) ## Check types, strictly (mypy)
	@$(BIN)/mypy

imports: $(DEV) ## Check that imports point down only (import-linter)
	@$(BIN)/lint-imports

$(LINTER)/.stamp: api_spec/linter/package.json api_spec/linter/package-lock.json $(DEV)
	@mkdir -p $(LINTER) && cp api_spec/linter/package*.json $(LINTER)/
	@echo "Installing the API rules linter (once) ..."
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --prefix $(LINTER) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

api-rules: $(LINTER)/.stamp ## Check api_spec/openapi.json against the NL GOV API Design Rules (BB_API_RULES)
	@if [[ ! -f "$(BB_API_RULES)" ]]; then \
		echo "The API rules were NOT checked: there is no rule set at $(BB_API_RULES)." >&2; \
		echo "Take it from https://static.developer.overheid.nl/adr/ruleset.yaml and say BB_API_RULES=path." >&2; \
		[[ "$${CI:-}" != true ]]; \
	else \
		PATH="$$PATH:$(CURDIR)/$(BIN)" $(LINTER)/node_modules/.bin/spectral lint --fail-severity=warn \
			--ruleset "$(BB_API_RULES)" api_spec/openapi.json; \
	fi

openapi: $(SECRETS) ## Write api_spec/openapi.json from the code
	@$(DESCRIBE) openapi write

# Describing the API touches no data, so secrets for this purpose alone are enough.
$(SECRETS): $(RUNTIME)
	@mkdir -p $(dir $@)
	@$(BIN)/python -m registry new-secrets > $@

bench-pings: $(DEV) ## Measure how many pings a second are stored and judged
	@exec $(BIN)/python -m bench.pings $(ARGS)

bench-alarms: $(DEV) ## Measure how soon an alert is written after its ping came in, at 1,000 pings a second
	@exec $(BIN)/python -m bench.alarms $(ARGS)

bench-starting: $(DEV) ## Measure how soon positions are judged after a start, with 100,000 zones
	@exec $(BIN)/python -m bench.starting $(ARGS)

bench-judging: $(DEV) ## Measure how many fixes a second one core judges, without database and network
	@exec $(BIN)/python -m bench.judging $(ARGS)

bench-lookups: $(DEV) ## Measure how quickly a dispatcher is answered
	@exec $(BIN)/python -m bench.lookups $(ARGS)

bench-copies: $(DEV) ## Measure how quickly the copy for an outage is made
	@exec $(BIN)/python -m bench.copies $(ARGS)

bench-intake: $(DEV) ## Measure how quickly orders are taken in
	@exec $(BIN)/python -m bench.intake $(ARGS)

bench-statements: $(DEV) ## Measure how quickly a full statement is compared
	@exec $(BIN)/python -m bench.statements $(ARGS)

bench-names: $(DEV) ## Measure how well and how quickly a typed name is found (BB_SHARED_DATA)
	@exec $(BIN)/python -m bench.names $(ARGS)

bench-deadlines: $(DEV) ## Measure how quickly legal deadlines are computed
	@exec $(BIN)/python -m bench.deadlines $(ARGS)

bench-sirens: $(DEV) ## Count the false sirens of real receivers that lay still (BB_SHARED_DATA)
	@exec $(BIN)/python -m bench.sirens $(ARGS)

bench-agreement: $(DEV) ## Compare real tracks with themselves after loss, shuffling and duplicates (BB_SHARED_DATA)
	@exec $(BIN)/python -m bench.agreement $(ARGS)

scenarios: $(DEV) ## Play scripted scenarios with simulated devices, and hold what was told against the bars
	@exec $(BIN)/python -m bench.scenarios $(ARGS)

bench-backlog: $(DEV) ## Measure how quickly an hour of a week ago is worked off, and how long news waits
	@exec $(BIN)/python -m bench.backlog $(ARGS)

crash-test: $(DEV) ## Kill the service during ingest, fifty times; count what is lost, compare with one undisturbed
	@exec $(BIN)/python -m bench.crash $(ARGS)

crash-loading: $(DEV) ## Kill the loading of a file, ten times; compare the register with one loaded undisturbed
	@exec $(BIN)/python -m bench.crash_loading $(ARGS)

lock: $(DEV) ## Lock the newest allowed versions, with hashes (uv)
	@for name in requirements requirements-dev; do \
		PATH="$$PATH:$(CURDIR)/$(BIN)" uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes \
			$$name.in -o $$name.txt; \
	done

clean: ## Remove the environment and every cache; data in var/ stays
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
