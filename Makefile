# Targets of weather_etl; `make help` lists them. Needs Python 3.11-3.13 and nothing else.
# Belongs here: the order of the steps. Does not belong here: what a step does.

.DEFAULT_GOAL := help
.PHONY: help run test test-quick test-oracle test-faults test-mutations ui stop bench docs lint lock clean up
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
SAMPLE := .local/sample
AZURITE := .local/azurite/package-lock.json
PORT ?= 3000
# Test files at a time: many of them wait for a service, so that four keep two cores busy.
WORKERS ?= 4
# Any of these will do; `make PYTHON=/path/to/python3.12 run` overrules them.
PYTHON ?=
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11
# Settings of the caller's own Python or pip must not reach into the environment. Without byte code each of the many
# processes would compile the package, and each worker the tests, anew.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE PIP_USER PIP_TARGET PIP_PREFIX
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: up ## set up, start the services, load the sample stations, run the job, show the tables
	@$(BIN)/python sample_data/generate.py $(SAMPLE)
	@$(BIN)/weather-etl upload $(SAMPLE)/*/
	@$(BIN)/weather-etl run

test: $(VENV)/.dev $(AZURITE) ## set up, then run every test on a real Azurite and a real PostgreSQL
	@$(BIN)/python -m pytest weather_etl_tests -q -m "not oracle and not faults" -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(NO_ORACLE)
# The libraries to compare with take seconds to import, in each worker.
NO_ORACLE := --ignore=weather_etl_tests/oracle

test-quick: $(VENV)/.dev ## the pure core and the units, no service: below a minute
	@$(BIN)/python -m pytest $(QUICK) -q -m "not realdata and not faults" -n 2 --dist worksteal
QUICK := $(addprefix weather_etl_tests/,meteorology report landing operations/test_planning.py test_rooms.py test_settings.py test_stations.py)

test-oracle: $(VENV)/.oracle ## compare the meteorology with ioos_qc, xclim, MetPy, pvlib, refet, windpowerlib and scipy
	@$(BIN)/python -m pytest weather_etl_tests -q -m oracle

test-faults: $(VENV)/.dev $(AZURITE) ## the long fault injection: kills at every step, services that stop, thousands of damaged files
	@$(BIN)/python -m pytest weather_etl_tests -q -m faults -n $(WORKERS)

test-mutations: $(VENV)/.dev ## put small faults into the package one by one: do the tests notice? (half an hour)
	@$(BIN)/python -m weather_etl_tests.mutations

ui: up ## start Dagster's web interface on 127.0.0.1:3000 (another one: make ui PORT=3001)
	@exec $(BIN)/python -m weather_etl.local.ui "$(CURDIR)" "$(PORT)"

up: $(VENV)/.run
	@$(BIN)/weather-etl local up

stop: ## end the web interface, stop Azurite and PostgreSQL; the data stays
	@if [ -x $(BIN)/weather-etl ]; then $(BIN)/weather-etl local down; else echo "Nothing is set up here."; fi

bench: $(VENV)/.dev ## measure against pandas, polars and duckdb scripts
	@$(BIN)/python benchmarks/run.py

docs: $(VENV)/.dev ## build the documentation site into docs/_build/html
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

lint: $(VENV)/.dev ## check style with ruff, types with mypy, and that imports point one way
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest weather_etl_tests/test_rooms.py -q -n 0

lock: ## resolve the pinned requirements anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv; install it first, for example with pipx install uv." >&2; exit 1; }
	@echo 'setuptools>=77' | uv pip compile $(LOCK) --extra dev -o requirements-dev.txt
	@echo 'setuptools>=77' | uv pip compile $(LOCK) --extra dev --extra oracle -c requirements-dev.txt -o requirements-oracle.txt
	@echo 'setuptools>=77' | uv pip compile $(LOCK) --extra bulletins --extra local -c requirements-dev.txt -o requirements.txt
	@echo 'setuptools>=77' | uv pip compile $(LOCK) --extra deploy -c requirements-dev.txt -o requirements-deploy.txt
# setuptools comes in through stdin ("-"): it builds this package itself, with no download at that moment.
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	--no-strip-extras pyproject.toml -

clean: stop ## stop the services, remove .venv and caches; .env and the data in .local stay
	@rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# The environment is made again when Python is gone from it, and completed when a lock file changes.

$(BIN)/python:
	@for python in $(PYTHONS); do \
	  if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$("$$python" --version) ..."; \
	    rm -rf $(VENV); \
	    "$$python" -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "$$python cannot create $(VENV); on Debian or Ubuntu install the package python3-venv, then run this again." >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 found; install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2; \
	exit 1

$(VENV)/.run: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages into $(VENV) (160 MB to download, about a minute) ..."
	@$(PIP) --require-hashes --no-deps -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages and those for tests into $(VENV) (up to 350 MB to download, about 2 minutes) ..."
	@$(PIP) --require-hashes --no-deps -r requirements-dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# Before the tests, whose processes would all wait for it.
$(AZURITE): weather_etl/local/npm/package-lock.json | $(VENV)/.dev
	@mkdir -p $(@D)
	@$(BIN)/python -c "from weather_etl.local import azurite as a; a.install(a.Path('$(@D)'), a.choose_node(print), print)"
	@touch $@

$(VENV)/.oracle: requirements-oracle.txt $(VENV)/.dev
	@echo "Installing the libraries to compare with into $(VENV) (up to 200 MB to download, about a minute) ..."
	@$(PIP) --require-hashes --no-deps -r requirements-oracle.txt
	@touch $@
