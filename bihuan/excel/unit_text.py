"""Take a cell of responsible units apart: who leads, who helps, which names are whole and which are several.

县住建局牵头，县财政局、各乡镇配合 is one leader and two helpers; 各乡镇、街道 is one wording; 住房和城乡建设局 is one name.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from bihuan.excel.text import PLACEHOLDERS, clean, squeeze

Part = Literal["lead", "help", ""]

_ORG = re.compile(
    r"(?:局|委|办|部|院|厅|会|队|所|站|中心|公司|政府|街道|镇|乡|村|社区|学校|大学|学院|中学|小学|幼儿园|司|室|科|处|股|组|专班|集团|银行|馆|园|场|署|联|厂"
    r"|企业|单位|部门|党委|党组|支部|开发区|新区|园区|高新区|经开区|[县市省区旗]|社|台|团|庭|段|段党委|单元|电力|网格|委员会|法院|中队|大队|支队|总队|分局|"
    r"(?:局|委|办|部|院|街道|镇|乡|村|公司|单位|部门|中心)[（(][^（）()]*[）)])$"
)
_LEAD, _HELP = (
    "牵头|主办|主责|承办|主管|负责|责任|落实|实施|主体",
    "配合|协办|协同|协助|参与|参加|会办|联办|支持|协作",
)
_LABEL = re.compile(
    rf"(?:(?P<lead>{_LEAD})|(?P<help>{_HELP}))(?:责任)?(?:单位|部门|科室|机构|乡镇)?\s*[:：]\s*"
)
_TAIL = re.compile(
    rf"(?:(?:等?(?:有关|相关)?(?:单位|部门)?)(?:共同|具体|按职责分工|按职责|分别|分工|密切|积极|予以|给予|做好|抓好|组织|联合)*)"
    rf"(?:(?P<lead>(?:{_LEAD})+(?:抓落实|实施|落实|抓总|总责)?)|(?P<help>(?:{_HELP})+(?:落实|实施)?))$"
)
_ROLE_IN_BRACKETS = re.compile(
    rf"[（(【\[](?:(?P<lead>(?:{_LEAD})(?:单位|部门)?)|(?P<help>(?:{_HELP})(?:单位|部门)?))[）)】\]]"
)
_AND_MORE = re.compile(
    r"等(?:各)?(?:相关|有关|其他|\d+个|[一二三四五六七八九十]+个|几个|多个)*(?:责任)?(?:单位|部门|乡镇|街道|地)?$"
)
_COLLECTIVE = re.compile(
    r"^(?:全[县市区省镇乡州校局院]|各|相关|有关|所有|属地|辖区|涉及|其他|其它|沿线|所在|其余|上述)"
    r"|^(?:[县市区省州局镇乡校院](?:直|属|级)?|机关|直属|下属|委属|基层)(?:各|有关|相关|所有|直属)"
    r"|^[县市区省](?:直|属|级)(?:单位|部门|机关单位|机关部门)$|^(?:\d+|[一二三四五六七八九十]+)个(?:乡镇|街道|部门|单位|镇|乡|村)"
)
_BARE = frozenset(
    "街道 镇 乡 乡镇 部门 单位 村 社区 办事处 街道办 街道办事处 开发区 园区 管委会 场 农场 林场 国有农场 园区管委会 村居 镇街 人民政府 "
    "相关部门 有关部门 相关单位 有关单位 责任单位 科室 站所 学校 企业 直属单位".split()
)
_MARKS = re.compile(r"[、，,；;。/／|\\\n·]+")
_CLAUSE = re.compile(r"[，,；;。\n]+")
_AND = re.compile(r"(?:以及|及|和|与|暨)")
_SPACE = re.compile(r"\s+")
_OPEN, _CLOSE = "（(【[《〔", "）)】]》〕"
_HIDDEN = str.maketrans({mark: chr(0xE000 + i) for i, mark in enumerate("、，,；;。/／|\\\n ·：:")})
_SHOWN = {ord(new): chr(old) for old, new in ((k, v) for k, v in _HIDDEN.items())}
_BEFORE_PERSON = "\ue100"
_PERSON_BEHIND = re.compile(r"[:：](?=[\u4e00-\u9fff·]{2,4}$)")
_PERSON = re.compile(r"[\u4e00-\u9fff·]{2,4}(?:\s*1[3-9]\d{9})?")


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as written, and the part that the wording gives it. ``more``: 等 stood behind it."""

    name: str
    part: Part = ""
    more: bool = False


