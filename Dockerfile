# syntax=docker/dockerfile:1
# The gateway:     make image
# For development: docker compose build   (with `vestibule dev`; see docker-compose.yml)

# `scripts/image-check --pin` adds the digests.
ARG RUST_IMAGE=docker.io/library/rust:1-bookworm
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${RUST_IMAGE} AS dependencies
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# The list of the crates: in the binary (cargo-auditable), and as a file (cargo-cyclonedx). They run for a second, so they are not
# optimized.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    CARGO_TARGET_DIR=/tools cargo install --debug --locked cargo-auditable@0.7.7 cargo-cyclonedx@0.5.9 \
    && rm -r /tools
# The stage `reproducible` compiles in the second folder.
ENV CARGO_TARGET_DIR=/target SOURCE_FOLDERS="/build /again"
WORKDIR /build
# Builds only the dependencies, with an empty crate. It has every target that Cargo.toml names: cargo looks for their files, also for
# those of the tests, which are not in the build context. This layer stays valid until Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
COPY scripts/reproducible scripts/
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    mkdir -p src examples/offline/rust benches/gateway tests/it tests/process \
    && echo '//! Empty.' > src/lib.rs \
    && printf '//! Empty.\nfn main() {}\n' | tee src/main.rs benches/gateway/main.rs tests/it/main.rs tests/process/main.rs \
        > examples/offline/rust/main.rs \
    && scripts/reproducible cargo build --locked --release \
    && rm -r src

FROM dependencies AS source
COPY . .
# The copied files may be older than the build of the empty crate, and cargo would not build them.
RUN touch src/lib.rs src/main.rs

FROM source AS build
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    scripts/reproducible cargo auditable build --locked --release \
    && cp /target/release/vestibule /vestibule
ARG SOURCE_DATE_EPOCH=0
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    scripts/sbom /sbom.cdx.json
# The label and the binary have one version.
ARG VERSION=unknown
RUN [ "$VERSION" = unknown ] || [ "$(/vestibule version)" = "vestibule $VERSION" ]

# Compiles the crate again, in another folder and from files of another time, and compares the binaries. With REPRODUCE=all, the
# dependencies as well.
FROM build AS reproducible
ARG REPRODUCE=crate
WORKDIR /again
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cp -r /build/. . && find . -exec touch --date=2001-01-01 {} + \
    && if [ "$REPRODUCE" = all ]; then cargo clean; else cargo clean --release --package vestibule; fi \
    && rm -rf /build \
    && scripts/reproducible cargo auditable build --locked --release \
    && cmp /target/release/vestibule /vestibule \
    && sha256sum /target/release/vestibule /vestibule

FROM source AS build-demo
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    scripts/reproducible cargo auditable build --locked --release --features dev \
    && cp /target/release/vestibule /vestibule

# The pretend provider, and a shell that creates the secrets of the demo. Not for production.
FROM ${DEBIAN_IMAGE} AS demo
COPY --from=build-demo /vestibule /usr/local/bin/vestibule
# Each new volume has the owner of the directory that it is mounted on.
RUN install --directory --owner=65532 --group=65532 /secrets /password
USER 65532:65532
ENTRYPOINT ["vestibule"]

FROM ${RUNTIME_IMAGE}
COPY --from=build /vestibule /usr/local/bin/vestibule
COPY --from=build /sbom.cdx.json /usr/share/doc/vestibule/sbom.cdx.json
# The process reads config/vestibule.toml in this directory, if it exists. It writes no files, so the root file system may be
# read-only.
WORKDIR /vestibule
# The admin listener is internal. Set VESTIBULE__SERVER__ADMIN_LISTEN=0.0.0.0:8081 if a scraper must reach it.
# SSL_CERT_FILE is for PostgreSQL with sslrootcert=system: the statically linked OpenSSL does not know Debian's path.
ENV VESTIBULE__SERVER__LISTEN=0.0.0.0:8080 \
    VESTIBULE__SERVER__ADMIN_LISTEN=127.0.0.1:8081 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["vestibule", "healthcheck"]
ENTRYPOINT ["vestibule"]
CMD ["serve"]
# Last, because they change with each commit. `make image` reads the version in Cargo.toml and the revision from git.
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="vestibule" \
      org.opencontainers.image.description="A login gateway: people sign in at any provider, your services get one kind of token" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
