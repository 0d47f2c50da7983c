"""Sees that the machine has the programs that some tests use: a browser, an office suite, PDF tools, fonts.

They are installed where that is allowed (root on a system with apt-get); else they are named, loudly. The package itself
needs none of them. With ``BIHUAN_REQUIRE_ALL=1`` the exit status is 1 when one is missing in the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAMS = {
    "chromium": "chromium",
    "soffice": "libreoffice-writer",
    "pdftotext": "poppler-utils",
    "fc-list": "fontconfig",
}
#: Debian package → what fc-list must find. Without the second, figures would be as wide as in no office's Times New Roman.
FONTS = {"fonts-noto-cjk": ":lang=zh-cn", "fonts-liberation": "Liberation Serif"}


def missing() -> list[str]:
    """The Debian packages whose programs or fonts are not there."""
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    return [*packages, *(package for package, wanted in FONTS.items() if not _has_font(wanted))]


def _has_font(wanted: str) -> bool:
    fc_list = shutil.which("fc-list")
    return bool(fc_list and subprocess.run([fc_list, wanted], capture_output=True, check=False).stdout)


def install(packages: list[str]) -> None:
    """Install ``packages`` with apt-get; what fails is seen by looking again."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", *command], stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, check=False
        )


def main() -> int:
    """Look, install where it is allowed, and look again."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing for the tests: {' '.join(packages)}", flush=True)
        install(packages)
        packages = missing()
    if not packages:
        return 0
    print(f"!! NOT ON THIS MACHINE, tests that need them cannot run: {', '.join(packages)}", file=sys.stderr)
    print(f"!! on Debian and Ubuntu, as root: apt-get install {' '.join(packages)}", file=sys.stderr)
    return 1 if os.environ.get("BIHUAN_REQUIRE_ALL") == "1" else 0


if __name__ == "__main__":
    sys.exit(main())
