# syntax=docker/dockerfile:1
# The gateway:    docker build -t vestibule .
# For development: docker build -t vestibule-demo --target demo .   (with `vestibule dev`; see docker-compose.yml)

FROM rust:1-bookworm AS dependencies
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /build
# Builds only the dependencies, with an empty crate. This layer stays valid until Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    mkdir -p src examples/offline/rust benches/gateway \
    && echo '//! Empty.' > src/lib.rs \
    && printf '//! Empty.\nfn main() {}\n' | tee src/main.rs benches/gateway/main.rs > examples/offline/rust/main.rs \
    && cargo build --locked --release \
    && rm -r src

FROM dependencies AS source
COPY . .
# The copied files may be older than the build of the empty crate, and cargo would not build them.
RUN touch src/lib.rs src/main.rs

FROM source AS build
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --locked --release \
    && cp target/release/vestibule /vestibule

FROM source AS build-demo
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --locked --release --features dev \
    && cp target/release/vestibule /vestibule

# The pretend provider, and a shell that creates the secrets of the demo. Not for production.
FROM debian:bookworm-slim AS demo
COPY --from=build-demo /vestibule /usr/local/bin/vestibule
# A new volume has the owner of the directory that it is mounted on.
RUN install --directory --owner=65532 --group=65532 /secrets
USER 65532:65532
ENTRYPOINT ["vestibule"]

FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="vestibule" \
      org.opencontainers.image.description="A login gateway: people sign in at any provider, your services get one kind of token" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /vestibule /usr/local/bin/vestibule
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
