# Two commands do everything on a fresh machine: `make demo` and `make test`.
# The environment is .venv in this folder; one that was left half made is made again. PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
  if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ANTEDATE := $(BIN)/antedate
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo test ui check bench bench-ingest constraints

help:
	@echo 'make demo    install, then run the whole mission once on the bundled corpus'
	@echo 'make test    install, then run all checks and tests'
	@echo 'make ui      open the review interface on the demo workspace'
	@echo 'make check   ruff, mypy and the import contracts only'
	@echo 'make bench   benchmarks (not part of the tests); make bench-ingest: those of reading alone'

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -n '$(PYTHON)' || { echo 'antedate needs Python 3.11, 3.12 or 3.13 on the PATH'; exit 3; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(ANTEDATE) --workspace demo-workspace demo

ui: $(STAMP)
	@$(ANTEDATE) --workspace demo-workspace ui

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

bench: $(STAMP)
	@for script in tests/bench/*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

bench-ingest: $(STAMP)
	@for script in tests/bench/bench_ingest*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

constraints: $(STAMP)
	$(BIN)/python -m pip freeze --exclude-editable --exclude antedate | sed 's/+cpu$$//' > constraints.txt
