# The tasks of a developer. `make` without a target lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Programs that scripts/bootstrap-test installs there take precedence.
export PATH := $(CURDIR)/.dev/venv/bin:$(PATH)
CARGO ?= cargo

.PHONY: help demo demo-check test bench bench-scale bench-peers lint lint-rust lint-deny lint-files build image image-check
.PHONY: clean-dev bootstrap bootstrap-build bootstrap-test

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: bootstrap ## Runs the gateway with a private PostgreSQL and a pretend provider; open the URL it prints (ARGS="--port 9000", ARGS="--listen 0.0.0.0")
	$(CARGO) run --locked --features dev -- dev $(ARGS)

demo-check: bootstrap ## Does the same login without a browser and prints the decoded token
	scripts/demo-check

test: bootstrap lint ## Installs the programs that the tests need, lints, and runs all tests
	$(CARGO) test --locked --features dev --no-fail-fast
	@echo "Everything passed."

lint: lint-rust lint-deny lint-files ## Checks format, clippy, documentation, dependencies, container files, API description

lint-rust:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --features dev --all-targets -- -D warnings
	$(CARGO) check --locked
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --features dev --no-deps --quiet

lint-deny: bootstrap-test
	$(CARGO) deny --locked --log-level error check bans licenses sources
	if $(CARGO) deny fetch db >/dev/null 2>&1; then $(CARGO) deny --locked --log-level error check advisories; \
	else echo "advisories: the database is not reachable, not checked"; fi

lint-files: bootstrap-test
	hadolint Dockerfile scripts/image/standins.Dockerfile
	scripts/image/context
	check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml examples/container/compose.yml
	yamllint --strict docker-compose.yml examples/container/compose.yml docs/openapi.yaml
	openapi-spec-validator docs/openapi.yaml

bench: bootstrap ## Measures every hot endpoint and its limit in the same run; see docs/performance.md
	$(CARGO) bench --locked --features dev --bench gateway -- $(BENCH)

bench-scale: bootstrap ## Measures the flows with 20,000 and with 2,000,000 sessions; writes the plans to docs/plans.md
	$(CARGO) bench --locked --features dev --bench gateway -- --scale 1000000 --plans docs/plans.md $(BENCH)

bench-peers: bootstrap ## Measures the gateway beside npm oidc-provider and oauth2-proxy, with ES256 on both sides
	CARGO="$(CARGO)" scripts/bench-peers $(BENCH)

build: bootstrap-build ## Builds the release binary as in the container image, and its SBOM: target/release/vestibule
	scripts/bootstrap-release
	scripts/reproducible $(CARGO) auditable build --locked --release
	scripts/sbom $${CARGO_TARGET_DIR:-target}/release/vestibule.cdx.json

image: ## Builds the container image `vestibule`, with its version and revision as labels
	scripts/image-build --tag vestibule

image-check: ## Builds the images and tests them: contents, commands, login, stop under load, Compose (ARGS="--stand-ins")
	scripts/image-check $(ARGS)

clean-dev: ## Removes the files of demo and tests in .dev: the private database, linters, peers
	rm -rf .dev tests/peers/node_modules

bootstrap:
	@scripts/bootstrap

bootstrap-build:
	@scripts/bootstrap build

bootstrap-test:
	@scripts/bootstrap-test