@dataclass(slots=True)
class Parties:
    """The units of a cell in order, and the people whose names stood among them."""

    units: list[Named] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


def is_collective(name: str) -> bool:
    """Whether a wording stands for many units (各乡镇（街道）, 县直各部门): it is kept as it is."""
    return bool(_COLLECTIVE.match(name))


def looks_like_unit(name: str) -> bool:
    """Whether a name ends as names of bodies do."""
    return bool(_ORG.search(name))


def parties(text: str, known: Container[str] = frozenset(), *, mixed: bool = False) -> Parties:
    """Take a cell apart. ``known`` names are never split; in a ``mixed`` column (责任单位及责任人) people stand too."""
    plain = clean(text)
    if plain in PLACEHOLDERS:
        return Parties()
    if squeeze(plain) in known:
        return Parties([Named(squeeze(plain))])
    found = Parties()
    for part, words in _stretches(_hide_in_brackets(plain)):
        _take(words, part, known, found, mixed=mixed)
    found.units = _join_bare(found.units)
    return found


def _hide_in_brackets(text: str) -> str:
    """Marks inside brackets do not split: 县委办（督查室、信息科） is one name."""
    depth, out = 0, []
    for char in text:
        depth += (char in _OPEN) - (char in _CLOSE and depth > 0)
        out.append(char.translate(_HIDDEN) if depth else char)
    return "".join(out)


def _stretches(text: str) -> list[tuple[Part, str]]:
    """(part, names) by labels (牵头单位：… 配合单位：…) or by what ends a clause (… 牵头，… 配合)."""
    labels = list(_LABEL.finditer(text))
    if labels:
        head = text[: labels[0].start()].strip("、，,；; \n")
        ends = [label.start() for label in labels[1:]] + [len(text)]
        rest: list[tuple[Part, str]] = [
            ("lead" if label["lead"] else "help", text[label.end() : end])
            for label, end in zip(labels, ends, strict=True)
        ]
        return [("", head), *rest] if head else rest
    return _clauses(text)


def _clauses(text: str) -> list[tuple[Part, str]]:
    found: list[tuple[Part, str]] = []
    for clause in filter(None, (piece.strip() for piece in _CLAUSE.split(text))):
        tail = _TAIL.search(clause)
        body = clause[: tail.start()] if tail else clause
        if tail and body:
            part: Part = "lead" if tail["lead"] else "help"
            more = "等" if clause[tail.start() :].startswith("等") else ""
            found.append((part, body.removeprefix("由") + more))
        else:
            found.append(("", clause))
    if len(found) > 1 and any(part for part, _ in found):
        return _carry_back(found)
    # Without 牵头 or 配合 a clause is nothing by itself: a line break may stand inside a name.
    return found if any(part for part, _ in found) else [("", text)]


def _carry_back(found: list[tuple[Part, str]]) -> list[tuple[Part, str]]:
    """A，B，C配合: the clauses before a 配合 share it."""
    carried: Part = ""
    out: list[tuple[Part, str]] = []
    for part, words in reversed(found):
        carried = part or (carried if carried == "help" else "")
        out.append((carried, words))
    return out[::-1]


