# Everything runs in a virtual environment of its own: uv makes it where uv is present, python's venv and pip elsewhere.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
STAMP := $(VENV)/.installed
UV := $(shell command -v uv 2>/dev/null)

.PHONY: lab demo test check lessons docs bench fidelity clean format lock

lab: $(STAMP)  ## open JupyterLab on the lessons
	$(BIN)/jupyter lab --notebook-dir=lessons

demo: $(STAMP)  ## Day 5's story in the terminal, and the picture as SVG
	$(BIN)/k8snb demo

test: $(STAMP)  ## the tests
	$(BIN)/pytest -n auto

check: $(STAMP)  ## format, lint, types, layers, lessons
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/k8snb lesson check

lessons: $(STAMP)  ## build the notebooks from their sources
	$(BIN)/k8snb lesson build

docs: $(STAMP)  ## the site, in docs/_build/html
	$(BIN)/python -m sphinx -q -W --keep-going docs docs/_build/html

bench: $(STAMP)  ## the numbers
	$(BIN)/k8snb bench

fidelity: $(STAMP)  ## measure docs/fidelity.md, where the recorded transcripts are at hand
	$(BIN)/python -m tests.golden.fidelity

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP): pyproject.toml requirements.lock
ifeq ($(UV),)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
else
	$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
endif
	$(BIN)/python -m compileall -q k8snb
	touch $(STAMP)

lock:  ## pin the newest versions that fit pyproject.toml
	uv pip compile --universal --python-version 3.11 --all-extras --no-header --no-emit-index-url \
		--quiet --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
