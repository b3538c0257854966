.DEFAULT_GOAL := help
PORT ?= 8000
DATA ?= var
PYTHON ?= python3
BIN := .venv/bin

help:  ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/runtime: requirements.txt pyproject.toml
	@scripts/environment $(PYTHON) requirements.txt
	@touch $@

.venv/development: requirements-dev.txt pyproject.toml
	@scripts/environment $(PYTHON) requirements-dev.txt
	@touch .venv/runtime $@

run: .venv/runtime  ## Start the service with a sample clinic; PORT=8000 DATA=var
	@exec $(BIN)/sep demo --port $(PORT) --data $(DATA)

test: .venv/development  ## Run every test, on SQLite and on PostgreSQL
	@scripts/test

check: .venv/development  ## Lint, types, import rules, migrations, translations
	@scripts/check

bench: .venv/development  ## Measure what the documentation claims
	@scripts/bench

lock: .venv/development  ## Pin the dependencies of pyproject.toml again
	@scripts/lock

clean:  ## Remove what was made, except data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help run test check bench lock clean
