# shellcheck shell=bash
# Sourced by scripts/image-check: finds the container engine, and prepares podman where it is the engine.
# Sets ENGINE (docker or podman) and ENGINE_PATH, COMPOSE (tool or player), PYTHON, and PATH.

say() { printf 'image-check: %s\n' "$*" >&2; }
fail() {
    say "FAILED: $*"
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND PACKAGE…: installs Debian packages if a command is missing.
need() { has "$1" || install_packages "${@:2}"; }

install_packages() {
    if ! has apt-get || [ "$(id -u)" != 0 ]; then fail "please install: $*"; fi
    say "installing $*"
    apt-get update -qq >/dev/null
    env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

find_engine() {
    if docker info >/dev/null 2>&1; then
        ENGINE=docker
        ENGINE_PATH=$(command -v docker)
    else
        [ "$(id -u)" = 0 ] || fail "docker does not answer, and podman is used as root only"
        need podman podman crun
        need buildah buildah
        need ip iproute2
        need iptables iptables
        ENGINE=podman
        ENGINE_PATH=$(command -v podman)
    fi
    COMPOSE=player
    if [ $ENGINE = docker ] && docker compose version >/dev/null 2>&1; then COMPOSE=tool; fi
    export ENGINE ENGINE_PATH COMPOSE
}

# Finds a Python with the modules of the checks.
find_python() {
    for PYTHON in .dev/venv/bin/python python3 /usr/bin/python3; do
        if $PYTHON -c 'import yaml, jwt, cryptography' 2>/dev/null; then break; fi
        PYTHON=
    done
    if [ -z "$PYTHON" ]; then
        install_packages python3 python3-yaml python3-jwt python3-cryptography
        PYTHON=/usr/bin/python3
    fi
    PYTHON=$(command -v "$PYTHON")
    case $PYTHON in /*) ;; *) PYTHON=$PWD/$PYTHON ;; esac
    export PYTHON
}

# Makes `docker` scripts/image/docker, for this script and the commands that it runs.
prepare_path() {
    mkdir -p "$work/bin"
    ln -sf "$PWD/scripts/image/docker" "$work/bin/docker"
    export PATH=$work/bin:$PATH
}

# Gives podman a store, networks and temporary files below $work.
configure_podman() {
    local driver='driver = "overlay"'
    mkdir -p "$work/probe/"{lower,upper,scratch,merged} "$work/store" "$work/networks" "$work/tmp"
    local layers="lowerdir=$work/probe/lower,upperdir=$work/probe/upper,workdir=$work/probe/scratch"
    if mount -t overlay overlay -o "$layers" "$work/probe/merged" 2>/dev/null; then
        umount "$work/probe/merged"
    else
        need fuse-overlayfs fuse-overlayfs
        driver+=$'\n[storage.options.overlay]\nmount_program = "'$(command -v fuse-overlayfs)'"'
    fi
    cat > "$work/storage.conf" <<CONF
[storage]
runroot = "$work/store/run"
graphroot = "$work/store/graph"
$driver
CONF
    cat > "$work/containers.conf" <<CONF
[containers]
cgroups = "disabled"
[network]
network_config_dir = "$work/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
tmp_dir = "$work/tmp/libpod"
runtime = "crun"
runtime_supports_nocgroups = ["crun"]
[engine.runtimes]
crun = ["$PWD/scripts/image/oci-runtime"]
CONF
    export CONTAINERS_STORAGE_CONF=$work/storage.conf CONTAINERS_CONF=$work/containers.conf TMPDIR=$work/tmp
    # The checks run the health check themselves. podman would need systemd for it.
    export DISABLE_HC_SYSTEMD=true
}

# Where podman and its network plugins write.
podman_folders=(/run/netns /run/crun /run/libpod /run/containers /var/lib/cni)

# In the namespaces of this script only: the cgroups that crun expects, and those folders.
prepare_namespace() {
    local folder
    mount --make-rprivate /
    if [ "$(stat --file-system --format=%T /sys/fs/cgroup)" != cgroup2fs ]; then
        umount --recursive --lazy /sys/fs/cgroup
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
    fi
    for folder in "${podman_folders[@]}"; do
        mkdir -p "$folder"
        mount -t tmpfs tmpfs "$folder"
    done
}

podman_note() {
    case $ENGINE in
        docker) docker version --format 'Docker {{.Server.Version}}' ;;
        podman) echo "podman $(podman --version | sed 's/.* //') and buildah; containers have the limits of this process (crun gets none)" ;;
    esac
}

compose_note() {
    if [ "$COMPOSE" = tool ]; then
        docker compose version
    else
        echo "played by scripts/image/compose; not proven: Compose's own reading of the files, restarts, name servers on networks," \
            "health checks by the engine's timer$([ -z "${POSTGRES_IMAGE:-}" ] || echo ", the images of PostgreSQL and Caddy")"
    fi
}

# Removes what an interrupted run has left in the store.
remove_leftovers() {
    if [ "$ENGINE" = podman ]; then
        # The first command only finds out that the containers have ended.
        podman ps --all >/dev/null 2>&1 || :
        podman rm --all --force --time 0 >/dev/null 2>&1 || :
        podman volume rm --all --force >/dev/null 2>&1 || :
        podman network prune --force >/dev/null 2>&1 || :
    else
        docker rm --force check-provider check-database vestibule >/dev/null 2>&1 || :
    fi
}
