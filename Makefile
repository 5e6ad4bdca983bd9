# Two commands do all the set-up: `make demo` (the main job, with the model that is built in) and `make test`.
# `make engines` adds what needs torch (for processors) to .venv, engines and training; without it their tests are skipped.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test engines check format nightly clean

demo: $(VENV)/installed
	$(BIN)/halo-forge benchmark run --model smollm2-135m --prompts demo --verifier gcc --samples 8 --k 1,5 \
		--max-tokens 256 --output results/demo.json

PYTEST := $(BIN)/pytest -n auto --dist loadfile  # a file's tests share what takes long to make

test: $(VENV)/installed-dev
	$(PYTEST)

engines: $(VENV)/installed-engines

nightly: $(VENV)/installed-dev
	$(PYTEST) -m "nightly or not nightly"

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# pip is told to be quiet about all but errors: what it installs is written down in constraints.txt.
$(VENV)/installed: pyproject.toml constraints.txt
	@echo "installing halo-forge into $(VENV) (about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "halo-forge needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/installed-engines: $(VENV)/installed-dev
	@echo "installing torch, transformers, trl and openvino into $(VENV) (a few minutes, 1.5 GB) ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[openvino,train]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
