#!/bin/sh
# Serves the demonstration ledger in the directory $1, made first when it is not there. PORT chooses another port than 8000.
set -eu
home=$1
if [ ! -d "$home" ]; then
    rm -rf "$home.new"  # what an interrupted run left behind
    .venv/bin/bihuan --home "$home.new" demo --ledger-only --until today --out "$home.new/workbooks"
    mv "$home.new" "$home"
fi
exec .venv/bin/bihuan --home "$home" serve ${PORT:+--port "$PORT"}
