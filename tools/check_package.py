"""Builds the wheel as an operator gets it and sees that it is whole: what it contains, and that it runs on its own.

Run by ``.ci/run`` in the environment that ``make setup`` made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Where the wheel holds the stand-alone verifier, and where it is from.
VERIFIER = ("bihuan/ledger/bihuan_verify.py", "verifier/bihuan_verify.py")


def build(target: Path) -> Path:
    """Build the wheel into ``target`` with the locked build backend."""
    shutil.rmtree(
        ROOT / "build" / "lib", ignore_errors=True
    )  # a file that was removed would come back from there
    options = ("--quiet", "--no-deps", "--no-build-isolation")
    command: list[str | Path] = [sys.executable, "-m", "pip", "wheel", *options, "-w", target, ROOT]
    subprocess.run(command, check=True)
    return next(target.glob("bihuan-*.whl"))


def expected() -> set[str]:
    """Every file of the package that is not Python's own leftover, and the verifier."""
    skip = {"__pycache__", ".DS_Store"}
    files = (path for path in (ROOT / "bihuan").rglob("*") if path.is_file() and not skip & set(path.parts))
    return {str(path.relative_to(ROOT)) for path in files} | {VERIFIER[0]}


def faults(wheel: Path) -> list[str]:
    """What the wheel lacks or should not have."""
    archive = zipfile.ZipFile(wheel)
    names = set(archive.namelist())
    own = {name for name in names if not name.partition("/")[0].endswith(".dist-info")}
    found = [f"not in the wheel: {name}" for name in sorted(expected() - own)]
    found += [f"should not be in the wheel: {name}" for name in sorted(own - expected())]
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        found.append("not in the wheel: LICENSE")
    if VERIFIER[0] in names and archive.read(VERIFIER[0]) != (ROOT / VERIFIER[1]).read_bytes():
        found.append(f"not as in the tree: {VERIFIER[0]}")
    return found


def run(wheel: Path, home: Path) -> None:
    """Run the command line from the unpacked wheel alone, outside the tree."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(home / "site")
    program = "import bihuan, django, sys; site = sys.argv.pop(); assert bihuan.__file__.startswith(site), bihuan.__file__; " \
              "django.setup(); from bihuan.ledger.export import verifier_program; assert str(verifier_program()).startswith(site); " \
              "from bihuan.cli.main import main; sys.argv = ['bihuan', '--help']; main()"  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(home / "site"), "BIHUAN_HOME": str(home / "home")}
    environment |= {"DJANGO_SETTINGS_MODULE": "bihuan.settings"}
    command = [sys.executable, "-c", program, str(home / "site")]
    subprocess.run(command, cwd=home, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Build into the directory that is named, look, run."""
    target = ROOT / sys.argv[1]
    target.mkdir(parents=True, exist_ok=True)
    wheel = build(target)
    found = faults(wheel)
    if not found:
        with tempfile.TemporaryDirectory(prefix="bihuan-wheel-") as work:
            run(wheel, Path(work))
    print(
        "\n".join(found)
        or f"package: {wheel.relative_to(ROOT)} is whole ({wheel.stat().st_size / 1e6:.1f} MB)"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
