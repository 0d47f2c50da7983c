"""A county in a database of its own, and writers that work on it from outside."""

import json
import pickle
import select
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def county(own_database):
    """A small county in a real database that keeps what is committed; see ``tests.actions.county``."""
    from tests.actions.county import County  # Django is set up only after this file was read

    own = own_database()
    made = County()
    made.own = own
    return made


@pytest.fixture
def writers(county, tmp_path):
    """Order writers about: ``writers(seed=…, writers=…, kill=seconds or 0, operations=…)`` returns what they did."""
    path = tmp_path / "county.pickle"
    own, county.own = county.own, None
    path.write_bytes(pickle.dumps(county))
    county.own = own
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.runner", path],
        cwd=ROOT,
        env={**own.environment(), "DJANGO_SETTINGS_MODULE": "bihuan.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def order(**what):
        process.stdin.write(json.dumps(what) + "\n")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 300)[0], "the writers hang"
        return json.loads(process.stdout.readline())

    yield order
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    process.stdout.close()
