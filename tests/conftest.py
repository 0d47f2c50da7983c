"""What every test shares: its own home directory, its own database, and an honest account of what could not run.

``BIHUAN_TEST_DB=postgres`` runs on PostgreSQL: on the server that ``BIHUAN_TEST_POSTGRES`` names, else on one of our own.
``BIHUAN_REQUIRE_ALL=1`` makes a failure of what would otherwise be skipped because the machine lacks it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import depth, environment, machine, midnight
from tests.support.databases import OwnDatabase, Template, homes_below

DATABASE_FIXTURES = {"db", "client", "admin_client", "admin_user", "own_database"}
MACHINE_MARKERS = {"chromium": "browser", "soffice": "office", "cjk_font": "office"}
pytest_terminal_summary = machine.pytest_terminal_summary


# A busy machine is no fault of the code; and the build server must say the same twice of the same commit.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=machine.everything_required() and not depth.DEEP,
    max_examples=depth.often(40, 1_000),
)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the environment before anything reads ``bihuan.settings``."""
    environment.prepare(config)


def pytest_report_header(config: pytest.Config) -> str:
    """Say on what the tests run."""
    return f"database: {environment.database_name()}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a database, a browser or an office suite by the fixtures that it asks for."""
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        django_db = item.get_closest_marker("django_db")
        if "transactional_db" in wanted or (django_db and django_db.kwargs.get("transaction")):
            raise pytest.UsageError(f"{item.nodeid}: entries cannot be flushed; use the fixture own_database")
        if "own_database" in wanted and (django_db or "db" in wanted):
            raise pytest.UsageError(f"{item.nodeid}: own_database and db exclude each other")
        if django_db or wanted & DATABASE_FIXTURES:
            item.add_marker("db")
        for fixture in wanted & MACHINE_MARKERS.keys():
            item.add_marker(MACHINE_MARKERS[fixture])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin nothing a moment before midnight."""
    midnight.pass_midnight(180 if item.get_closest_marker("browser") else 30)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test in a file: SQLite in memory knows neither WAL nor a second connection."""
    environment.use_test_file()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: object,
) -> Iterator[None]:
    """Make the test database, also for a run in which every test has ``own_database``: pytest-django's own makes none then."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _own_files(request: pytest.FixtureRequest) -> None:
    """Give each test that uses the database its own evidence, seals and keys."""
    if request.node.get_closest_marker("db"):
        tmp_path: Path = request.getfixturevalue("tmp_path")
        homes_below(request.getfixturevalue("settings"), tmp_path / "home")


@pytest.fixture(scope="session")
def _template(django_db_setup: None, django_db_blocker: object) -> Iterator[Template]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        template = Template.make()
    yield template
    template.drop()


@pytest.fixture
def own_database(
    _template: Template, tmp_path: Path, settings: object, django_db_blocker: object
) -> Iterator[Callable[[], OwnDatabase]]:
    """A factory of fresh, migrated, real databases, for tests that commit or use several connections or processes.

    ``own_database()`` makes one and points this process (all its threads) at it; ``.environment()`` gives what another
    process needs to work on the same one. All are dropped after the test.
    """
    made: list[OwnDatabase] = []

    def make() -> OwnDatabase:
        made.append(_template.database(tmp_path / f"own-{len(made)}", settings))
        made[-1].use()
        return made[-1]

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield make
        _template.point_back()
        for database in made:
            database.drop()


@pytest.fixture
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL, its own programs first on the path: those of the machine may be older than the server."""
    if environment.on_postgres():
        monkeypatch.setenv("PATH", f"{environment.programs()}:{os.environ['PATH']}")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The program Chromium (run it with ``--no-sandbox`` as root)."""
    return machine.program("chromium", "chromium-browser", "google-chrome", package="chromium")


@pytest.fixture(scope="session")
def soffice() -> Path:
    """The program LibreOffice; give each process a profile of its own with ``-env:UserInstallation=file://…``."""
    return machine.program("soffice", "libreoffice", package="libreoffice-writer")


@pytest.fixture(scope="session")
def pdftotext() -> Path:
    """The program pdftotext of poppler; pdftoppm and pdfinfo stand beside it."""
    return machine.program("pdftotext", package="poppler-utils")


@pytest.fixture(scope="session")
def cjk_font() -> str:
    """The family of an installed font that has Chinese characters."""
    return machine.cjk_font()


def pytest_unconfigure() -> None:
    """Remove the home directory and the server of this run."""
    shutil.rmtree(environment.home(), ignore_errors=True)
    environment.stop()
