# The few commands people type. The first two are all a newcomer needs.
SHELL   := /bin/bash
PYTHON  ?= python3.11
VENV    := .venv
BIN     := $(VENV)/bin
CORPUS  ?=
PROFILE ?= mini
MATHJAX := book/_static/vendor/mathjax
AXE     := tests/book/vendor/axe-core
CORES   ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)

# Threads that wait must not spin when others want the core, and large activations
# come in huge pages: together twice the training speed on a busy CPU.
export OMP_WAIT_POLICY := PASSIVE
export THP_MEM_ALLOC_ENABLE := 1

.PHONY: book test lint pairs setup clean reference-runs vendor test-book shipped-weights fuzz

book: setup  ## run every chapter, build _build/html; warnings are errors
	$(BIN)/python -m antispoof.chapters pair --check
	$(BIN)/snakemake --cores $(CORES) --quiet all \
		--config corpus="$(CORPUS)" profile="profiles/$(PROFILE).yaml" -- html
	@test -s _build/html/index.html || { echo "no HTML was made"; exit 1; }
	@echo "the book: _build/html/index.html"

test: setup  ## the tests
	$(BIN)/python -m pytest

test-book: setup  ## every page of _build/html, in headless Chromium
	$(BIN)/python -m pytest -n 0 tests/book

lint: setup  ## rules that a machine keeps
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m antispoof.chapters pair --check

pairs: setup  ## generate the notebooks from their sources
	$(BIN)/python -m antispoof.chapters pair

reference-runs: setup  ## train on CORPUS by PROFILE and record the runs (hours)
	$(BIN)/antispoof record --corpus "$(CORPUS)" --profile "profiles/$(PROFILE).yaml"

vendor:  ## copy the browser files of package-lock.json into the tree; needs npm
	npm ci --ignore-scripts --no-audit --no-fund
	rm -rf $(MATHJAX) $(AXE)
	mkdir -p $(MATHJAX)/output/chtml/fonts $(AXE)
	cp node_modules/mathjax/LICENSE node_modules/mathjax/es5/tex-chtml.js $(MATHJAX)
	cp -R node_modules/mathjax/es5/output/chtml/fonts/woff-v2 $(MATHJAX)/output/chtml/fonts
	cp node_modules/axe-core/LICENSE node_modules/axe-core/axe.min.js $(AXE)

shipped-weights: setup  ## train on CORPUS, calibrate and measure the weights of `check`
	$(BIN)/antispoof ship --corpus "$(CORPUS)" --profile profiles/thesis.yaml

fuzz: setup  ## ten thousand hostile inputs for everything that reads files
	$(BIN)/python tests/fuzz.py

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
		echo "$(PYTHON) is not there; name a Python 3.11 with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

clean:  ## what the build made; runs, features and the environment stay
	rm -rf _build .snakemake
