# `make demo` and `make test` set up everything they need inside .venv, once; `make` alone lists the targets.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# more words for the programme that runs, as in: make test ARGS="-k vault"
ARGS ?=
KILLS ?= 2000
CUTS ?= 10000
UPDATES ?= 100000
SOAK ?= 1000000
FUZZ ?= 20000
PARTS ?= conversation matching nudges backup

# Python may keep what it has compiled (some machines forbid it): many tests start the command, and it starts twice as
# fast then.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help bench demo test check format messages lock upgrade setup clean paths canary fuzz transcripts kill power chaos soak pgkill expand newcomer stateful time simulate both image-dry-run screenshots

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

demo: setup ## open the simulator: a phone in your browser, no account needed
	@$(BIN)/sorora demo $(ARGS)

test: .venv/development .venv/chromium ## run all tests
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: .venv/development ## style, types, import rules, dependencies (locks, licences, weaknesses), catalogs, the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m tests.supply
	$(BIN)/python -m bot.catalogs check
	$(BIN)/python -m pytest -q tests/test_house.py

format: .venv/development ## put the code in its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/development ## bring the catalogs in step with the sentences in the code
	$(BIN)/python -m bot.catalogs update

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
	--python-version 3.11 $(UPGRADE) pyproject.toml
lock: .venv/development ## write the requirement files anew from pyproject.toml, keeping versions that still fit
	$(LOCK) --group build --output-file requirements.txt
	$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt

upgrade: ## the same, with the newest versions of everything
	$(MAKE) lock UPGRADE=--upgrade

clean: ## remove what was set up and built; what people wrote (data/) stays
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- proofs that take long (their quick versions are in `make test`) ----------------------------------------------

LONG := LONG=1 $(BIN)/python -m pytest -q --no-header -p no:cacheprovider

paths: .venv/development ## every talk, language and channel, every option: ends, limits, words for everywhere
	$(LONG) -s tests/faults/test_paths.py $(ARGS)

canary: .venv/development ## marked words go through every path, and none is found in logs, files, backups, metrics
	$(LONG) -s tests/faults/test_canary.py $(ARGS)

fuzz: .venv/development ## odd updates, buttons and texts: nothing but documented errors (longer: make fuzz FUZZ=100000)
	FUZZ=$(FUZZ) $(LONG) tests/faults/test_fuzz.py $(ARGS)

kill: .venv/development ## kill -9 at random lines and moments: nothing lost, nothing doubled (longer: make kill KILLS=10000)
	$(BIN)/python -m tests.faults.kill --kills $(KILLS) --bugs $(ARGS)

power: .venv/development ## power cuts in the middle of everything: no acknowledged message is lost, half or corrupt
	$(BIN)/python -m tests.faults.power --cuts $(CUTS) --bugs $(ARGS)

chaos: .venv/development ## all that can go wrong at the platforms: nothing lost, nothing doubled, nobody called too early
	$(BIN)/python -m tests.faults.chaos --updates $(UPDATES) --bugs $(ARGS)

pgkill: KILLS = 200
pgkill: .venv/development ## several processes on one PostgreSQL, killed under load, the server too (longer: make pgkill KILLS=2000)
	$(BIN)/python -m tests.faults.pgkill --kills $(KILLS) --bugs $(ARGS)

soak: .venv/development ## a million messages from people who come and go: memory stays flat (shorter: make soak SOAK=40000)
	$(BIN)/python -m tests.faults.soak --updates $(SOAK) --bugs $(ARGS)

expand: .venv/development ## the code before the newest migration runs on the schema of today, on both databases
	$(LONG) tests/store/test_expand.py $(ARGS)

newcomer: .venv/development ## the newcomer's path and the story of a pair on all channels; she is killed at every step
	$(LONG) -s -n auto tests/e2e/test_newcomer.py tests/e2e/test_full_story.py $(ARGS)

stateful: .venv/development ## seven women do anything at all, in any order: what must be true after every single step
	$(LONG) tests/faults/test_stateful.py $(ARGS)

time: .venv/development ## 10,000 women over every change of the clocks until 2030: one check-in a week, none at night
	$(LONG) -s -n auto -o faulthandler_timeout=3600 tests/faults/test_time.py $(ARGS)

simulate: .venv/installed ## half a year of 10,000 made-up women, judged: bench/simulation.txt and .svg (10 minutes)
	@$(BIN)/sorora simulate --people 10000 --months 6 --picture bench/simulation.svg > bench/simulation.txt; \
	  code=$$?; cat bench/simulation.txt; exit $$code

both: .venv/development ## all that is between two women, on SQLite and on PostgreSQL
	$(LONG) -n auto tests/affairs $(ARGS)

image-dry-run: .venv/development ## the steps of the container image by hand, where there is no container engine (root)
	$(BIN)/python -m tests.image

bench: .venv/development ## all benchmarks, beside their peers: tables, and bench/*.json with machine and versions (hours of CPU)
	$(foreach part,$(PARTS),$(BIN)/python -m bench.$(part) $(ARGS) &&) true

screenshots: .venv/development .venv/chromium ## pictures to look at in tests/screens, and the one of the README
	SCREENSHOTS=1 $(BIN)/python -m pytest -q tests/e2e/test_demo_browser.py -k screens $(ARGS)

transcripts: .venv/development ## write the golden talks anew; read what changed before you commit it
	WRITE_TRANSCRIPTS=1 $(BIN)/python -m pytest -q -n auto tests/test_transcripts.py tests/test_full_story.py $(ARGS)

# --- set-up: each file in .venv says that its step is done --------------------------------------------------------

setup: .venv/installed

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Sorora needs Python 3.11 or newer, and '$(PYTHON)' is not: install one, or name it: make demo PYTHON=python3.12"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; } || { \
	  echo "Python's module venv is missing. On Debian and Ubuntu: sudo apt install python3-venv"; \
	  exit 1; }
	@echo "Setting up in .venv; this takes about a minute, once."
	@$(PYTHON) -m venv .venv

.venv/required: requirements.txt | .venv/bin/pip
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/installed: pyproject.toml .venv/required
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: requirements-dev.txt .venv/installed
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

.venv/chromium: | .venv/development
	@if [ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	    ls "$$HOME"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome >/dev/null 2>&1; then touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && touch $@; \
	else $(BIN)/playwright install chromium && touch $@; \
	fi || echo "There is no Chromium, so the browser tests are left out: sudo apt install chromium"
