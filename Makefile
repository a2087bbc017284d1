# Needs only Python 3.11 or newer and make; everything else is fetched into .venv.
# `make run PYTHON=python3.12` chooses another Python.

PYTHON ?= python3
PEHRA_HOME ?= data
export PEHRA_HOME

BIN := .venv/bin
READY := .venv/ready
BROWSER := .venv/browser
AGE := .venv/age

.DEFAULT_GOAL := run
.PHONY: run test demo bench lint clean setup

run: setup
	@test -f "$(PEHRA_HOME)/monitor.key" || test -d "$(PEHRA_HOME)" -a -n "$$PEHRA_MONITOR_KEY" || $(BIN)/pehra init
	@exec $(BIN)/pehra run

test: setup $(AGE)
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

demo: setup
	@$(BIN)/python -m tests.demo

bench: setup
	@$(BIN)/python bench/recheck.py
	@$(BIN)/python bench/sealing.py
	@$(BIN)/python bench/verdicts.py
	@$(BIN)/python bench/drafting.py

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(READY) $(BROWSER)

# The stamp is written last: an interrupted set-up is done again from the top.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pehra needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Without a browser everything still works, except for pages that only scripts can show.
$(BROWSER): setup/browser.sh | $(READY)
	@sh setup/browser.sh $(BIN)
	@touch $@

# The tests open what is sealed with the ordinary program too.
$(AGE): setup/age.sh | $(READY)
	@sh setup/age.sh
	@touch $@

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
