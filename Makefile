# What a person can do here; `make` alone lists it. Every target brings what it needs.
.DEFAULT_GOAL := help
.PHONY: help setup demo test storm fuzz fuzz-carriers simulate crashes stateful oracle plants guards grants check format lock docs \
  flash-sale reservation planner \
  polling sweep-bench coldstart stockcheck orders-bench messages-bench carriers-bench numbers-bench cost \
  build validate deploy clean

PYTHON ?= python3
STAGE ?= dev
BIN := .venv/bin
SAM_BIN := .venv-sam/bin
KARRIO_BIN := .venv-karrio/bin
SOURCES := functions layers/shared/python local tests bench
BENCH := PYTHONPATH=.:functions:layers/shared/python $(BIN)/python -m
MAKEFLAGS += --no-print-directory
# Tests start many processes; what one has compiled no other compiles again.
unexport PYTHONDONTWRITEBYTECODE

# $(call install,group): the environment .venv with a locked group; done once per lock.
define install
@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python" >&2; exit 1; }
@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
  || { echo "python3 -m venv does not work here: install your system's python3-venv package" >&2; exit 1; }
@cmp -s locks/$(1).txt .venv/installed-$(1).txt || { echo "installing locks/$(1).txt into .venv" >&2 && \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r locks/$(1).txt && \
  cp locks/$(1).txt .venv/installed-$(1).txt; }
endef

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

setup: ## make .venv with what the product and its local engine need
	$(call install,local)

demo: setup ## play one order all the way through, on this machine (DEMO_EXIT=1 stops after the story)
	@$(BIN)/python -m local demo

test: ## run every test on all cores, or some (ARGS="tests/unit -k money")
	$(call install,test)
	@$(BIN)/python -m pytest $(or $(ARGS),-n auto --dist loadfile --no-loadscope-reorder)

storm: ## clients at once on a real stack, and its processes die; judged (ARGS="--seed 2 --clients 6 --orders 12")
	$(call install,test)
	@$(BIN)/python -m tests.e2e $(ARGS)

fuzz: ## does the API answer as /openapi.json says? (REQUESTS=50000 SEED=7)
	$(call install,test)
	@FUZZ_REQUESTS=$(or $(REQUESTS),50000) FUZZ_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -q \
	  tests/integration/described $(ARGS)

fuzz-carriers: ## is there an answer that breaks a carrier's reader? (PAYLOADS=100000 of each, SEED=7)
	$(call install,test)
	@PAYLOADS=$(or $(PAYLOADS),100000) SEED=$(or $(SEED),1) $(BENCH) tests.carriers

simulate: ## everything that can go wrong, by seed (SEEDS=100 or SEED=7; SCENE=hot BUYERS=1000 UNITS=100)
	$(call install,test)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) \
	  $(if $(SEEDS),--seeds $(SEEDS),$(if $(SEED),,--seeds 100)) \
	  $(if $(SCENE),--scene $(SCENE)) $(if $(BUYERS),--buyers $(BUYERS)) $(if $(UNITS),--units $(UNITS)) $(ARGS)

crashes: ## a process dies before and after every AWS call of nine use cases, and twice (ARGS="--journey ship --pairs 100")
	$(call install,test)
	@$(BIN)/python -m tests.simulation.crashes $(ARGS)

stateful: ## stories of the whole business against a sequential model, by chance (EXAMPLES=20000, SEED=7)
	$(call install,test)
	@$(BIN)/python -m tests.stateful --examples $(or $(EXAMPLES),20000) $(if $(SEED),--seed $(SEED)) $(ARGS)

oracle: ## is what the planner decides right, by every assignment there is? EXAMPLES=n worlds a test
	$(call install,test)
	@ORACLE_EXAMPLES=$(or $(EXAMPLES),5000) $(BIN)/python -m pytest -q \
	  tests/unit/inventory/test_inventory_planner_oracle.py $(ARGS)

plants: ## does the simulator find deliberate faults? each in a copy of the checkout (ARGS=name)
	$(call install,test)
	@$(BIN)/python -m tests.simulation.plants $(ARGS)

guards: ## does a test fail without each condition of each write? takes them off in turn (ARGS=orders/repository)
	$(call install,test)
	@$(BENCH) tests.guards $(ARGS)

grants: ## is every permission of every function used, and none missing? sees them at work, and writes the page
	$(call install,test)
	@$(BENCH) tests.grants $(ARGS)

check: ## lint, format, types, import rules, template, generated documents
	$(call install,check)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy
	@PYTHONPATH=functions:layers/shared/python $(BIN)/lint-imports --no-cache
	@$(BIN)/cfn-lint template.yaml
	@$(BIN)/python -m local.openapi --check
	@$(BIN)/python -m local.events_document --check
	@$(BIN)/python -m local.documents --check

