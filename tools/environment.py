"""Makes ``.venv`` from ``requirements.lock`` and the web assets; does nothing when both are as the locks want them.

Standard library only: it is what installs the rest. It runs in the Python that ``tools/setup.sh`` found.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import assets

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
STAMP = HOME / "made-from.txt"
LOCK = ROOT / "requirements.lock"


class SetupError(Exception):
    """The environment could not be made."""


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other ``make`` sets this tree up: two installations into one environment break both."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def digest() -> str:
    """Say what the environment is made from: a change of the locks, the entry points or the Python makes it anew."""
    sources = b"\0".join(path.read_bytes() for path in (LOCK, ROOT / "pyproject.toml"))
    return f"{hashlib.sha256(sources).hexdigest()} {platform.python_version()} {ROOT}"


def ensure() -> None:
    """Install what the lock says, exactly, and the package itself so that edits show at once."""
    if STAMP.is_file() and STAMP.read_text() == digest() and _works():
        return
    start = time.monotonic()
    print(f"setting up .venv with Python {platform.python_version()} (about a minute, once)", flush=True)
    if not _works():
        venv.create(HOME, with_pip=True, clear=True)
    STAMP.unlink(missing_ok=True)
    # --no-deps: the lock is whole, and pip would look for the newest of what one package asks for with an extra, and
    # stop because that has no hash in the lock.
    _pip("--no-deps", "--require-hashes", "--requirement", str(LOCK))
    # The build backend is in the lock too, so that nothing unpinned is fetched here.
    _pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _whole()
    STAMP.write_text(digest())
    print(f"set up in {time.monotonic() - start:.0f} s", flush=True)


def _works() -> bool:
    """Whether the environment's Python still runs: it breaks when the Python it was made from goes away."""
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _whole() -> None:
    """See that nothing is missing: the lock alone says what is installed."""
    done = subprocess.run([PYTHON, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"requirements.lock lacks something; make it anew with make lock:\n{done.stdout}")


def _pip(*arguments: str) -> None:
    """Install with pip as this machine is configured (its index, its certificates)."""
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *arguments,
    ]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"},
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-30:])
        raise SetupError(f"pip could not install what requirements.lock names:\n{said}")


def main() -> int:
    """Set everything up; say what went wrong without a traceback."""
    try:
        with alone():
            ensure()
            return assets.main()
    except (SetupError, OSError, subprocess.CalledProcessError) as error:
        print(f"make setup: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
