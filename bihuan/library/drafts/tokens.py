"""What stands for a figure or a source in the body of a draft: 【已销号】, 【在办·红灯】, 【open[unit=5]】, 〔素材 0123456789ab:120-180〕."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.reports.marks import MARKED
from bihuan.rules.errors import Invalid
from bihuan.rules.figures import FIGURES, Ref
from bihuan.rules.procedure_slips import KINDS as SLIP_KINDS
from bihuan.rules.procedure_types import COLOURS
from bihuan.rules.workflow import STATE_NAMES

_LABELS = {definition.label: name for name, definition in FIGURES.items()}
#: Cuts that have a name of their own: dimension → value → name.
_CUTS: dict[str, dict[str, str]] = {
    "colour": dict(COLOURS),
    "state": dict(STATE_NAMES),
    "kind": dict(SLIP_KINDS),
}
TOKEN = re.compile(
    r"【(?P<figure>[^【】\n]{1,80})】|〔素材 (?P<digest>[0-9a-f]{12}):(?P<start>\d{1,9})-(?P<end>\d{1,9})〕"
)


@dataclass(frozen=True)
class Figure:
    """A figure in a draft; ``ref`` is None where nothing is called so."""

    word: str
    ref: Ref | None


@dataclass(frozen=True)
class Quoted:
    """Where the words before it were taken from: the first digits of a document's digest, and the place in its text."""

    digest: str
    start: int
    end: int


Part = str | Figure | Quoted


def ref_of(word: str) -> Ref | None:
    """Return the figure that is called ``word`` (已销号, 在办·红灯, finished, open[colour=red]), None for nothing."""
    label, _, cut = word.strip().partition("·")
    name = _LABELS.get(label, label)
    cuts = [
        f"[{dim}={value}]" for dim, names in _CUTS.items() for value, told in names.items() if told == cut
    ]
    found = (_parsed(f"{name}{inside}") for inside in (cuts if cut else [""]))
    return next((ref for ref in found if ref), None)


def _parsed(text: str) -> Ref | None:
    try:
        return Ref.parse(text)
    except Invalid:
        return None


def word_of(ref: Ref) -> str:
    """Return what a figure is called in a draft: its label, with the name of its one cut; else as it is written."""
    label = FIGURES[ref.name].label
    if not ref.dims:
        return label
    cut = _CUTS.get(ref.dims[0][0], {}).get(ref.dims[0][1]) if len(ref.dims) == 1 else None
    return f"{label}·{cut}" if cut and ref_of(f"{label}·{cut}") == ref else str(ref)


def unmarked(text: str) -> str:
    """Return a template's text with each marked figure as a token."""
    return MARKED.sub(lambda match: f"【{word_of(Ref.parse(match[1]))}】", text)


def parts_of(line: str) -> Iterator[Part]:
    """Yield the words, figures and sources of a line, in order."""
    at = 0
    for match in TOKEN.finditer(line):
        if match.start() > at:
            yield line[at : match.start()]
        if match["figure"] is not None:
            yield Figure(match["figure"], ref_of(match["figure"]))
        else:
            yield Quoted(match["digest"], int(match["start"]), int(match["end"]))
        at = match.end()
    if at < len(line):
        yield line[at:]


def refs_of(text: str) -> list[Ref]:
    """Return the figures that a draft uses, each once."""
    found = (part.ref for line in text.split("\n") for part in parts_of(line) if isinstance(part, Figure))
    return list(dict.fromkeys(ref for ref in found if ref is not None))


def source_token(digest: str, start: int, end: int) -> str:
    """Return the token behind a passage that was taken from a document."""
    return f"〔素材 {digest[:12]}:{start}-{end}〕"
