"""The documentation under test: it is complete, it is current, its links lead somewhere."""

import ast
import re

import pytest

from tests.support.tree import ROOT, python, syntax, texts
from tools import reference

PAGES = sorted(path for path, _ in texts(".md"))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def said(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def headings(text: str) -> list[tuple[int, str]]:
    return [
        (len(marks), title)
        for marks, title in re.findall(
            r"^(#+) (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
        )
    ]


def anchors(text: str) -> set[str]:
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for _, title in headings(text)}


def code_blocks(text: str) -> list[str]:
    blocks = re.findall(r"```(?:sh|text|toml)\n(.*?)```", text, flags=re.DOTALL)
    return [re.sub(r"\s*#.*", "", line).strip() for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page):
    broken = []
    for match in LINK.finditer(without_code(said(page))):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / page.parent / name).resolve() if name else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


def test_the_index_leads_to_every_page_of_the_documentation():
    index = said("docs/index.md")
    linked = {match[1] for match in LINK.finditer(index)}
    pages = {str(page.relative_to("docs")) for page in PAGES if page.parts[0] == "docs"} - {"index.md"}
    assert pages - linked == set()


def test_both_readmes_have_the_same_headings_and_commands():
    english, chinese = said("README.md"), said("README.zh.md")
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    assert code_blocks(english) == code_blocks(chinese)
    assert len(code_blocks(english)) > 5
    assert LINK.findall(without_code(english).replace("README.zh.md", "")) == LINK.findall(
        without_code(chinese).replace("README.md", "")
    )


def test_the_words_of_the_concepts_are_names_in_the_code():
    built, later = said("docs/concepts.md").split("## Words kept for later")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", built, re.MULTILINE)[1:]
    names = [name for _, cell in rows for name in re.findall(r"`([^`]+)`", cell)]
    code = "\n".join(text for path, text in texts(".py", ".toml") if path.parts[0] == "bihuan")
    assert len(names) > 20
    assert [name for name in names if not re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", code)] == []
    assert len({term for term, _ in rows}) == len(rows)
    assert "| 中文 |" in later


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_of_the_reference_says_what_the_code_says(name):
    assert said(f"docs/reference/{name}.md") == reference.page(name), "stale: run `make reference`"


def test_every_state_action_event_figure_and_role_is_in_the_reference():
    from bihuan.rules.events import EVENTS
    from bihuan.rules.figures import FIGURES
    from bihuan.rules.permissions import Role
    from bihuan.rules.workflow import STEPS, State

    for page, names in {
        "states": State,
        "actions": STEPS,
        "events": EVENTS,
        "figures": FIGURES,
        "roles": Role,
    }.items():
        text = said(f"docs/reference/{page}.md")
        assert [name for name in names if f"`{name}`" not in text and f"## {name}" not in text] == []
        assert len(list(names)) >= 10


def test_every_error_is_in_the_reference_with_a_message_and_a_code_of_its_own_family():
    classes = reference.error_classes()
    text = said("docs/reference/errors.md")
    assert len(classes) >= 9
    assert [error.__name__ for error in classes if f"`{error.__name__}`" not in text] == []
    assert [
        error.__name__ for error in classes if not re.search(r"[\u4e00-\u9fff]", error.__doc__ or "")
    ] == []


def test_every_command_is_in_the_reference_and_every_one_that_was_promised_exists():
    promised = "init demo serve import export item do report verify-report verify rebuild seal figures calendar bench check"
    text = said("docs/reference/commands.md")
    assert [name for name in promised.split() if f"## bihuan {name}\n" not in text] == []


def environment_variables() -> set[str]:
    """The names of all environment variables that the package reads."""
    names = set()
    for path in python("bihuan"):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names |= set(re.findall(r"^(BIHUAN_[A-Z_]+|DATABASE_URL)$", node.value))
    return names


def test_every_setting_is_in_the_reference_and_nothing_else():
    listed = set(re.findall(r"^\| `([A-Z_]+)`", said("docs/reference/settings.md"), re.MULTILINE))
    assert listed == environment_variables()
    assert {"BIHUAN_HOME", "DATABASE_URL"} <= listed


def test_every_target_of_make_that_the_documentation_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", said("Makefile"), re.MULTILINE))
    named = {name for _, text in texts(".md") for name in re.findall(r"`make ([a-z-]+)", text)}
    assert named - targets == set()
    assert {"run", "test", "demo", "ci"} <= named


def test_every_command_that_the_documentation_shows_is_understood():
    from bihuan.cli.main import COMMANDS

    lines = [line for _, text in texts(".md") for line in code_blocks(text)]
    shown = {
        found[1]
        for line in lines
        if (found := re.match(r"(?:[\w./-]*/)?bihuan (?:--home \S+ )?([a-z-]+)", line))
    }
    assert shown - set(COMMANDS) == set()
    assert shown
