# `make run` and `make test` are the two commands; both make .venv/ first if need be. `make help` lists the rest.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
RUNS := $(VENV)/.runs
DEVELOPS := $(VENV)/.develops
OUT := out/confront-vs-appease

# What Python has compiled is kept, whatever the machine's settings: each start is seconds shorter.
export PYTHONDONTWRITEBYTECODE :=

# Which Python .venv/ is made with: `make setup PYTHON=python3.13`. Without it, the first of these that fits.
CANDIDATES := $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python)
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

# A Python asked for by name that .venv/ was not made with: make it anew.
ifdef PYTHON
ifneq ($(shell $(PYTHON) -V 2>&1),$(shell $(PY) -V 2>&1))
.PHONY: $(RUNS)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help run test quick fuzz coverage check format setup lock dashboard bench docs catalogue schemas baselines images headline \
	response story thirdway programs screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNS) ## compare confront with appease on 1,000 worlds over 60 months; the report goes to out/
	$(VENV)/bin/durand compare confront appease --worlds 1000 --months 60 --out $(OUT)

# Files stay whole, as their tests share runs; in the order of tests/conftest.py, what takes long first.
PYTEST := $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(DEVELOPS) ## the whole test suite
	$(PYTEST) $(ARGS)

quick: $(DEVELOPS) ## the tests but the slow ones and those in a browser
	$(PYTEST) -m "not slow and not browser" $(ARGS)

fuzz: $(DEVELOPS) ## the property tests on fresh examples, TIMES=20 times as many; what fails is shown, and how to have it again
	DURAND_FUZZ=$(or $(TIMES),20) $(PYTEST) -m hypothesis --maxfail 10 $(ARGS)

coverage: $(DEVELOPS) ## the whole suite, and which lines and branches of sim/ it reaches
	$(PYTEST) --cov $(ARGS)

check: $(DEVELOPS) ## lint, format and types, changing nothing
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(DEVELOPS) ## put the code into the project's format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

setup: $(DEVELOPS) ## make .venv/ with everything the other targets need

# A lock names all that is needed, so nothing is resolved: any pip since 22.3 installs it, whatever has been published since.
# pip takes the index from the machine's own settings.
install = @$(PIP) install -qq --no-deps --require-hashes --no-compile -r

# While pip works no stamp stands, and a .venv/ without one is made anew: what was interrupted may be half there.
$(RUNS): requirements.lock pyproject.toml
	@python=""; for one in $(CANDIDATES); do \
		if "$$one" -c "$(FITS)" 2>/dev/null; then python="$$one"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "durand needs Python 3.11, 3.12 or 3.13 with its venv module (Debian: python3-venv)." >&2; \
		echo "Tried: $(CANDIDATES). Name another: make setup PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	if [ ! -e $(RUNS) ] || [ "$$("$$python" -V)" != "$$($(PY) -V 2>/dev/null)" ]; then \
		echo "Making $(VENV)/ with $$("$$python" -V); this is done once and takes a minute or two."; \
		"$$python" -m venv --clear $(VENV); \
	fi
	@rm -f $(RUNS)
	$(install) requirements.lock
	@$(PIP) install -qq --no-deps --no-build-isolation --no-compile -e .
	@$(PIP) check
	@touch $(RUNS)

$(DEVELOPS): $(RUNS) requirements-dev.lock
	@rm -f $(RUNS) $(DEVELOPS)
	$(install) requirements-dev.lock
	@$(PIP) check
	@touch $(RUNS) $(DEVELOPS)

# One version of each package for all three Pythons and both locks, so that everybody computes with the same.
COMPILE := build/lock/bin/uv pip compile pyproject.toml --group build --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --no-strip-extras --generate-hashes --custom-compile-command "make lock"

lock: build/lock/bin/uv ## bring both locks in line with pyproject.toml (ARGS=--upgrade: with the newest of everything)
	$(COMPILE) --all-extras --output-file requirements-dev.lock $(ARGS)
	$(COMPILE) --constraints requirements-dev.lock --output-file requirements.lock

# Not made with .venv/, which cannot be whole while the locks lag behind pyproject.toml.
build/lock/bin/uv:
	@for one in $(CANDIDATES); do if "$$one" -c "$(FITS)" 2>/dev/null; then "$$one" -m venv build/lock; break; fi; done
	build/lock/bin/python -m pip install -qq --disable-pip-version-check uv

dashboard: $(RUNS) ## open the dashboard in a browser (ARGS: --host, --port)
	$(VENV)/bin/durand dashboard $(ARGS)

bench: $(DEVELOPS) ## how fast the model is (ARGS=--profile: where the time goes); names the benchmarks of the rest
	$(PY) benchmarks/run.py $(ARGS)
	@echo "Sweeps, dashboard and classes have benchmarks of their own: benchmarks/README.md"

docs: $(DEVELOPS) ## write the tables of docs/ anew from the registries
	$(PY) docs/build.py $(ARGS)

catalogue: $(DEVELOPS) ## collect what readers see for translators, in sim/words/catalogues/
	$(PY) docs/catalogue.py $(ARGS)

schemas: $(DEVELOPS) ## write the JSON Schemas for editors anew, in scenarios/
	$(PY) docs/schemas.py

baselines: $(DEVELOPS) ## store anew what each scenario comes to, and show what changes (ARGS=--dry-run: only show)
	$(PY) -m sim.experiment.baselines $(ARGS)

images: $(DEVELOPS) ## draw the picture of the README anew
	$(PY) docs/images/draw.py

headline: $(DEVELOPS) ## make docs/confront-or-appease.md and its pictures anew
	$(PY) docs/headline.py

thirdway: $(DEVELOPS) ## search anew for courses that do better, and make docs/third-way.md with its pictures and courses
	$(PY) docs/third_way.py

response: $(DEVELOPS) ## study anew what levers and courses do, and make docs/response.md and its pictures
	$(PY) docs/response.py

story: $(DEVELOPS) ## run the courses anew, and make docs/story.md and its pictures
	$(PY) docs/story.py

programs: $(DEVELOPS) ## play the example of docs/programs.md anew against courses; `make docs` puts what came of it into the page
	$(PY) docs/programs.py

screenshots: $(DEVELOPS) ## make the README's pictures of the dashboard anew, in Chromium
	$(PY) docs/images/screenshots.py

clean: ## remove what was made, .venv/ and out/ among it
	rm -rf $(VENV) out build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
