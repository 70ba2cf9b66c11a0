# The two commands of the README are `make chat` and `make test`; everything else is for people who change the code.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Where pip finds torch and the rest; a mirror or PyTorch's own CPU index goes here:
#   make chat PIP_FLAGS="--extra-index-url https://download.pytorch.org/whl/cpu"
PIP_FLAGS ?=
export HF_HUB_OFFLINE ?= 1
export GRADIO_ANALYTICS_ENABLED ?= False
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev chat ingest test check bench quality clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml
	@echo "==> Installing into $(VENV) (once; one to four minutes, about 3 GB with the chat model)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar on $(PIP_FLAGS) -e '.[embedded]' 2>&1 | grep -v 'is ignored: it is neither' ; test $${PIPESTATUS[0]} -eq 0
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "==> Installing the test tools"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) -e '.[embedded,dev]' 2>&1 | grep -v 'is ignored: it is neither' ; test $${PIPESTATUS[0]} -eq 0
	@touch $@

setup: $(VENV)/.installed  ## make the virtual environment
setup-dev: $(VENV)/.installed-dev

chat: $(VENV)/.installed  ## set up, start what is needed, ingest a sample, open the chat
	@$(BIN)/python -m app serve --sample --open

test: $(VENV)/.installed-dev  ## set up and pass all tests
	@$(BIN)/python -m pytest

check: $(VENV)/.installed-dev  ## lint, types, import contracts, migrations, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/unit/test_docs.py tests/integration/test_migrations.py

bench: $(VENV)/.installed-dev  ## measure speed on this machine
	$(BIN)/python -m tests.bench

quality: $(VENV)/.installed-dev  ## measure retrieval and reranking on the development sets (QUALITY_DATA names their folder)
	$(BIN)/python -m pytest tests/quality -s

clean:  ## remove the virtual environment, caches and build leftovers; your data stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
