# Two commands do everything: `make run` and `make test`. Both build .venv when it is missing or stale.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PINNED := $(VENV)/.pinned
READY  := $(VENV)/.ready
PO     := $(wildcard terminal/i18n/*/LC_MESSAGES/huinong.po)
JUDGE  := tests/terminal_bank/npm/node_modules/.ready
MO     := $(PO:.po=.mo)

.PHONY: help run test check bench sim crash kill fuzz mutants judges system lock clean npm
.DEFAULT_GOAL := help

help:            ## this list
	@grep -hE '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(READY) $(MO)  ## the whole station on the simulated bench; without a terminal it plays a day
	@$(BIN)/python -m tests.bench $(if $(SEED),--seed $(SEED))

test: $(READY) $(MO) npm ## the fast set of tests
	@$(BIN)/pytest -n 3 --dist loadfile $(ARGS)

check: $(READY) $(MO) ## style, types, import contracts
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(READY) $(MO) ## the figures, each with its bound
	@$(BIN)/python -m tests.bench.figures

sim: $(READY) $(MO)  ## days of chance against the books: SEEDS=n, SEED=k, LONG=1 (a million transactions)
	@$(BIN)/python -m tests.sim $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED),--seed $(SEED)) $(if $(LONG),--long)

crash: $(READY) $(MO) ## the power cut at every write, every disk that may be left: STATES=n, SEED=k
	@$(BIN)/python -m tests.crash $(if $(STATES),--states $(STATES)) $(if $(SEED),--seed $(SEED))

kill: $(READY) $(MO) ## the real engine killed at random moments: ROUNDS=n
	@$(BIN)/python -m tests.crash.kill $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

fuzz: $(READY) $(MO) ## every reader of foreign bytes under fire: COUNT=n inputs a target, SEED=k
	@$(BIN)/python -m tests.fuzz $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

mutants: $(READY) ## small faults in what decides on a chip card, and whether tests notice each
	@$(BIN)/python -m tests.mutants

judges: $(READY) ## programs not written here judge the simulated devices: JUDGES="pcscd msrx"
	@sh requirements/system.sh judges-system.txt
	@test -x build/judges/bin/python || $(PYTHON) -m venv build/judges
	@build/judges/bin/pip install --quiet --disable-pip-version-check -r requirements/judges.txt || echo "judges from PyPI are missing" >&2
	@$(BIN)/python -m tests.judges $(JUDGES)

system:          # Debian packages; never fails the build, says in one line what is missing
	@sh requirements/system.sh

npm:             # a second judge of the signatures, where node is; never fails the build
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory --quiet $(JUDGE) || echo "NOT JUDGED by npm: http-message-signatures could not be installed" >&2; \
	else echo "NOT JUDGED by npm: node is missing, the signatures have one judge less" >&2; fi

$(JUDGE): tests/terminal_bank/npm/package.json
	@cd $(<D) && npm install --silent --no-package-lock --no-audit --no-fund --ignore-scripts
	@touch $@

$(PINNED): requirements/dev.txt | system
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(READY): pyproject.toml $(PINNED)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

%.mo: %.po $(READY)
	@$(BIN)/pybabel --quiet compile --use-fuzzy -i $< -o $@

lock: $(READY)   ## pin every dependency again, with hashes and no index address
	$(BIN)/pip-compile -q --upgrade --generate-hashes --no-strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements/runtime.txt pyproject.toml
	$(BIN)/pip-compile -q --upgrade --extra dev --generate-hashes --no-strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements/dev.txt pyproject.toml

clean:           ## remove what was built
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info $(MO)
