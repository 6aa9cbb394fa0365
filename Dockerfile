# syntax=docker/dockerfile:1
# The gateway:    docker build -t vestibule .
# For developing: docker build -t vestibule-demo --target demo .   (with `vestibule dev`; see docker-compose.yml)

FROM rust:1-bookworm AS dependencies
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /build
# The dependencies alone, behind an empty crate: this layer holds until Cargo.toml or Cargo.lock change.
COPY Cargo.toml Cargo.lock ./
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    mkdir -p src examples/offline/rust benches/gateway \
    && echo '//! Empty.' > src/lib.rs \
    && printf '//! Empty.\nfn main() {}\n' | tee src/main.rs benches/gateway/main.rs > examples/offline/rust/main.rs \
    && cargo build --locked --release --no-default-features --features bundled-libpq \
    && rm -r src

FROM dependencies AS source
COPY . .
# What is copied may be older than what the empty crate left behind, and would not be built.
RUN touch src/lib.rs src/main.rs

FROM source AS build
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --locked --release --no-default-features --features bundled-libpq \
    && cp target/release/vestibule /vestibule

FROM source AS build-demo
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --locked --release --no-default-features --features bundled-libpq,dev \
    && cp target/release/vestibule /vestibule

# The pretend provider, and a shell to make the demo's secrets with. Not for production.
FROM debian:bookworm-slim AS demo
COPY --from=build-demo /vestibule /usr/local/bin/vestibule
# A new volume takes over the owner of the folder that it covers.
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
# Reads config/vestibule.toml in here, where there is one, and writes nothing: a read-only root file system will do.
WORKDIR /vestibule
# The admin listener stays inside; publish it by VESTIBULE__SERVER__ADMIN_LISTEN=0.0.0.0:8081 where a scraper needs it.
# SSL_CERT_FILE: for PostgreSQL with sslrootcert=system, whose OpenSSL does not know Debian's path.
ENV VESTIBULE__SERVER__LISTEN=0.0.0.0:8080 \
    VESTIBULE__SERVER__ADMIN_LISTEN=127.0.0.1:8081 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["vestibule", "healthcheck"]
ENTRYPOINT ["vestibule"]
CMD ["serve"]
