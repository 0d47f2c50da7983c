"""Writes ``docs/reference`` from the code, so that the documentation cannot fall behind it.

``python -m tools.reference`` writes the pages; tests/house compares them with what the code says.
``settings.md`` and ``procedure.md`` are written by hand, and compared with the code as well.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make reference` from the code; do not edit. -->\n\n"


def prepare() -> None:
    """Set Django up: some modules need it to be imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
    import django

    django.setup()


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def code(value: object) -> str:
    """``value`` in code type; nothing for nothing."""
    return f"`{value}`" if str(value) else ""


def joined(values: Iterable[object]) -> str:
    """``values`` in code type, with commas."""
    return ", ".join(code(value) for value in values)


def states() -> str:
    """The states of an item."""
    from bihuan.rules.workflow import ACTIVE, OPEN, STATE_NAMES, STEPS, State

    rows = [
        (code(s), STATE_NAMES[s], "open" if s in OPEN else "ended", "yes" if s in ACTIVE else "",
         joined(a for a, step in STEPS.items() if s in step.frm))
        for s in State
    ]  # fmt: skip
    return (
        "# States\n\nWhere an item is in its life. Only the steps of the last column can be taken from a state; what each needs "
        "is told under [actions](actions.md).\n\n"
        + table(("state", "中文", "open or ended", "the unit is at work", "steps from here"), rows)
    )


def actions() -> str:
    """The steps, each with who may take it and what it takes."""
    from bihuan.actions import register
    from bihuan.actions.step import _HANDLERS
    from bihuan.rules.workflow import STEPS

    parts = [
        "# Actions\n\nWhat can be done with an item: the workflow table and what each step takes. At the command line: "
        "`bihuan do ACTION NUMBER name=value …`. A step that is refused says why in the words below.\n",
        f"## register 登记\n\n{_lead(register)}\n\n{_values(register, skip=3)}",
    ]
    parts += [_action(step, _HANDLERS[name]) for name, step in STEPS.items()]
    return "\n".join(parts)


def _action(step: Any, handler: Callable[..., None]) -> str:
    from bihuan.rules.permissions import ROLE_NAMES, Role

    who = "、".join(ROLE_NAMES[role] for role in Role if role in step.who)
    facts = [
        ("from", joined(sorted(step.frm))),
        ("to", code(step.to or "") or "the state stays"),
        ("who", f"{who} ({joined(sorted(step.who))}), held for: {code(step.side)}"),
        ("needs", "、".join(f"`{name}` {label}" for name, label in step.needs) or "nothing"),
        ("when", step.why),
    ]
    return f"## {step.action} {step.name}\n\n{_lead(handler)}\n\n{table(('', ''), facts)}\n{_values(handler, skip=1)}"


def _lead(thing: object) -> str:
    return inspect.cleandoc(thing.__doc__ or "").replace("``", "`")


def _values(function: Callable[..., Any], skip: int) -> str:
    rows = [
        (
            code(p.name),
            code(_type(p.annotation)),
            "required" if p.default is p.empty else code(repr(p.default)),
        )
        for p in list(inspect.signature(function).parameters.values())[skip:]
        if p.kind is not p.VAR_KEYWORD and p.name != "using"
    ]
    return table(("value", "type", "default"), rows) if rows else "It takes no values.\n"


def _type(annotation: object) -> str:
    return str(annotation).replace("Mapping", "object").replace("Sequence", "list").replace("ev.", "")


def events() -> str:
    """The kinds of facts in the ledger."""
    from bihuan.rules.events import EVENTS

    parts = [
        "# Events\n\nEvery kind of fact that an entry can hold, with the fields of its `data`. A field that equals its default is "
        "left out of the entry. There are no floats.\n"
    ]
    for kind, event in EVENTS.items():
        rows = [
            (code(f.name), code(f.type), "required" if f.default is MISSING else code(repr(f.default)))
            for f in fields(event)
        ]
        parts.append(
            f"## {kind}\n\n{_lead(event)}\n\n" + (table(("field", "type", "default"), rows) if rows else "")
        )
    return "\n".join(parts)


def modules() -> Iterator[Any]:
    """Every module of the package that can be imported without starting something."""
    import bihuan

    for found in pkgutil.walk_packages(bihuan.__path__, "bihuan."):
        if not found.name.startswith(("bihuan.migrations.", "bihuan.web.wsgi")):
            yield importlib.import_module(found.name)


def error_classes() -> list[Any]:
    """Every error of the package that a person can meet, in the order of their codes."""
    from bihuan.rules.errors import BihuanError

    found = {
        value
        for module in modules()
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, BihuanError)
    }
    return sorted(found, key=lambda error: (error.code, error.__name__))


