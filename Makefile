# `make help` lists the targets. Everything they need is put into .venv and tests/node.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test newest lint bench schema messages pictures snippets docs update sbom format clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'ARGS goes on to demo, test and bench: make demo ARGS="--port 8080", make test ARGS="-k panel"'

demo: .venv/.installed ## show panels on the pages of a small fictional newspaper
	$(BIN)/insights demo $(ARGS)

test: .venv/.test ## install what the tests need, and run all of them
	$(BIN)/python tests/provision.py
	$(BIN)/python -m pytest -n auto $(ARGS)

newest: .venv/.test ## run the quick tests against the newest versions that the ranges allow
	$(BIN)/python -m pytest -m newest -s -q --no-header tests/test_newest.py

lint: .venv/.lint ## ruff and strict mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.test ## measure weights, delivery, withdrawals, outages, pages and Lighthouse; ARGS=weights does one
	$(BIN)/python tests/provision.py bench
	$(BIN)/python -m benchmarks $(ARGS)

schema: .venv/.installed ## write static/entry.schema.json anew
	$(BIN)/python -c "import pathlib, widget.entry; pathlib.Path('static/entry.schema.json').write_bytes(widget.entry.schema_document())"

messages: .venv/.installed ## collect the interface's messages into the catalogs
	$(BIN)/pybabel -q extract -F pyproject.toml -o widget/locale/messages.pot --no-location --sort-output --omit-header .
	$(BIN)/python tests/catalogs.py

pictures: .venv/.test ## take the pictures of docs/admin.md anew, and contact sheets into build/pictures; ARGS=sheets: those only
	$(BIN)/python tests/pictures.py $(ARGS)

snippets: .venv/.test ## write the documentation's snippets anew
	$(BIN)/python tests/doc_snippets.py

docs: .venv/.test ## build the documentation as a site, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

update: .venv/.made ## renew the locks: the newest versions that the ranges allow
	$(LOCKED) -r locks/update.txt
	$(BIN)/python locks/update.py
	$(MAKE) sbom

sbom: .venv/.made ## write the bill of materials, sbom.cdx.json, from the lock of what the service needs
	$(LOCKED) -r locks/update.txt
	sed -n 's/ \\$$//; /==/p' locks/runtime.txt | \
	  $(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o sbom.cdx.json -

format: .venv/.lint ## let ruff format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything that was installed or made
	rm -rf .venv tests/node/node_modules dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; say which: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# What is installed stands in locks/ with its hashes; the project itself is put in as it is, and built
# with what is installed already, so that nothing is fetched that no lock names.
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
