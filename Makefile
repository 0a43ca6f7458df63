# make run: the server, here and now. make test: all tests. make check: what must pass before a commit.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -n auto
SLOW := tests/system tests/compat tests/browser tests/security/test_ldap_injection.py tests/security/test_real_server.py
SOAK := tests/system/test_ending.py tests/system/test_soak.py

.PHONY: help run test check check-all format lint types fast soak fuzz screenshots clean
.DEFAULT_GOAL := help

help:
	@echo 'make run        start the server on $${TACCUINO_BIND:-127.0.0.1:8000}; the first time, set it up'
	@echo 'make test       all tests'
	@echo 'make check      format, lint, types, layers, fast tests'
	@echo 'make check-all  format, lint, types, all tests'
	@echo 'make format     put the code into its form'
	@echo 'make soak       a thousand kills under twenty phones, SIGTERM with 3,000 parked, faults: half an hour'
	@echo 'make fuzz       look for bytes that do harm: SECONDS (60) for each of TARGETS (all)'
	@echo 'make screenshots  a picture of every page, narrow and wide, light and dark'

run: .venv/ready
	@$(BIN)/taccuino init && exec $(BIN)/taccuino serve

test: .venv/ready-for-tests
	@$(PYTEST)

check: lint types fast

check-all: lint types test

format: .venv/ready-for-tests
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: .venv/ready-for-tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: .venv/ready-for-tests
	@$(BIN)/mypy

fast: .venv/ready-for-tests
	@$(PYTEST) $(SLOW:%=--ignore=%)

soak: .venv/ready-for-tests
	@TACCUINO_SOAK=$${TACCUINO_SOAK:-1000} $(BIN)/python -m pytest -s $(SOAK)
	@TACCUINO_FAULTS=3 $(PYTEST) tests/faults

fuzz: .venv/ready-to-fuzz
	@$(BIN)/python -m ops.fuzz --seconds $(or $(SECONDS),60) $(TARGETS)

screenshots: .venv/ready-for-tests
	@$(BIN)/python -m tests.browser.screenshots screenshots

clean:
	rm -rf .venv build dist *.egg-info

.venv/ready: pyproject.toml
	@$(PYTHON) -m venv .venv
	$(PIP) --editable .
	@touch $@

.venv/ready-for-tests: pyproject.toml
	@$(PYTHON) -m venv .venv
	$(PIP) --editable '.[dev]'
	@touch .venv/ready $@

.venv/ready-to-fuzz: .venv/ready-for-tests
	$(PIP) --editable '.[fuzz]'
	@touch $@
