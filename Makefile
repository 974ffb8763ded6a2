# The menu. `make` alone lists it; everything else sets itself up first.
# Needed on the machine: make and Python 3.11 or newer (another one: make setup PYTHON=/path/to/python).

.DEFAULT_GOAL := help
.PHONY: help setup run season test test-fast check fix bench bench-scale docs clean

BIN     := .venv/bin
READY   := .venv/.ready
CODE    := $(wildcard src tests benchmarks scripts examples)
WRITTEN := $(shell grep -rl --include='*.md' '\[\[\[cog' README.md docs 2>/dev/null)

EXAMPLE     := examples/northwind-trails/campaign.toml
EXAMPLE_URL := sqlite:///var/example.db
EXAMPLE_NOW := 2026-11-16T09:00:00Z
SEASON      := examples/northwind-season/season.py
SEASON_URL  := sqlite:///var/season.db
SEASON_NEXT := "$(BIN)/linkwright compare templates --baseline offer-article  \# is it proven?" \
	"$(BIN)/linkwright calibration  \# what was a score worth?" \
	"$(BIN)/linkwright explain opportunity 129  \# the story of one prospect"

# Emails of the large database of bench-scale.
ROWS    := 100000

# More words for pytest: make test ARGS="-k emails --maxfail 1"
ARGS    :=
PYTEST  := $(BIN)/pytest --numprocesses logical --dist worksteal

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY)  ## make .venv with the `linkwright` command in it

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

# Some rows of the example are broken on purpose, to show what becomes of them.
run: $(READY)  ## run the example campaign on SQLite (var/example.db)
	@mkdir -p var
	@LINKWRIGHT_DATABASE_URL=$(EXAMPLE_URL) $(BIN)/linkwright db upgrade
	@LINKWRIGHT_DATABASE_URL=$(EXAMPLE_URL) $(BIN)/linkwright run $(EXAMPLE) --now $(EXAMPLE_NOW) --rejects var --refused-is-fine
	@printf '\nNext: make season  # what becomes of such letters, and what is learned of it\n'

# A minute, once: sixteen weeks of letters and answers. Again, it changes nothing.
season: $(READY)  ## play a season of the example, and show what was learned of it (var/season.db)
	@mkdir -p var
	@LINKWRIGHT_DATABASE_URL=$(SEASON_URL) $(BIN)/python $(SEASON) var/season
	@printf '\nLook further:\n'
	@printf '  %s\n' "export LINKWRIGHT_DATABASE_URL=$(SEASON_URL)" $(SEASON_NEXT)

test: $(READY)  ## run every test, on SQLite and on a real PostgreSQL
	$(PYTEST) $(ARGS)

test-fast: $(READY)  ## run the quick tests, on SQLite alone
	$(PYTEST) --db sqlite -m "not slow" $(ARGS)

check: $(READY)  ## style, types, layers, and documents that are up to date
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(if $(WRITTEN),$(BIN)/cog -I scripts --check --diff $(WRITTEN))

fix: $(READY)  ## mend what a tool can mend of style
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(READY)  ## measure speed against the bare drivers (minutes)
	$(BIN)/python -m benchmarks $(ARGS)

bench-scale: $(READY)  ## see that reads and inserts do not slow down as it grows (ROWS=100000 emails against 10,000)
	$(BIN)/python -m benchmarks.scale --rows $(ROWS) --check $(ARGS)

docs: $(READY)  ## write the generated parts of the documents, and their picture, again
	$(if $(WRITTEN),$(BIN)/cog -I scripts -r $(WRITTEN))
	$(BIN)/python scripts/picture.py

clean:  ## remove .venv, caches and the databases of the examples
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* build dist
	rm -rf var/example.db* var/season.db* var/season
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
