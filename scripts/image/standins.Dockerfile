# hadolint global ignore=DL3008
# Stand-ins for the base images, for a machine that reaches no registry of images. They contain packages of Debian and the Rust of
# this machine. DEBIAN is the result of debootstrap. The context has the toolchain in `rust`. Each stand-in, and each image that is built
# on it, has the label `vestibule.standin`.
ARG DEBIAN=localhost/standin/debian

FROM ${DEBIAN} AS debian
LABEL vestibule.standin="debian"

FROM ${DEBIAN} AS rust
LABEL vestibule.standin="rust"
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc g++ libc6-dev make perl patch git ca-certificates pkg-config \
    && rm -rf /var/lib/apt/lists/*
# The certificate authorities of this machine, which may be behind a proxy.
COPY ca-certificates.crt /etc/ssl/certs/
COPY rust /usr/local/rust
ENV CARGO_HOME=/usr/local/cargo \
    PATH=/usr/local/cargo/bin:/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# What distroless/cc contains: libraries and data of these packages, and no package manager and no shell.
FROM ${DEBIAN} AS unpacked
WORKDIR /packages
RUN apt-get update \
    && apt-get download base-files netbase tzdata libc6 libgcc-s1 libstdc++6 libgomp1 libssl3 ca-certificates \
    && mkdir /root-files \
    && for package in *.deb; do dpkg-deb --extract "$package" /root-files; done \
    && mkdir -p /root-files/etc/ssl/certs /root-files/home/nonroot /root-files/tmp \
    && cat /root-files/usr/share/ca-certificates/mozilla/*.crt > /root-files/etc/ssl/certs/ca-certificates.crt \
    && printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' \
        > /root-files/etc/passwd \
    && printf 'root:x:0:\nnonroot:x:65532:\n' > /root-files/etc/group \
    && chown 65532:65532 /root-files/home/nonroot \
    && chmod 1777 /root-files/tmp \
    && rm -rf /root-files/usr/sbin /root-files/usr/bin /root-files/sbin /root-files/bin

FROM scratch AS runtime
LABEL vestibule.standin="distroless/cc"
COPY --from=unpacked /root-files /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
WORKDIR /home/nonroot

# The variables, user, data directory and entry point of the image `postgres`, with Debian's PostgreSQL.
FROM ${DEBIAN} AS postgres
LABEL vestibule.standin="postgres"
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres \
    && apt-get update \
    && mkdir -p /etc/postgresql-common \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
    && apt-get install --yes --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=999 --group=999 --mode=0700 /var/lib/postgresql/data \
    && ln -s /usr/lib/postgresql/*/bin /usr/local/pgsql
ENV PATH=/usr/local/pgsql:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint /usr/local/bin/
ENTRYPOINT ["postgres-entrypoint"]
EXPOSE 5432
CMD ["postgres"]

FROM ${DEBIAN} AS caddy
LABEL vestibule.standin="caddy"
RUN apt-get update \
    && apt-get install --yes --no-install-recommends caddy ca-certificates \
    && rm -rf /var/lib/apt/lists/*
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
