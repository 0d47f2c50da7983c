"""What a test needs of the machine, and what is said when the machine does not have it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

COULD_NOT_RUN = "could not run: "


def everything_required() -> bool:
    """Whether nothing may be skipped: so it is on the build server."""
    return os.environ.get("BIHUAN_REQUIRE_ALL") == "1"


def could_not_run(why: str) -> NoReturn:
    """Skip the test, loudly; fail it where everything has to run."""
    if everything_required():
        pytest.fail(f"{why}; BIHUAN_REQUIRE_ALL=1 does not allow to skip it")
    pytest.skip(COULD_NOT_RUN + why)


def program(*names: str, package: str) -> Path:
    """The first of the programs ``names`` that is installed."""
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    could_not_run(f"{names[0]} is not installed (Debian package {package})")


def cjk_font() -> str:
    """The family of an installed font with Chinese characters."""
    command = [program("fc-list", package="fontconfig"), ":lang=zh-cn", "family"]
    families = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    if not families:
        could_not_run("no font has Chinese characters (Debian package fonts-noto-cjk)")
    if not subprocess.run([command[0], "Liberation Serif"], capture_output=True, check=True).stdout:
        could_not_run("no font is as wide as Times New Roman (Debian package fonts-liberation)")
    return min(families)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every reason for which tests were skipped: nothing is left out in silence."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count} test{'s' * (count > 1)}: {reason}", yellow=True)


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ").removeprefix(COULD_NOT_RUN)
