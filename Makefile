# Two commands do everything on a fresh machine: `make demo` and `make test`.
# The environment is .venv in this folder; one that was left half made is made again. PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
  if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ANTEDATE := $(BIN)/antedate
WORKERS ?= 2

PEERS := .venv-bench
PEERS_STAMP := $(PEERS)/.installed
BENCHES ?= search ingest ingest_whole encode features peers million quality
SETS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test ui check bench bench-quality bench-figures bench-ingest constraints

help:
	@echo 'make demo    install, then run the whole mission once on the bundled corpus'
	@echo 'make test    install, then run all checks and tests'
	@echo 'make ui      open the review interface on the demo workspace'
	@echo 'make check   ruff, mypy and the import contracts only'
	@echo 'make bench   all benchmarks (not part of the tests), into docs/benchmarks.md and README.md'
	@echo '             bench-quality: the ranking against the figures kept here, fails on a drop; bench-figures keeps new ones'
	@echo '             bench-ingest: those of reading alone'

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

# The peers live in an environment of their own: nothing of the product needs them.
$(PEERS_STAMP): tests/bench/peers.txt constraints.txt
	@$(PEERS)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement tests/bench/peers.txt
	@touch $@

# Every table that docs/benchmarks.md and README.md show, written into them. BENCH_COUNT: passages of the million.
bench: $(STAMP)
	@$(MAKE) --no-print-directory $(PEERS_STAMP) || echo 'no peers: the table says so'
	@for name in $(BENCHES); do echo "== $$name"; \
	  BENCH_WRITE=1 PYTHONPATH=. $(BIN)/python tests/bench/bench_$$name.py || exit 1; done

# Quality against the figures that are kept in the repository; fails on a drop outside the interval.
bench-quality: $(STAMP)
	@PYTHONPATH=. $(BIN)/python tests/bench/stored_figures.py use
	PYTHONPATH=. $(BIN)/python tests/bench/bench_quality.py $(SETS)

bench-figures: $(STAMP)
	@PYTHONPATH=. $(BIN)/python tests/bench/stored_figures.py keep

bench-ingest: $(STAMP)
	@for script in tests/bench/bench_ingest*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

constraints: $(STAMP)
	$(BIN)/python -m pip freeze --exclude-editable --exclude antedate | sed 's/+cpu$$//' > constraints.txt
