# `make` proves and packs every deck in source/; every target does its own set-up.
.DEFAULT_GOAL := deck
.PHONY: deck preview test test-slow check bench golden release pictures clean help

PYTHON ?= python3
BIN := .venv/bin
SETUP := pyproject.toml .ci/constraints.txt

deck: .venv/all  ## prove every deck in source/ and pack it into build/ (the default)
	$(BIN)/deckgen build

preview: .venv/all  ## show every deck in source/ in a browser, live, until Ctrl-C
	$(BIN)/deckgen preview

release: .venv/all  ## the same under locked ledgers, with checksums, and what learners of the packages in LAST=folder get
	rm -f build/*.apkg
	$(BIN)/deckgen build --locked
	set -e; for old in $(if $(LAST),$(wildcard $(LAST)/*.apkg)); do new=build/$${old##*/}; \
		if [ -e $$new ]; then $(BIN)/deckgen diff $$old $$new; else echo "$$old: gone; learners keep it as it is"; fi; \
	done
	cd build && sha256sum *.apkg > SHA256SUMS

test: .venv/test  ## run the tests that need nothing but Python (under 5 minutes)
	$(BIN)/python -m pytest -m "not slow"

test-slow: .venv/slow  ## run the tests that need minutes, a browser or a server
	$(BIN)/python -m pytest -m slow

check: .venv/check  ## format, lint, types, import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/test  ## print ratios against floors, measured in one run
	$(BIN)/python -m tests.benchmarks

golden: .venv/test  ## write the golden files anew; read the diff before you commit it
	$(BIN)/python -m pytest tests/golden --write-golden

pictures: .venv/slow deck  ## take the README's pictures from our own deck
	$(BIN)/python .github/pictures/shoot.py build/sqlalchemy.apkg source/sqlalchemy --card why-sessionmaker --open -o .github/pictures

clean:  ## remove the virtual environment and all that was built
	rm -rf .venv build/* build/.cache

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

# One virtual environment; each stamp is a set of extras installed into it.
.venv/all .venv/test .venv/browser .venv/check: .venv/%: .venv/python $(SETUP)
	.ci/install "$*"
	@touch $@

.venv/slow: .venv/browser  # Anki's reviewer without its window
	.ci/install --no-deps aqt
	-.ci/install --no-deps atheris  # a fuzzer, where there is a wheel of it
	@touch $@

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'deckgen needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 1; }
	if command -v uv >/dev/null; then uv venv --quiet --python $(PYTHON) .venv; else $(PYTHON) -m venv .venv; fi
	@touch $@
