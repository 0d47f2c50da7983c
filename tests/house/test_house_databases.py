"""The test harness itself: databases of one's own, and the refusal to skip in silence."""

import os
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, connection

from bihuan.models import Entry, Unit

ROOT = Path(__file__).parents[2]


def names() -> list[str]:
    return sorted(Unit.objects.values_list("name", flat=True))


def unit(number: int, name: str) -> Unit:
    return Unit(id=number, name=name, path=f"{number}.")


@pytest.fixture
def inner(tmp_path):
    """Run pytest on a file of its own, with this project's conftest and the given environment."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")

    def run(body: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_inner.py").write_text(textwrap.dedent(body))
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "BIHUAN_", "COV_"))}
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-c",
                ROOT / "pyproject.toml",
                "--rootdir",
                tmp_path,
                tmp_path,
                *options,
            ],
            env={**inherited, "PYTHONPATH": str(ROOT), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_database_of_ones_own_keeps_commits_and_is_seen_by_other_threads(own_database):
    own_database()
    unit(1, "甲").save()
    seen = []

    def look():
        seen.extend(names())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["甲"]


def test_a_database_of_ones_own_begins_empty_though_another_was_written(own_database):
    first = own_database()
    unit(1, "甲").save()
    second = own_database()
    assert names() == []
    assert first.name != second.name
    first.use()
    assert names() == ["甲"]


def test_another_process_works_on_the_same_database_and_home(own_database):
    own = own_database()
    program = """
        import django; django.setup()
        from django.conf import settings
        from bihuan.models import Unit
        Unit(id=7, name="乙", path="7.").save()
        print(settings.HOME)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=own.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert names() == ["乙"]
    assert Path(done.stdout.strip()) == own.home == settings.HOME


def test_the_triggers_are_copied_with_a_database_of_ones_own(own_database):
    own_database()
    Entry(seq=1, at=datetime(2026, 1, 1, tzinfo=UTC), kind="x", actor_id=0, body="{}", hash=b"").save()
    with pytest.raises(DatabaseError, match="entries are append-only"):
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1


@pytest.mark.usefixtures("db")
def test_evidence_and_keys_of_a_test_lie_in_its_own_directory(tmp_path):
    assert Path(storages["evidence"].location).is_relative_to(tmp_path)
    assert settings.KEY_FILE.is_relative_to(tmp_path)


@pytest.mark.usefixtures("db")
def test_the_ordinary_database_is_empty_after_databases_of_ones_own_were_written():
    assert names() == []


def test_a_test_that_asks_for_no_database_gets_none(inner):
    done = inner("from bihuan.models import Unit\ndef test_x(): Unit.objects.count()")
    assert done.returncode == 1
    assert "Database access not allowed" in done.stdout


def test_what_the_machine_lacks_is_named_at_the_end(inner):
    done = inner("def test_page(chromium): pass", PATH="/nowhere")
    assert done.returncode == 0
    assert "NOT RUN" in done.stdout
    assert "1 test: chromium is not installed (Debian package chromium)" in done.stdout


def test_what_the_machine_lacks_fails_where_everything_has_to_run(inner):
    done = inner("def test_page(chromium): pass", PATH="/nowhere", BIHUAN_REQUIRE_ALL="1")
    assert done.returncode == 1
    assert "chromium is not installed" in done.stdout


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def test_x(transactional_db): pass", "use the fixture own_database"),
        (
            "import pytest\n@pytest.mark.django_db(transaction=True)\ndef test_x(): pass",
            "use the fixture own_database",
        ),
        ("def test_x(db, own_database): pass", "exclude each other"),
    ],
)
def test_a_test_that_would_flush_the_ledger_is_refused(inner, body, said):
    done = inner(body)
    assert done.returncode == 4
    assert said in done.stderr


def test_tests_are_marked_by_the_fixtures_they_ask_for(inner):
    body = """
        def test_a(db): pass
        def test_b(own_database): pass
        def test_c(soffice): pass
        def test_d(): pass
    """
    assert "test_inner.py: 2\n" in inner(body, "-m", "db", "--collect-only", "-qq").stdout
    assert "test_inner.py: 1\n" in inner(body, "-m", "office", "--collect-only", "-qq").stdout


def test_a_word_that_names_no_database_is_refused(inner):
    done = inner("def test_x(): pass", BIHUAN_TEST_DB="mysql")
    assert done.returncode == 4
    assert "say sqlite or postgres" in done.stderr
