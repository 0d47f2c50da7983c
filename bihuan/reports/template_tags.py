"""The tags of a Word template: found paragraph by paragraph and checked before anything is rendered.

What is checked here are the mistakes that the machinery below would turn into a damaged file or a message about XML: a tag
that is not finished, text beside a tag that stands for a whole paragraph, a loop that opens in one paragraph and closes in
another without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from bihuan.rules.errors import Invalid

_TAG = re.compile(r"\{([{%#])(.*?)([}%#])\}", re.DOTALL)
_WHOLE = re.compile(r"^(p|tr|tc)\s+(.*)$", re.DOTALL)
_WIDE = re.compile("[｛｝％][｛｝％]|[{%][｛％]|[｝％][}%]")
_CLOSER = {"{": "}", "%": "%", "#": "#"}
_OPENS = {"for": "endfor", "if": "endif"}
_MIDDLES = {"else": ("if", "for"), "elif": ("if",)}
_HOLDERS = {"p": "w:p", "tr": "w:tr", "tc": "w:tc"}
_HOLDER_WORDS = {"p": "一段", "tr": "表格的一行", "tc": "表格的一格"}
_EXCERPT = 60


class TemplateInvalid(Invalid):
    """模板有误。"""

    code = "template-invalid"
    default_hint = "请在 Word 里打开模板，改好这一处再试；写法见“报告模板”说明。"

    def __init__(self, problem: str, *, place: str = "", hint: str = "") -> None:
        """``place`` says where in the template, ``problem`` what is wrong there."""
        self.place = place
        self.problem = problem
        super().__init__(f"模板有误：{place}，{problem}" if place else f"模板有误：{problem}", hint=hint)


@dataclass(frozen=True)
class Tag:
    """A tag: ``sort`` is ``{`` (a value), ``%`` (a statement) or ``#`` (a remark); ``whole`` is p, tr, tc or empty."""

    sort: str
    whole: str
    body: str
    paragraph: int

    @property
    def word(self) -> str:
        """The first word of a statement: for, endif, …"""
        return self.body.split(maxsplit=1)[0] if self.sort == "%" and self.body else ""

    @property
    def written(self) -> str:
        """The tag as Jinja reads it, without the holder's letter."""
        return f"{{{self.sort} {self.body} {_CLOSER[self.sort]}}}"


class Paragraphs:
    """The paragraphs of a part in order; ``place`` names one for a person, with an excerpt of its text."""

    def __init__(self, root: etree._Element, part: str) -> None:
        self.part = part
        self.elements = list(root.iter(qn("w:p")))

    def text(self, number: int) -> str:
        """The text of paragraph ``number`` (from 1)."""
        return paragraph_text(self.elements[number - 1])

    def place(self, number: int) -> str:
        """``正文第12段“…”``."""
        if not 1 <= number <= len(self.elements):
            return self.part
        text = self.text(number).strip()
        excerpt = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}……"
        return f"{self.part}第{number}段“{excerpt}”" if excerpt else f"{self.part}第{number}段"


def paragraph_text(paragraph: etree._Element) -> str:
    """The text of a paragraph's runs, without that of a paragraph inside it (a text box)."""
    return "".join(
        node.text or ""
        for node in paragraph.iter(qn("w:t"))
        if next(node.iterancestors(qn("w:p"))) is paragraph
    )


def check_tags(paragraphs: Paragraphs) -> None:
    """Raise ``TemplateInvalid`` for the first tag that is unfinished, misplaced or unbalanced."""
    open_tags: list[Tag] = []
    for number in range(1, len(paragraphs.elements) + 1):
        for tag in _tags(paragraphs, number):
            if tag.whole:
                _check_alone(paragraphs, tag)
            _balance(paragraphs, tag, open_tags)
    if open_tags:
        tag = open_tags[-1]
        raise TemplateInvalid(
            f"“{tag.word}”没有结束，缺少“{{%{tag.whole} {_OPENS[tag.word]} %}}”。",
            place=paragraphs.place(tag.paragraph),
        )


