#!/bin/sh
# Make .venv from the lock and put the `linkwright` command in it. `make setup` calls this.
set -eu

new_enough() {
    # A version manager's shim may be on the path and still have no Python behind it.
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    {
        echo "Linkwright needs Python 3.11 or newer, and none of these is one: ${PYTHON:-python3 python3.13 python3.12 python3.11}."
        echo "Install one, or name it: make setup PYTHON=/path/to/python3.12"
    } >&2
    exit 1
}

if ! new_enough .venv/bin/python; then
    python=$(find_python)
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "$python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
        exit 1
    fi
fi

echo "Setting up .venv (about a minute, once) ..."
pip() {
    .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"
}
# The lock is whole, so nothing is left to resolve. Resolving it again breaks: pip 23 sees `coverage[toml]`, looks past
# the pin of `coverage` at a newer release, and refuses that for want of a hash.
pip install --no-deps --require-hashes -r requirements.lock
# The lock has the build backend too, so this needs no network and nothing unpinned.
pip install --no-deps --no-build-isolation -e .
pip check
touch .venv/.ready
