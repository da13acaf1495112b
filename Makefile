# make run    sets up once, then interviews: on every channel whose tokens are set, else here in the terminal
# make test   sets up once, then runs every check and test
# make local  adds speech recognition on this machine (Whisper)
.DEFAULT_GOAL := help
.PHONY: help install run local check format test lock clean stale chaos bench

VENV := .venv
PYTHON ?=
PIP := PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/bin/python -m pip install -qq
LOCKED := --require-hashes --only-binary :all: --requirement

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

install: $(VENV)/.develop
	@:

run: $(VENV)/.run
	@exec $(VENV)/bin/viva run

local: $(VENV)/.run
	@$(PIP) $(LOCKED) requirements/local.lock

check: $(VENV)/.develop
	@$(VENV)/bin/ruff check --quiet --output-format concise .
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Not formatted: make format mends it."; exit 1; }
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

format: $(VENV)/.develop
	@$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format --quiet .

test: check
	@$(VENV)/bin/pytest --numprocesses auto --maxprocesses 4 --dist loadgroup

# A stamp holds the folder it was made for: scripts in a moved environment, or one whose Python is gone, do not start.
STAMP := $(shell $(VENV)/bin/python -c 'print(open("$(VENV)/.run").read().strip())' 2>/dev/null)
ifneq ($(STAMP),$(CURDIR))
$(VENV)/.run: stale
endif

$(VENV)/.run: requirements/run.lock pyproject.toml
	@if [ "$(STAMP)" = "$(CURDIR)" ]; then echo "Updating what is installed…"; exit; fi; \
	python="$$(./requirements/find-python $(PYTHON))" || exit 1; \
	echo "Setting up with $$("$$python" --version) (first time: about a minute)…"; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)
	@$(PIP) $(LOCKED) requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > $@

$(VENV)/.develop: $(VENV)/.run requirements/dev.lock
	@echo "Adding what checks and tests need…"
	@$(PIP) $(LOCKED) requirements/dev.lock
	@touch $@

# For whoever changes a dependency: solves pyproject.toml for every supported Python and system at once.
COMPILE = $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' --group build
lock: $(VENV)/.develop
	@$(PIP) uv
	@$(COMPILE) --group dev --output-file requirements/dev.lock
	@$(COMPILE) --constraint requirements/dev.lock --output-file requirements/run.lock
	@$(COMPILE) --constraint requirements/dev.lock --extra local --output-file requirements/local.lock

clean:
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

MINUTES ?= 5
SEED ?= 1

chaos: install
	@$(VENV)/bin/python -m tests.chaos --minutes $(MINUTES) --seed $(SEED)

bench: install
	@$(VENV)/bin/python -m benchmarks
