"""Everything is in pyproject.toml, but for this: a wheel must carry the web assets, which are not in the repository."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).parent))
from tools import assets


class BuildPy(build_py):
    """Fetches the assets before the files of the package are collected."""

    def run(self) -> None:
        """Build; an editable install takes the files from the tree, where ``make setup`` puts them."""
        if not self.editable_mode:
            assets.ensure()
        super().run()


setup(cmdclass={"build_py": BuildPy})
