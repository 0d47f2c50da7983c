"""Commands as a person types them."""

import json
from typing import Any

import pytest


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command that answers in JSON; returns its exit status and the object."""

    from bihuan.cli.main import run  # Django is set up only after this file was read

    def ask(*args: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = run([*args, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return ask
