# `make help` lists the targets. They install everything they need into .venv and tests/node.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test newest lint bench schema messages pictures snippets docs update sbom format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'ARGS is passed to demo, test and bench: make demo ARGS="--port 8080", make test ARGS="-k panel"'

demo: .venv/.installed ## start a fictional newspaper with panels
	$(BIN)/insights demo $(ARGS)

test: .venv/.test ## install the test tools and run all tests
	$(BIN)/python tests/provision.py
	$(BIN)/python -m pytest -n auto $(ARGS)

newest: .venv/.test ## run the quick tests with the newest allowed versions of the dependencies
	$(BIN)/python -m pytest -m newest -s -q --no-header tests/test_newest.py

lint: .venv/.lint ## run ruff and strict mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.test ## measure weights, delivery, withdrawals, outages, pages and Lighthouse; ARGS=weights runs one section
	$(BIN)/python tests/provision.py bench
	$(BIN)/python -m benchmarks $(ARGS)

schema: .venv/.installed ## regenerate static/entry.schema.json
	$(BIN)/python -c "import pathlib, widget.entry; pathlib.Path('static/entry.schema.json').write_bytes(widget.entry.schema_document())"

messages: .venv/.installed ## extract the interface's messages into the catalogs
	$(BIN)/pybabel -q extract -F pyproject.toml -o widget/locale/messages.pot --no-location --sort-output --omit-header .
	$(BIN)/python tests/catalogs.py

pictures: .venv/.test ## regenerate the screenshots of docs/admin.md, and contact sheets in build/pictures (ARGS=sheets: only those)
	$(BIN)/python tests/pictures.py $(ARGS)

snippets: .venv/.test ## regenerate the snippets in the documentation
	$(BIN)/python tests/doc_snippets.py

docs: .venv/.test ## build the documentation site in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

update: .venv/.made ## update the locks to the newest allowed versions
	$(LOCKED) -r locks/update.txt
	$(BIN)/python locks/update.py
	$(MAKE) sbom

sbom: .venv/.made ## regenerate the software bill of materials, sbom.cdx.json
	$(LOCKED) -r locks/update.txt
	sed -n 's/ \\$$//; /==/p' locks/runtime.txt | \
	  $(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o sbom.cdx.json -

format: .venv/.lint ## format the code with ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything that was installed or built
	rm -rf .venv tests/node/node_modules dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; say which: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# All packages come from locks/, with hashes. The project itself is installed without dependencies and
# built with the installed tools, so that nothing is downloaded that no lock names.
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
LOCKED := $(PIP) --require-hashes

.venv/.installed: .venv/.made pyproject.toml locks/build.txt locks/runtime.txt
	$(LOCKED) -r locks/build.txt -r locks/runtime.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: .venv/.installed locks/test.txt
	$(LOCKED) -r locks/test.txt
	@touch $@

.venv/.lint: .venv/.installed locks/lint.txt
	$(LOCKED) -r locks/lint.txt
	@touch $@
