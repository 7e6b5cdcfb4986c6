# Two commands: `make run` shows Lianban with its demonstration city, `make test` runs every test.
# Both do all their own set-up in .venv and node_modules; nothing is installed into the system by `make run`.

PYTHON ?= python3
NOW ?=
ENGLISH := $(filter en%,$(firstword $(LC_ALL) $(LC_MESSAGES) $(LANG)))
PARTS ?=
ROWS ?=
GIVEN ?=
BIN := .venv/bin
TEMPLATES := --profile jinja --indent-width 2 tasks_ui/templates

# What Python has compiled is kept beside it, where git overlooks it: otherwise every process would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check check-types check-others pages tools bench prove-rules prove-walks prove-language lock clean

run: .venv/ready-to-run
	@$(BIN)/python frontend/build.py
	@$(BIN)/lianban demonstrate $(if $(NOW),--now "$(NOW)")

# The types are checked, on one core, while the other waits for what comes from the registries and then does the rest.
test: .venv/ready-to-test
	@$(MAKE) --no-print-directory --jobs 2 check-types tools
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 10 --durations-min 1

check: .venv/ready-to-test
	@$(MAKE) --no-print-directory --jobs 2 check-types check-others

check-types: .venv/ready-to-test
	$(BIN)/mypy

check-others: pages
	$(BIN)/python -m tests.tools.scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djangofmt --check $(TEMPLATES)
	$(BIN)/lint-imports

pages: .venv/ready-to-test
	@$(BIN)/python frontend/build.py

# The browser and whatever else the tests need; after the checks, which use the same packages.
tools: check-others
	@$(BIN)/python -m tests.tools.provide

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新的版本，可以用 make $(MAKECMDGOALS) PYTHON=python3.12 指定。 Python 3.11 or later is needed." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "请先安装 python3-venv：apt install python3-venv。 Please install python3-venv." >&2; exit 1; }

.venv/ready-to-run: requirements.txt pyproject.toml | .venv/bin/python
	@echo "$(if $(ENGLISH),Setting up. The first time this takes a few minutes…,正在准备运行环境，第一次需要几分钟…)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-to-test: requirements-test.txt pyproject.toml | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ .venv/ready-to-run

# What things cost, beside what one would have instead; about a quarter of an hour. PARTS="step pages" ROWS=1000,1000000
bench: .venv/ready-to-test
	@$(BIN)/python frontend/build.py
	@$(BIN)/python -m bench $(PARTS) $(if $(ROWS),--rows $(ROWS))

# Breaks every rule of the plan in a copy of the project and tells whether its tests notice; about ten minutes.
prove-rules: .venv/ready-to-test
	@$(BIN)/python frontend/build.py
	@$(BIN)/python -m tests.tools.provide
	@$(BIN)/python -m tests.rules.prove $(RULES)

# Walks the random walks of every seed; `make test` walks every fourth. About five minutes.
prove-walks: .venv/ready-to-test
	@$(BIN)/python frontend/build.py
	$(BIN)/python -m pytest -n 2 --dist worksteal --every-walk -m walks

# Random diagrams and histories, the engine held against an interpreter of its own; `make test` takes a few of them.
# About ten minutes; GIVEN="--diagrams 100000 --walks 20" takes as long as one likes.
prove-language: .venv/ready-to-test
	@$(BIN)/python -m tests.reference.prove $(GIVEN)

# New versions of the dependencies, with their hashes; needs uv. No address is written into a lock file.
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade -q -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra test --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -c requirements.txt -q -o requirements-test.txt

clean:
	rm -rf .venv node_modules frontend/node_modules tests/tools/node_modules tasks_ui/static/dist build *.egg-info
