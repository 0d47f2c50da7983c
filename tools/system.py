"""Sees that the machine has the programs that some tests use: a browser, an office suite, PDF tools, Chinese fonts.

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
FONTS = "fonts-noto-cjk"


def missing() -> list[str]:
    """The Debian packages whose programs or fonts are not there."""
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    return packages if _chinese_fonts() else [*packages, FONTS]


def _chinese_fonts() -> bool:
    fc_list = shutil.which("fc-list")
    return bool(fc_list and subprocess.run([fc_list, ":lang=zh-cn"], capture_output=True, check=False).stdout)


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