format: ## format the code and mend what the linter can
	$(call install,check)
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

docs: ## generate what is generated: the API's description, events, indexes, carriers
	$(call install,check)
	@$(BIN)/python -m local.openapi
	@$(BIN)/python -m local.events_document
	@$(BIN)/python -m local.documents

lock: ## resolve the dependencies of pyproject.toml again, hash-pinned
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
	@set -e; compile=".venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --upgrade --custom-compile-command make_lock"; \
	$$compile pyproject.toml --python-version 3.13 -o layers/dependencies/requirements.txt; \
	$$compile pyproject.toml --python-version 3.11 --group local --group test --group check -o locks/check.txt; \
	$$compile pyproject.toml --python-version 3.11 --group local --group test -c locks/check.txt -o locks/test.txt; \
	$$compile pyproject.toml --python-version 3.11 --group local -c locks/check.txt -o locks/local.txt; \
	$$compile --python-version 3.11 --group karrio -c locks/check.txt -o locks/karrio.txt; \
	$$compile --python-version 3.11 --group sam -o locks/sam.txt

$(SAM_BIN)/sam: locks/sam.txt
	@test -x $(SAM_BIN)/python || $(PYTHON) -m venv .venv-sam
	@echo "installing locks/sam.txt into .venv-sam" >&2
	@$(SAM_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r locks/sam.txt
	@touch $@

flash-sale: ## 10,000 orders for 1,000 units in 4 processes: exactly 1,000 are sold (ARGS="--engine dynamodb-local")
	$(call install,test)
	@$(BENCH) bench.reservation --flash-sale $(ARGS)

reservation: ## what reserving costs: requests, write units, orders a second; grouped beside one by one
	$(call install,test)
	@$(BENCH) bench.reservation $(ARGS)

planner: setup ## the planner's time for 1,000 orders
	@$(BENCH) bench.planner

polling: setup ## how soon scans are seen, for how many questions: the cadence beside fixed ones (ARGS="--world shifted")
	@$(BENCH) bench.polling $(ARGS)

sweep-bench: ## what a sweep of 100,000 active shipments costs: invocations, reads, writes, time, memory (ARGS="--shipments n")
	$(call install,test)
	@$(BENCH) bench.sweep $(ARGS)

coldstart: setup ## measure the cold start of every API handler
	@$(BIN)/python bench/coldstart.py

stockcheck: ## measure what proving a SKU's stock costs, at 100,000 reservation lines (ARGS="--lines n")
	$(call install,test)
	@PYTHONPATH=.:functions:layers/shared/python $(BIN)/python bench/stockcheck.py $(ARGS)

orders-bench: ## what an order costs: write units of each step, read units of a list, time beside AWS
	$(call install,test)
	@$(BENCH) bench.orders $(ARGS)

cost: ## what an order costs: every use of AWS counted and priced, step by step (ARGS=--no-ministack)
	$(call install,test)
	@$(BENCH) bench.cost $(ARGS)

messages-bench: ## what messages cost, and what crashes and redeliveries make of them
	$(call install,test)
	@$(BENCH) bench.messages $(ARGS)

$(KARRIO_BIN)/installed: locks/karrio.txt
	@test -x $(KARRIO_BIN)/python || $(PYTHON) -m venv .venv-karrio
	@echo "installing locks/karrio.txt into .venv-karrio" >&2
	@$(KARRIO_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r locks/karrio.txt
	@touch $@

carriers-bench: $(KARRIO_BIN)/installed ## the time to read a carrier's answer, beside karrio's SDK on the same bytes
	@PYTHONPATH=.:functions:layers/shared/python $(KARRIO_BIN)/python -m bench.carriers 2>/dev/null

numbers-bench: setup ## is a number's own carrier among its candidates? generated numbers of every format (NUMBERS=1000 of each)
	@$(BENCH) bench.tracking_numbers $(NUMBERS)

validate: $(SAM_BIN)/sam ## sam validate --lint
	@SAM_CLI_TELEMETRY=0 $(SAM_BIN)/sam validate --lint --region eu-central-1

build: $(SAM_BIN)/sam ## sam build: the artefacts that are deployed, for arm64 and Python 3.13
	@SAM_CLI_TELEMETRY=0 $(SAM_BIN)/sam build

deploy: build ## sam deploy to your AWS account (STAGE=dev or prod)
	@SAM_CLI_TELEMETRY=0 $(SAM_BIN)/sam deploy --config-env $(STAGE)

clean: ## remove what the other targets made
	rm -rf .venv .venv-sam .venv-karrio .venv-lock .aws-sam .local .cache .pytest_cache .mypy_cache .ruff_cache
