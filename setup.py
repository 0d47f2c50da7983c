"""Everything is in pyproject.toml, but for this: a wheel also carries what is not below the package in the repository.

These are the web assets, and the stand-alone verifier, which ``bihuan.ledger.export.verifier_program`` finds there.
"""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).parent))
from tools import assets

VERIFIER = "verifier/bihuan_verify.py"


class BuildPy(build_py):
    """Fetches the assets before the files of the package are collected, and adds the verifier."""

    def run(self) -> None:
        """Build; an editable install takes the files from the tree, where ``make setup`` puts them."""
        if not self.editable_mode:
            assets.ensure()
        super().run()
        if not self.editable_mode:
            self.copy_file(VERIFIER, str(Path(self.build_lib) / "bihuan" / "ledger"))


setup(cmdclass={"build_py": BuildPy})
