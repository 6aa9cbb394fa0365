# shellcheck shell=bash
# Sourced by scripts/image-check: the base images, from their registries, or stand-ins of Debian packages.
# Sets BASES, and for stand-ins the variables that scripts/image-build and the Compose files read.

# The default of an argument of the Dockerfile.
base() { sed -n "s/^ARG $1=//p" Dockerfile; }

# The default of a variable of a Compose file: ${NAME:-default}.
compose_image() { sed -n "s/.*\${$1:-\([^}]*\)}.*/\1/p" docker-compose.yml examples/container/compose.yml | head -n 1; }

get_bases() {
    local name image
    if [ -z "$standins" ]; then
        BASES="the base images of the Dockerfile, from their registries"
        for name in RUST_IMAGE DEBIAN_IMAGE RUNTIME_IMAGE POSTGRES_IMAGE CADDY_IMAGE; do
            case $name in POSTGRES_IMAGE | CADDY_IMAGE) image=$(compose_image $name) ;; *) image=$(base $name) ;; esac
            say "pulling $image"
            if ! docker pull --quiet "$image" >/dev/null 2>"$work/pull.log"; then
                say "no registry answers: $(tail -n 1 "$work/pull.log" | cut -c -200)"
                standins=yes
                break
            fi
        done
    fi
    if [ -n "$standins" ]; then make_standins; fi
}

make_standins() {
    local name
    BASES="stand-ins of Debian packages (localhost/standin/…), not the base images of the Dockerfile"
    need debootstrap debootstrap
    if ! docker image inspect localhost/standin/debootstrap >/dev/null 2>&1; then
        say "debootstrap"
        rm -rf "$work/debootstrap"
        debootstrap --variant=minbase bookworm "$work/debootstrap" >"$work/debootstrap.log" 2>&1 \
            || fail "debootstrap: $(tail -n 3 "$work/debootstrap.log")"
        tar -C "$work/debootstrap" -cf - . | docker import - localhost/standin/debootstrap >/dev/null
        rm -rf "$work/debootstrap"
    fi
    standin_context
    for name in debian runtime rust postgres caddy; do
        say "stand-in: $name"
        docker build --build-arg DEBIAN=localhost/standin/debootstrap --target $name -t localhost/standin/$name \
            -f scripts/image/standins.Dockerfile "$work/standins" >"$work/standin-$name.log" 2>&1 \
            || fail "the stand-in $name: $(tail -n 5 "$work/standin-$name.log")"
    done
    rm -rf "$work/standins"
    export RUST_IMAGE=localhost/standin/rust DEBIAN_IMAGE=localhost/standin/debian RUNTIME_IMAGE=localhost/standin/runtime \
        POSTGRES_IMAGE=localhost/standin/postgres CADDY_IMAGE=localhost/standin/caddy
}

# The files that the stand-ins copy: the Rust of this machine, its certificate authorities, and an entry point.
standin_context() {
    local toolchain
    toolchain=$(rustc --print sysroot)
    mkdir -p "$work/standins/rust"
    cp -a "$toolchain/bin" "$toolchain/lib" "$toolchain/libexec" "$work/standins/rust/"
    cp /etc/ssl/certs/ca-certificates.crt scripts/image/postgres-entrypoint "$work/standins/"
}

# Writes the digest of each base image into the Dockerfile and the Compose files. It is the digest of the manifest that the
# registry has now, for all architectures.
pin() {
    local file image digest
    need skopeo skopeo
    for file in Dockerfile docker-compose.yml examples/container/compose.yml; do
        for image in $(sed -n 's/^ARG [A-Z]*_IMAGE=\(.*\)/\1/p; s/.*\${[A-Z]*_IMAGE:-\([^}]*\)}.*/\1/p' "$file"); do
            image=${image%@*}
            if [ "$image" = vestibule ]; then continue; fi
            skopeo inspect --raw "docker://$image" >"$work/manifest" 2>"$work/pull.log" \
                || fail "no registry answers for $image; no digest is written: $(tail -n 1 "$work/pull.log" | cut -c -200)"
            digest=sha256:$(sha256sum "$work/manifest" | cut -d ' ' -f 1)
            sed -i "s#$image\(@sha256:[0-9a-f]*\)\{0,1\}#$image@$digest#" "$file"
            say "$file: $image@$digest"
        done
    done
}
