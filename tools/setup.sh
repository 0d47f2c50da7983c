#!/bin/sh
# Finds a Python that is new enough and hands over to tools/environment.py. Plain sh: nothing else is sure to be there.
set -u
cd "$(dirname "$0")/.." || exit 1
enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
for python in .venv/bin/python python3.13 python3.12 python3.11 python3 python; do
    if "$python" -c "$enough" >/dev/null 2>&1; then
        exec "$python" -m tools.environment
    fi
done
{
    echo "bihuan needs Python 3.11 or newer with its modules venv and ensurepip."
    echo "Found: $(python3 --version 2>&1 || echo 'no python3 at all')."
    echo "On Debian and Ubuntu: apt-get install python3 python3-venv; else see the documentation of your system."
} >&2
exit 1
