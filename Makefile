# Everything runs in an environment of its own, made on first use and renewed when
# pyproject.toml or constraints.txt change.

# The Python to make it with, 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
# More arguments for pip: on Linux, --extra-index-url https://download.pytorch.org/whl/cpu
# takes the CPU build of PyTorch (0.2 GB) instead of the CUDA build (several GB).
PIP_ARGS ?=
# More arguments for pytest, such as -k shapes or -n 0.
PYTEST_ARGS ?=

BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(STAMP) ## search a small space for a minute and show what was found
	$(BIN)/python experiments/demo.py --out runs/demo

.PHONY: test
test: $(STAMP) ## run the tests, but for the slow ones
	$(BIN)/pytest $(PYTEST_ARGS)

.PHONY: check
check: $(STAMP) ## check formatting, lint, types and layers
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy archdsl tests $(wildcard benchmarks/*.py experiments/*.py)
	$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(STAMP) ## format the code and mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: slow
slow: $(STAMP) ## run the slow tests
	$(BIN)/pytest -m slow $(PYTEST_ARGS)

.PHONY: properties
properties: $(STAMP) ## look longer for a counterexample to the laws
	HYPOTHESIS_PROFILE=deep $(BIN)/pytest -m properties $(PYTEST_ARGS)

.PHONY: flake
flake: $(STAMP) ## try all operators with twenty other seeds
	for seed in $$(seq 1 20); do \
	ARCHDSL_SEED=$$seed $(BIN)/pytest -q tests/testing/test_shipped.py $(PYTEST_ARGS) || exit 1; done

.PHONY: mutants
mutants: $(STAMP) ## make faults in all operators, and see whether their batteries tell
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.testing.mutants

.PHONY: crash
crash: $(STAMP) ## kill runs at random moments and resume them
	$(BIN)/python tests/runs/crash.py

.PHONY: clean
clean: ## remove what was built, but neither runs/ nor the environment
	rm -rf build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Prints what is wrong with $(PYTHON), in one line, or nothing. Every Python, however old, must be able to read it.
PROBE := import sys; \
	v = sys.version_info; \
	has = lambda m: __import__("importlib.util").util.find_spec(m) is not None; \
	sys.stdout.write( \
	"$(PYTHON) is Python %d.%d; archdsl needs 3.11 or newer: make PYTHON=python3.11" % (v[0], v[1]) if v < (3, 11) else \
	"" if has("venv") and has("ensurepip") else \
	"$(PYTHON) lacks venv; on Debian and Ubuntu: apt install python%d.%d-venv" % (v[0], v[1]))
python_problem = $(shell \
	if ! command -v '$(PYTHON)' >/dev/null; then \
	echo 'cannot run $(PYTHON); archdsl needs Python 3.11 or newer: make PYTHON=/path/to/python'; \
	else '$(PYTHON)' -c '$(PROBE)' || echo '$(PYTHON) does not work'; fi 2>/dev/null)

$(BIN)/python:
	$(if $(python_problem),$(error $(python_problem)))
	'$(PYTHON)' -m venv $(VENV)

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --editable '.[torch,dev]' --constraint constraints.txt $(PIP_ARGS)
	@touch $@
