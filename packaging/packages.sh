# The Debian packages that the build and the tests take, and the installing of those that are missing.
# Sourced by quickstart and run-tests.

build_packages="g++ cmake ninja-build ccache pkg-config libpcap-dev libndpi-dev libboost-program-options-dev
  libsqlitecpp-dev libsqlite3-dev libfmt-dev libspdlog-dev libyaml-dev libpsl-dev libssl-dev libsystemd-dev
  nlohmann-json3-dev libjs-chart.js gettext"
test_packages="catch2 libbenchmark-dev clang clang-tidy clang-format libclang-rt-14-dev python3 sqlite3 tcpreplay
  tcpdump iproute2 procps curl openssl chromium wget nodejs
  ca-certificates miller rsyslog systemd mandoc groff fish zsh
  poppler-utils"

say() { printf '\n== %s\n' "$*" >&2; }

install_missing() {
    local missing="" package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    local as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "not root and no sudo: install$missing" >&2; exit 3; }
        as_root=sudo
    fi
    say "installing$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends $missing >/dev/null
}