def _take(words: str, part: Part, known: Container[str], found: Parties, *, mixed: bool) -> None:
    for piece in _pieces(words, known):
        name = squeeze(piece.translate(_SHOWN)).strip("：:")
        role = _ROLE_IN_BRACKETS.search(name)
        own: Part = part if role is None else "lead" if role["lead"] else "help"
        name = _ROLE_IN_BRACKETS.sub("", name)
        more = _AND_MORE.search(name)
        if more and more.start() > 1 and name not in known:
            name = name[: more.start()]
        else:
            more = None
        name, _, person = name.partition(_BEFORE_PERSON)
        if mixed and not _is_whole(name, known) and _PERSON.fullmatch(name):
            name, person = "", name
        if person:
            found.people.append(person)
        if name and name not in PLACEHOLDERS:
            found.units.append(Named(name, own, more is not None))


def _pieces(words: str, known: Container[str]) -> list[str]:
    lines = [line for line in re.split(r"\n", words) if line.strip()]
    if len(lines) > 1 and not all(_is_whole(_MARKS.split(line)[-1].strip(), known) for line in lines[:-1]):
        words = "".join(line.strip() for line in lines)
    out: list[str] = []
    for piece in filter(None, (raw.strip() for raw in _MARKS.split(words))):
        for part in _by_space(piece, known):
            out.extend(_by_and(part, known))
    return out


def _is_whole(name: str, known: Container[str]) -> bool:
    name = _ROLE_IN_BRACKETS.sub("", name)
    return not name or squeeze(name) in known or looks_like_unit(name) or is_collective(name)


def _by_space(piece: str, known: Container[str]) -> list[str]:
    parts = _SPACE.split(_PERSON_BEHIND.sub(" ", piece))
    if len(parts) == 1:
        return parts
    if squeeze(piece) in known:
        return [squeeze(piece)]
    if all(_is_whole(part, known) and len(part) > 1 for part in parts):
        return parts
    if _is_whole(parts[0], known) and len(parts[0]) > 2 and _PERSON.fullmatch("".join(parts[1:])):
        return [f"{parts[0]}{_BEFORE_PERSON}{''.join(parts[1:])}"]
    return [squeeze(piece)]


def _by_and(part: str, known: Container[str]) -> list[str]:
    """县财政局和县发改局 is two, 住房和城乡建设局 one: both sides must end as bodies do."""
    if part in known:
        return [part]
    for link in _AND.finditer(part):
        left, right = part[: link.start()], part[link.end() :]
        if min(len(left), len(right)) >= 2 and _both_whole(left, right, known):
            return [*_by_and(left, known), *_by_and(right, known)]
    return [part]


def _both_whole(left: str, right: str, known: Container[str]) -> bool:
    if left in known and (right in known or looks_like_unit(right)):
        return True
    sides = (left, _TAIL.sub("", right) or right)
    return all((looks_like_unit(side) and len(side) > 2) or is_collective(side) for side in sides)


def _join_bare(units: list[Named]) -> list[Named]:
    """各乡镇、街道 is one wording: a bare 街道 cannot stand alone."""
    joined: list[Named] = []
    for unit in units:
        base = re.sub(r"[（(].*", "", unit.name)
        if joined and base in _BARE and is_collective(joined[-1].name):
            before = joined[-1]
            joined[-1] = Named(f"{before.name}、{unit.name}", unit.part or before.part, unit.more)
        else:
            joined.append(unit)
    return joined


@lru_cache(maxsize=16_384)
def people(text: str) -> str:
    """Names of people in one spelling: 张 三 is 张三, names on several lines are joined by 、."""
    lines = [line for line in clean(text).split("\n") if line.strip()]
    spaced = [
        re.sub(r"(?<=^[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff](?:$|[、，,；;（( ]))", "", line) for line in lines
    ]
    spaced = [
        re.sub(r"(?<=[、，,；; ][\u4e00-\u9fff]) +(?=[\u4e00-\u9fff](?:$|[、，,；;（( ]))", "", line)
        for line in spaced
    ]
    return re.sub(r"[、，,；;]*\n", "、", "\n".join(line.strip("、，,；; ") for line in spaced))