def _tags(paragraphs: Paragraphs, number: int) -> Iterator[Tag]:
    text = paragraphs.text(number)
    if _WIDE.search(text):
        raise TemplateInvalid("标签的花括号和百分号要用英文半角。", place=paragraphs.place(number))
    for found in _TAG.finditer(text):
        if found[3] != _CLOSER[found[1]]:
            raise TemplateInvalid(f"标签“{found[0]}”的开头和结尾不配对。", place=paragraphs.place(number))
        whole = _WHOLE.match(found[2])
        if found[1] == "{" and (whole or found[2].startswith("r ")):
            raise TemplateInvalid(
                f"“{found[0]}”的花括号后面要先空一格，直接写名称。", place=paragraphs.place(number)
            )
        body = whole[2] if whole else found[2]
        yield Tag(found[1], whole[1] if whole else "", body.strip("- \u3000"), number)
    rest = _TAG.sub("", text)
    for mark in ("{{", "{%", "{#", "}}", "%}", "#}"):
        if mark in rest:
            raise TemplateInvalid(
                f"标签没有写完：“{mark}”没有与它配对的另一半。", place=paragraphs.place(number)
            )


def _check_alone(paragraphs: Paragraphs, tag: Tag) -> None:
    """Everything else in the holder of a whole tag would vanish with it."""
    element = paragraphs.elements[tag.paragraph - 1]
    holder = holder_of(element, tag)
    if holder is None:
        raise TemplateInvalid(
            f"“{{%{tag.whole}”只能写在表格里。",
            place=paragraphs.place(tag.paragraph),
            hint="不在表格里时写“{%p”。",
        )
    texts = [paragraph_text(p) for p in holder.iter(qn("w:p"))]
    if _TAG.sub("", "".join(texts)).strip() or sum(len(_TAG.findall(text)) for text in texts) != 1:
        raise TemplateInvalid(
            f"“{{%{tag.whole} … %}}”要独占{_HOLDER_WORDS[tag.whole]}，不能和其他文字或标签放在一起。",
            place=paragraphs.place(tag.paragraph),
        )


def holder_of(paragraph: etree._Element, tag: Tag) -> etree._Element | None:
    """The paragraph, row or cell for which a whole ``tag`` in ``paragraph`` stands; None where there is none."""
    if tag.whole == "p":
        return paragraph
    return next(paragraph.iterancestors(qn(_HOLDERS[tag.whole])), None)


def _balance(paragraphs: Paragraphs, tag: Tag, open_tags: list[Tag]) -> None:
    place = paragraphs.place(tag.paragraph)
    if tag.word in _OPENS:
        open_tags.append(tag)
        return
    wanted = _MIDDLES.get(tag.word) or tuple(word for word, end in _OPENS.items() if end == tag.word)
    if not wanted:
        return
    if not open_tags:
        raise TemplateInvalid(f"“{tag.word}”前面没有对应的“{wanted[0]}”。", place=place)
    opened = open_tags[-1] if tag.word in _MIDDLES else open_tags.pop()
    if opened.word not in wanted:
        where = paragraphs.place(opened.paragraph)
        raise TemplateInvalid(f"“{tag.word}”与{where}的“{opened.word}”不配对。", place=place)
    if opened.whole != tag.whole or (not tag.whole and opened.paragraph != tag.paragraph):
        raise TemplateInvalid(
            f"“{opened.word}”和“{tag.word}”不在同一段，两处都要写成“{{%p … %}}”并各占一段（表格的行写“{{%tr”，格写“{{%tc”）。",
            place=place,
        )


def lift_whole_tags(root: etree._Element) -> None:
    """Replace the holder of each whole tag by the tag itself, one line feed for each paragraph that goes.

    Line N of what is left is then paragraph N of the template, which is how a mistake finds its place.
    """
    for paragraph in list(root.iter(qn("w:p"))):
        found = _TAG.search(paragraph_text(paragraph))
        whole = _WHOLE.match(found[2]) if found else None
        if found and whole:
            tag = Tag(found[1], whole[1], whole[2].strip("- \u3000"), 0)
            holder = holder_of(paragraph, tag)
            if holder is not None:
                _lift(holder, paragraph, tag.written)


def _lift(holder: etree._Element, paragraph: etree._Element, written: str) -> None:
    inside = list(holder.iter(qn("w:p")))
    before = inside.index(paragraph) + 1
    text = "\n" * before + written + "\n" * (len(inside) - before) + (holder.tail or "")
    parent, previous = holder.getparent(), holder.getprevious()
    if previous is None:
        parent.text = (parent.text or "") + text
    else:
        previous.tail = (previous.tail or "") + text
    parent.remove(holder)
