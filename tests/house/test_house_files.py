"""What every file of the project has to observe."""

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.tree import ROOT, files, texts

#: Written apart, so that this file does not name what it forbids.
REGISTRIES = (
    "pypi|org",
    "pythonhosted|org",
    "npmjs|org",
    "npmjs|com",
    "npmmirror|com",
    "deb.debian|org",
    "pypi|tuna",
    "mirrors|aliyun",
    "mirrors|cloud",
    "repo|huaweicloud",
)
HOSTS = re.compile("|".join(re.escape(host.replace("|", ".")) for host in REGISTRIES))
MACHINE = re.compile(
    r"(?<![\w.$}-])/(?:root|work|home/(?!you\b)\w+|Users/\w+|opt/(?:pypi|wheels)\w*)(?:/|\b(?=[\"'\s]))"
)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path, text in texts()
        for match in pattern.finditer(text)
    ]


def test_the_project_has_the_files_that_are_looked_at():
    names = {str(path) for path in files()}
    assert {
        "README.md",
        "README.zh.md",
        "Makefile",
        "bihuan/rules/workflow.py",
        "docs/index.md",
        ".ci/run",
    } <= names


def test_no_file_names_a_registry():
    assert found(HOSTS) == []


def test_no_file_names_a_place_on_a_developers_machine():
    assert found(MACHINE) == []


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ('"|root/x"', True),
        ("cd |work/main", True),
        ("|home/li/x", True),
        ("var/home/x", False),
        ("/srv/bihuan", False),
    ],
)
def test_a_place_on_a_machine_is_known_when_seen(text, there):
    assert bool(MACHINE.search(text.replace("|", "/"))) is there


def test_nothing_is_marked_as_unfinished():
    # A library's test data may be about such marks: the proofreader looks for them.
    assert found(UNFINISHED) == []


def test_the_changelog_tells_what_is_not_yet_released():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    unreleased = re.search(r"^## Unreleased\n((?:(?!## ).*\n)+)", text, re.MULTILINE)
    assert unreleased
    assert re.search(r"^- \S", unreleased[1], re.MULTILINE)


def test_every_python_dependency_is_locked_by_hash_at_a_version_that_it_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    for text in declared:
        requirement = Requirement(text)
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{text} is locked at {version}"
    blocks = re.split(r"\n(?=[\w.-]+==)", lock.strip())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_asset_lock_holds_what_is_asked_for_by_content_and_from_no_named_place():
    wanted = json.loads((ROOT / "assets" / "package.json").read_text())["dependencies"]
    packages = json.loads((ROOT / "assets" / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["dependencies"] == wanted
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_icon_that_a_template_uses_is_in_the_icon_sheet():
    sheet = {line for line in (ROOT / "assets" / "icons.txt").read_text().split() if line}
    used = {
        name
        for path, text in texts(".html", ".js")
        if path.parts[0] == "bihuan"
        for name in re.findall(r"icons\.svg['\"]\s*%}#([a-z0-9-]+)|{% icon ['\"]([a-z0-9-]+)['\"]", text)
        for name in name
        if name
    }
    assert used - sheet == set()
