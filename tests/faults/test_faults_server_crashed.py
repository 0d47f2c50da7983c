"""PostgreSQL's server crashes while steps are taken: nothing acknowledged is lost, and what is left is whole.

The server of the other tests does without the disk; these have one of their own that does not.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.depth import often
from tests.support.tree import ROOT
from tools.postgres import Server

CLIENTS = 4
#: A county with an item for each client, pickled to the path that is given.
FOUND = """
import pickle, sys
import django
django.setup()
from pathlib import Path
from bihuan.actions.founding import prepare_database
prepare_database()
from tests.actions.county import County
county = County()
for _ in range(int(sys.argv[2])):
    county.register()
Path(sys.argv[1]).write_bytes(pickle.dumps(county))
"""


@pytest.fixture
def server():
    with tempfile.TemporaryDirectory(prefix="bihuan-crash-", ignore_cleanup_errors=True) as home:
        own = Server(Path(home), durable=True)
        own.start()
        yield own
        own.stop()


@pytest.fixture
def surroundings(server, tmp_path):
    return {
        **os.environ,
        "DATABASE_URL": server.url,
        "BIHUAN_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "bihuan.settings",
    }


@pytest.fixture
def county(surroundings, tmp_path):
    path = tmp_path / "county.pickle"
    subprocess.run([sys.executable, "-c", FOUND, path, str(CLIENTS)], cwd=ROOT, env=surroundings, check=True)
    return path


def acknowledged(server, county, surroundings, steps):
    """Let clients take steps, crash the server once each has taken ``steps``; returns the seqs of what was acknowledged."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.reporter", county]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, str(no)], cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True
                )
            )
            for no in range(CLIENTS)
        ]
        said = [client.stdout.readline() for _ in range(steps) for client in clients]
        server.crash()
        said += [line for client in clients for line in client.stdout]
    assert [client.returncode for client in clients] == [0] * CLIENTS
    return {int(line) for line in said if line.endswith("\n")}


def kept(surroundings):
    """The seqs that the ledger has; it is whole, and so are its tables."""
    program = (
        "import django, json; django.setup()\n"
        "from bihuan.ledger.rebuild import digests, rebuild\n"
        "from bihuan.ledger.verify import verify\n"
        "from bihuan.models import Entry\n"
        "before = digests(); rebuild()\n"
        "print(json.dumps([verify().ok, digests() == before, list(Entry.objects.values_list('seq', flat=True).order_by('seq'))]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env=surroundings,
        check=True,
        capture_output=True,
        text=True,
    )
    holds, same, seqs = json.loads(done.stdout)
    assert (holds, same) == (True, True)
    assert seqs == [*range(1, len(seqs) + 1)]
    return set(seqs)


@pytest.mark.slow
def test_a_server_that_crashes_loses_no_step_that_was_acknowledged(server, county, surroundings):
    for no in range(often(3, 20)):
        acks = acknowledged(server, county, surroundings, 20 + 30 * no)
        server.start()
        assert acks - kept(surroundings) == set()
        assert len(acks) >= CLIENTS * (20 + 30 * no)