def errors() -> str:
    """The errors with their codes, words and hints."""
    rows = [
        (
            code(e.code),
            code(e.__name__),
            (e.__doc__ or "").strip().split("\n")[0],
            e.default_hint,
            code(e.__module__),
        )
        for e in error_classes()
    ]
    return (
        "# Errors\n\nWhat can go wrong. `code` is what a program sees (`--json` and the API); the message is the default one, "
        "a particular case says more; the hint says what to do.\n\n"
        + table(("code", "class", "message", "hint", "where"), rows)
    )


def figures() -> str:
    """The named numbers."""
    from bihuan.rules.figures import DEED_DIMENSIONS, DIMENSIONS, FIGURES

    rows = [(code(f.name), f.label, f.unit, f.definition) for f in FIGURES.values()]
    return (
        "# Figures\n\nEvery number that a page, a list, an export or a report may print, defined once. Cut one with "
        f"`name[dimension=value,…]`, for example `open[colour=red]`; dimensions: {joined(DIMENSIONS)}; "
        f"those of slips: {joined(DEED_DIMENSIONS)}.\n\n"
        + table(("figure", "中文", "unit", "what it counts"), rows)
    )


def roles() -> str:
    """Who may do what."""
    from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Role
    from bihuan.rules.workflow import STEPS

    rows = [
        (code(role), ROLE_NAMES[role], joined(a for a, s in STEPS.items() if role in s.who),
         joined(d for d, holders in DUTIES.items() if role in holders))
        for role in Role
    ]  # fmt: skip
    return (
        "# Roles\n\nA person holds a role for a unit and all below it; nothing is allowed that no role allows. For a review, the "
        "procedure's level names the role.\n\n" + table(("role", "中文", "steps", "duties"), rows)
    )


def proofreading() -> str:
    """The proofreader's rules, each with a wrong and a right example."""
    from bihuan.library.proofread.base import LEVEL_NAMES
    from bihuan.library.proofread.engine import Options, chosen_rules

    rows = [
        (rule.number or "", code(rule.id), rule.name, LEVEL_NAMES[rule.level],
         LEVEL_NAMES[rule.statute] if rule.statute else "", "yes" if rule.safe else "",
         _example(rule.wrong), _example(rule.right), rule.why)
        for rule in chosen_rules(Options())
    ]  # fmt: skip
    return (
        "# Proofreading rules\n\nWhat `bihuan proofread` looks for. `rule` is the stable id in the JSON output; the number is that of the "
        "field's list of mechanical checks. The level is the usual one: a case that is surer or less sure may have another. "
        "A safe rule is one that `--fix` may apply. `⏎` is a new line.\n\n"
        + table(("no.", "rule", "中文", "level", "in statutes", "safe", "wrong", "right", "why"), rows)
        + "\nWith `--campaign` there is also `ledger-figure` 数字与台账不符: a figure of the text that differs from the ledger's.\n"
    )


def _example(text: str) -> str:
    return f"`` {text.strip()} ``".replace("\n", "⏎")


def commands() -> str:
    """The command line."""
    from bihuan.cli.main import group

    context = click.Context(group, info_name="bihuan", **group.context_settings)
    parts = [
        "# Commands\n\nResults go to stdout, words for people to stderr. `--json` gives one JSON object. Exit status: 0 done, "
        "1 refused or found wanting, 2 misused.\n",
        _command(context),
    ]
    return "\n".join(parts + [_command(inner) for inner in command_contexts(context)])


def command_contexts(context: click.Context) -> Iterator[click.Context]:
    """A context for each command below ``context``, and for those below that."""
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        inner = click.Context(command, info_name=name, parent=context)
        yield inner
        if isinstance(command, click.Group):
            yield from command_contexts(inner)


def _command(context: click.Context) -> str:
    formatter = click.HelpFormatter(width=100)
    context.command.format_help(context, formatter)
    return f"## {context.command_path}\n\n```text\n{formatter.getvalue().rstrip()}\n```\n"


PAGES: dict[str, Callable[[], str]] = {
    "states": states,
    "actions": actions,
    "events": events,
    "errors": errors,
    "figures": figures,
    "roles": roles,
    "proofreading": proofreading,
    "commands": commands,
}


def page(name: str) -> str:
    """The text of one page as the code has it now."""
    return NOTE + PAGES[name]().rstrip() + "\n"


def main() -> int:
    """Write every page."""
    prepare()
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (REFERENCE / f"{name}.md").write_text(page(name))
    print(f"reference: {len(PAGES)} pages in {REFERENCE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
