# Shared by bin/serve and bin/test: finds Python, and makes or refreshes the environment in .venv.
# POSIX shell only.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
venv=${DOZEN_VENV:-$root/.venv}
unset PYTHONDONTWRITEBYTECODE # a start would compile 700 files anew, which takes longer than all the rest

find_python() {
    for candidate in "${DOZEN_PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$candidate"
            return 0
        fi
    done
    echo "Dozen needs Python 3.11 or newer with venv (on Debian and Ubuntu: apt install python3 python3-venv)." >&2
    return 1
}

# ensure LOCKFILE [OPTIONS OF PIP]: installs what the lock file names, checked by hash, when it has changed since.
ensure() {
    lock=$root/$1
    stamp=$venv/.dozen-$(basename "$1")
    shift
    wanted=$(cksum <"$lock"; cksum <"$root/pyproject.toml"; echo "$root")
    if [ -x "$venv/bin/dozen" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    if [ ! -x "$venv/bin/python" ]; then
        python=$(find_python) || return 1
        echo "Making the environment in ${venv#"$root"/} …" >&2
        "$python" -m venv "$venv" || return 1
    fi
    echo "Installing what Dozen stands on (once) …" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@" -r "$lock" || return 1
    # The package itself is not copied: the environment looks into src.
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    echo "$root/src" >"$site/dozen.pth"
    printf '#!/bin/sh\nexec "%s/bin/python" -m dozen.app.cli "$@"\n' "$venv" >"$venv/bin/dozen"
    chmod +x "$venv/bin/dozen"
    echo "$wanted" >"$stamp"
}
