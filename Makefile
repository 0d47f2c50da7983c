# Everything starts here. `make help` lists what there is; each recipe sets the environment up first (quick when it is).

# Where bytecode is not kept, as in many containers, each of some 200 processes compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
DEMO := var/demo
CODE := bihuan verifier tools tests examples setup.py
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup run test test-deep screenshots demo lint format reference lock package bench simulate ci clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

setup:  ## make .venv and the web assets (the others do it by themselves)
	@sh tools/setup.sh

run: setup  ## a ledger to try out, in the browser (PORT=8000 chooses the port)
	@sh tools/run.sh $(DEMO)

test: setup  ## every test on SQLite, then those of the database on PostgreSQL
	@$(BIN)/python tools/system.py
	$(PYTEST) tests/rules --cov=bihuan/rules --cov-report=term-missing:skip-covered --cov-fail-under=100
	$(PYTEST) --ignore=tests/rules
	BIHUAN_TEST_DB=postgres $(PYTEST) --ignore=tests/rules -m '(db and not browser) or daily'

test-deep: export BIHUAN_TEST_DEEP := 1
test-deep: setup  ## the same with many more examples, lives, kills and altered bytes, and the coverage of the package (hours)
	@$(BIN)/python tools/system.py
	@$(BIN)/coverage erase
	$(PYTEST) --cov --cov-report=
	BIHUAN_TEST_DB=postgres $(PYTEST) --cov --cov-report= --cov-append -m '(db and not browser) or daily'
	@$(BIN)/coverage report --include='bihuan/rules/*' --skip-covered --show-missing --fail-under=100
	@echo "coverage of the whole package: $$($(BIN)/coverage report --format=total) %"

screenshots: setup  ## look at every page as a fitting person: build/screenshots, 1440 and 390 pixels wide
	$(BIN)/python -m tools.screenshots

demo: setup  ## from a workbook to a checked stage report, under build/demo
	@rm -rf build/demo
	$(BIN)/bihuan --home build/demo/ledger demo --out build/demo

lint: setup  ## style, types, layers
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## put the code into the house's form
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format $(CODE)

reference: setup  ## write docs/reference from the code
	$(BIN)/python -m tools.reference

lock: setup  ## lock the dependencies and the assets anew (needs the registries)
	sh tools/lock.sh

package: setup  ## build the wheel into build/ and see that it is whole
	$(BIN)/python tools/check_package.py build

bench: setup  ## measure on SQLite and PostgreSQL; the figures go to build/bench.json
	@mkdir -p build
	$(BIN)/bihuan bench > build/bench.json

simulate: setup  ## three years of 2,000 items with every invariant looked at (SEED=1 ITEMS=2000 YEARS=3 DB=postgres)
	$(if $(filter postgres,$(DB)),$(BIN)/python tools/postgres.py )$(BIN)/python -m tests.simulation \
		--seed $(or $(SEED),1) --items $(or $(ITEMS),2000) --years $(or $(YEARS),3)

ci: setup  ## all that the build server does
	.ci/run

clean:  ## remove what was built, but for .venv and the ledger of `make run`
	rm -rf build dist bihuan.egg-info bihuan/web/static/vendor .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache
	find bihuan verifier tools tests -name __pycache__ -prune -exec rm -rf {} +
