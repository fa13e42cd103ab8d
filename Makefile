# The few commands people type. The first two are all a newcomer needs.
SHELL   := /bin/bash
PYTHON  ?= python3.11
VENV    := .venv
BIN     := $(VENV)/bin
CORPUS  ?=
PROFILE ?= mini
MATHJAX := book/_static/vendor/mathjax
AXE     := tests/book/vendor/axe-core
TFJS    := book/_vendor/tfjs

SWEEP   ?= profiles/sweep-mini.yaml
STUDY   ?= profiles/study$(if $(filter full,$(PROFILE)),-full).yaml
GPUS    ?= $(shell nvidia-smi --list-gpus 2>/dev/null | wc -l)
CORES   ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
# No lock: a killed build would leave it behind, and outputs are written atomically.
SNAKEMAKE = $(BIN)/python -m snakemake --cores $(CORES) --nolock

export CORPUS PROFILE  # for the Snakefile
# Waiting threads must not spin when others want the core, and large activations come in
# huge pages: together twice the training speed on a busy CPU.
export OMP_WAIT_POLICY := PASSIVE
export THP_MEM_ALLOC_ENABLE := 1

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile)

book: setup  ## run every chapter, build _build/html; warnings are errors
	$(BIN)/python -m antispoof_report.notebooks sync --check
	$(SNAKEMAKE) --quiet host progress reason rules --rerun-incomplete -- html
	@echo "the book: _build/html/index.html"

test: setup  ## the tests
	$(BIN)/python -m pytest

lint: setup size  ## rules that a machine keeps
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m antispoof_report.notebooks sync --check

size: setup  ## code lines of each package, and their limits
	@$(BIN)/python tools/size.py

notebooks: setup  ## generate the notebooks from their sources
	$(BIN)/python -m antispoof_report.notebooks sync

pdf: setup  ## _build/book.pdf from _build/html; installs Chromium if it is missing
	@test -s _build/html/index.html || { echo "no book here; run 'make book'"; exit 1; }
	@.ci/chromium
	PYTHONPATH=book/_ext $(BIN)/python -m antispoof_book.pdf .

test-book: pdf  ## every page of _build/html in headless Chromium, and the PDF
	$(BIN)/python -m pytest -n 0 tests/book

screenshots: setup  ## _build/screenshots: every page as light, dark, phone and print
	@test -s _build/html/index.html || { echo "no book here; run 'make book'"; exit 1; }
	@.ci/chromium
	$(BIN)/python tools/screenshots.py

linkcheck: setup  ## whether external links still work; needs the network
	$(BIN)/jupyter-book build . --builder linkcheck --path-output _build/links --quiet

# What a job depends on is in its parameters, so times of files do not count. An output
# is written atomically, so one that exists is complete. A killed sweep resumes.
sweep: setup  ## models x seeds x corpora as the file SWEEP says, then analysis
	$(SNAKEMAKE) -s sweep.smk --configfile "$(SWEEP)" --resources gpu=$(GPUS) \
		--keep-going --retries 1 --ignore-incomplete --rerun-triggers params $(MORE)

study: setup  ## all that the file STUDY lists, on CORPUS and OPEN_FAKES; resumes (hours)
	$(SNAKEMAKE) -s study.smk --config "la=$(CORPUS)" "open_fakes=$(OPEN_FAKES)" \
		"profile=$(STUDY)" --resources gpu=$(GPUS) --keep-going --retries 1 \
		--ignore-incomplete --rerun-triggers params $(MORE)

# Slow tests, each a script that says what it checks.
test-switch: setup  ## the book with another corpus or profile, killed, in odd folders
	$(BIN)/python tests/slow_switch.py

test-sweep: setup  ## a sweep that is killed twice completes
	$(BIN)/python tests/slow_sweep.py

test-resume: setup  ## kill -9 a run twenty times; its result must not change
	PYTHONPATH=lib $(BIN)/python -m benchmarks.resume_stress --kills 20

platforms: wheelhouse  ## every chapter as on Kaggle and on Colab, without internet
	$(BIN)/python tests/slow_platforms.py

matrix: setup  ## the tests on each Python with oldest and newest dependencies
	$(BIN)/python tests/slow_matrix.py

fuzz: setup  ## ten thousand malformed inputs for everything that reads files
	HOSTILE_EXAMPLES=10000 $(BIN)/python -m pytest -q tests/test_hostile.py

bench: setup  ## what things cost; the chapter on costs reads what it writes
	PYTHONPATH=lib $(BIN)/python -m benchmarks --corpus "$(CORPUS)"

bench-scale: setup  ## memory and time at the size of LA (hours)
	PYTHONPATH=lib $(BIN)/python -m benchmarks.scale

bench-cli: setup  ## how long `antispoof check` takes
	PYTHONPATH=lib $(BIN)/python -m benchmarks.cli_latency

weights: setup  ## train on CORPUS, calibrate and measure the weights of `check`
	$(BIN)/python tools/export_weights.py --corpus "$(CORPUS)" \
		--profile profiles/detector.yaml

wheelhouse: setup  ## a folder to attach where there is no internet: _build/wheelhouse
	rm -rf _build/wheelhouse build
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir _build/wheelhouse .
	rm -rf build
	for version in 3.10 3.11 3.12 3.13; do \
		$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: \
			--python-version $$version --dest _build/wheelhouse \
			--platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
			miniaudio av || exit 1; done

vendor:  ## copy the browser files of package-lock.json into the tree; needs npm
	npm ci --ignore-scripts --no-audit --no-fund
	rm -rf $(MATHJAX) $(AXE) $(TFJS)
	mkdir -p $(MATHJAX)/output/chtml/fonts $(AXE) $(TFJS)
	cp node_modules/mathjax/LICENSE node_modules/mathjax/es5/tex-chtml.js $(MATHJAX)
	cp -R node_modules/mathjax/es5/output/chtml/fonts/woff-v2 $(MATHJAX)/output/chtml/fonts
	cp node_modules/axe-core/LICENSE node_modules/axe-core/axe.min.js $(AXE)
	cp node_modules/@tensorflow/tfjs-core/dist/tf-core.min.js \
		node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js \
		node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm \
		$(TFJS)

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
		echo "$(PYTHON) was not found; name a Python 3.11 with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

clean:  ## delete what the build made; runs, features and the environment stay
	rm -rf _build .snakemake
