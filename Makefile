# The first Python that runs and is new enough; choose another with `make PYTHON=...`.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN = .venv/bin
READY = .venv/ready
# What a user has: the package with its extras, and a kernel for notebooks.
NOTEBOOK = build/notebook
# What is released: a wheel and a source distribution.
DIST = build/dist
# The lowest versions that pyproject.toml allows; they run on the first Pythons only.
LOWEST = build/lowest
LOWEST_PYTHON ?= $(shell for python in python3.11 python3.12 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
# What calculates, reads and writes; tests of the command need a later click than the command itself.
LOWEST_TESTS = $(patsubst %,tests/%.py,engine/test_evaluation inputs/test_inputs inputs/test_periods \
	readings/test_stamps reports/test_labelled reports/test_workbook_round_trip results/test_manifest results/test_result \
	results/test_uncertainty)
CODE = $(shell find src methodologies -name __pycache__ -prune -o -type f -print)

.PHONY: help demo test lowest notebook dist bench bench-large lint format mutation coverage differential fuzz pages images messages docs clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## Calculate an example project, step by step
	@$(BIN)/jcm calc methodologies/jcm_methodologies/cases/id_am003_frozen_food.toml --trace

test: lint notebook ## Run every check and test
	@$(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal

lowest: $(LOWEST)/ready ## Run part of the tests with the lowest versions that are allowed
	@PYTHONPATH=tests $(LOWEST)/bin/python -m pytest -q -n auto --maxprocesses 8 --dist worksteal \
		-W ignore::DeprecationWarning -W ignore::FutureWarning $(LOWEST_TESTS)

notebook: $(NOTEBOOK)/ready ## Install what a user has, for the tests of notebooks

dist: $(READY) ## Build wheel and sdist, check them, and use them in a clean environment
	@rm -rf $(DIST)
	@$(BIN)/python -m hatchling build -d $(DIST)
	@$(BIN)/twine check --strict $(DIST)/*
	@$(BIN)/check-wheel-contents $(DIST)/*.whl
	@$(PYTHON) -m venv $(DIST)/clean
	@$(DIST)/clean/bin/pip --disable-pip-version-check install --quiet -c requirements-dev.txt \
		"$$(echo $(DIST)/*.tar.gz)[plot]"
	@$(DIST)/clean/bin/python tests/try_package.py

bench: $(READY) ## Measure speed
	@$(BIN)/python benchmarks/run.py

bench-large: $(READY) ## Measure what takes minutes: 20,000,000 units on a cluster of two workers
	@$(BIN)/python benchmarks/cluster.py

mutation: $(READY) ## Count the mistakes in equations that the checks notice
	@$(BIN)/python tests/mutation.py

coverage: $(READY) ## Run every test, and list the lines and branches that none of them reaches
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n auto --maxprocesses 8 --dist worksteal
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report --show-missing --skip-covered

differential: $(READY) ## Compare with the independent scripts, LibreOffice and the library formulas: 90 minutes on two cores
	@$(BIN)/python tests/differential.py

fuzz: $(READY) ## Spoil 100,000 files for each reader: forty minutes on two cores that do nothing else
	@$(BIN)/python tests/fuzz.py --inputs 100000

lint: $(READY) ## Check style, types and layering
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Fix style where a tool can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

pages: $(READY) ## Write the pages of the methodologies and of the checks
	@$(BIN)/python docs/pages.py
	@$(BIN)/python docs/verification_page.py

images: $(READY) ## Draw the pictures of the README; needs Chromium
	@$(BIN)/python docs/images.py

messages: $(READY) ## Bring the translations up to date, and list the texts that have none
	@$(BIN)/python tests/catalogue.py

docs: $(READY) ## Build the documentation: build/docs, shown by `python -m http.server -d build/docs`
	@$(BIN)/sphinx-build -W --keep-going -q -E docs build/docs
	@$(BIN)/python docs/pictures.py build/docs

clean: ## Remove everything that was made
	@rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@echo "Installing into .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip --disable-pip-version-check install --quiet -r requirements-dev.txt
	@$(BIN)/pip --disable-pip-version-check install --quiet --no-deps -e .
	@touch $@

$(LOWEST)/ready: pyproject.toml tests/lowest.py $(CODE)
	@test -n "$(LOWEST_PYTHON)" || { echo "Python 3.11 or 3.12 is needed." >&2; exit 1; }
	@echo "Installing into $(LOWEST) ..."
	@$(LOWEST_PYTHON) -m venv $(LOWEST)
	@$(LOWEST_PYTHON) tests/lowest.py > $(LOWEST)/lowest.txt
	@$(LOWEST)/bin/pip --disable-pip-version-check install --quiet -c $(LOWEST)/lowest.txt '.[all]' pytest pytest-xdist
	@touch $@

# Without a package index its tests are skipped, and fail in CI.
$(NOTEBOOK)/ready: pyproject.toml requirements-dev.txt $(CODE)
	@echo "Installing into $(NOTEBOOK) ..."
	@$(PYTHON) -m venv $(NOTEBOOK)
	@$(NOTEBOOK)/bin/pip --disable-pip-version-check install --quiet -c requirements-dev.txt '.[all]' ipykernel nbclient \
		&& touch $@ || echo "$(NOTEBOOK) is not up to date." >&2
