.DEFAULT_GOAL := help
SHELL := /bin/bash
ARGS ?=
export PYTHON

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## .venv with the `mastwatch` command in it, from the lock
	@.ci/setup requirements.txt

.PHONY: setup-dev
setup-dev: ## that, and what the tests and checks need
	@.ci/setup requirements-dev.txt

.PHONY: setup-gpu
setup-gpu: setup ## the extra `gpu` as well: the detector through Ultralytics, on CUDA where there is a card
	@.ci/setup-gpu

.PHONY: demo
demo: setup ## the whole stack on this machine: make demo ARGS="--footage DIR --models DIR"
	@exec .venv/bin/mastwatch demo $(ARGS)

.PHONY: test
test: setup-dev ## all tests, through real RTSP, broker, PostgreSQL and Chromium: make test ARGS="tests/unit"
	@.ci/install-chromium
	@exec .venv/bin/python -m pytest $(ARGS)

.PHONY: lint
lint: setup-dev ## ruff, its formatter, mypy strict; tsc and eslint for the scripts of the pages (needs npm)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.ci/lint-scripts

.PHONY: texts
texts: setup-dev ## bring incidents/texts/*.po up to date with the texts in the code and the templates
	@.ci/texts

.PHONY: bench
bench: setup-dev ## the figures of docs/performance.md: make bench ARGS="detect --json"
	@exec .venv/bin/mastwatch bench $(ARGS)

.PHONY: lock
lock: ## write the lock files anew from pyproject.toml (needs uv)
	@.ci/lock
