"""Who does it and who helps, as a sentence or the bracket behind it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bihuan.excel.unit_text import Parties, is_collective, looks_like_unit, parties

_BRACKET = re.compile(
    r"[（(【\[]\s*((?:(?:主要|具体)?(?:牵头|主办|责任|负责|承办|主责|实施|落实|主体|完成|组织|主管|配合|协办|参与)(?:责任)?(?:单位|部门|主体|科室|领导|人|乡镇)?|完成时[限间]|时[限间](?:要求|安排)?|整改时限|单位)\s*[：:][^）)】\]\n]*)[）)】\]]"
)
_NESTED = re.compile(
    r"[（(]([^（）()\n]*(?:责任|牵头|负责|主办|承办)(?:单位|部门|科室)?\s*[：:](?:[^（）()\n]|[（(][^（）()\n]*[）)])*)[）)]"
)
_BARE_BRACKET = re.compile(r"[（(]([^（）()：:。]{2,60}?(?:牵头|负责|落实|配合|主办))[）)][。；]?\s*$")
_FIELD = re.compile(
    r"[;；，,。\s]*((?:完成|整改|落实|办结)?(?:时[限间]|期限)(?:要求|安排|节点)?|(?:责任|牵头|包抓|分管|主管|负责|包联|联系)(?:领导|人)|领导)\s*[：:]\s*([^；;：:]*?)(?=[；;]|[，,。\s]+[^，,；;：:]{2,6}[：:]|$)"
)
_LEAD = re.compile(
    r"(?:由|以)?(?P<who>[^，。；：:！？\s]{2,50}?)(?:共同|统一|具体|全面)?(?P<verb>牵头|负总责|主抓|主办|承办|负责(?!任|人|的|制|同志))(?:[^，。；]{0,30}?)?(?:[，,、]\s*(?P<help>[^。；：:]{2,80}?)(?:等(?:部门|单位)?)?(?:积极|密切|共同|分别|按职责分工)?(?:配合|协助|参与|协同|协办))?"
)
_WITH = re.compile(
    r"(?:由)?(?P<who>[^，。；：:！？\s]{2,30}?)(?:会同|联合|商)(?P<help>[^，。；：:]{2,60}?)(?:等(?:有关)?(?:部门|单位))?(?=[，,]|负责|制定|研究|开展|组织|建立|出台|推进|共同|抓|完成|做好|实施|落实|对|编制|加强|尽快|于|在)"
)
_SUBJECT = re.compile(
    r"(?P<who>[^，。；：:！？\s]{2,50}?)(?:(?<![主重首次])要|(?=每(?:月|季|周|年|半|旬|天|日)|定期)|须|应当?|务必|必须|负责(?!任|人|的|制|同志)|需)(?![求点害素件领闻塞职])"
)
_HELP = re.compile(
    r"[，,；;]\s*(?:由)?(?P<help>[^，。；：:]{2,60}?)(?:等(?:部门|单位)?)?(?:积极|密切|共同|分别|按职责分工|予以)*(?:配合|协助|参与|协同)(?![制机])"
)
_TOGETHER = re.compile(
    r"(?:并)?(?:会同|联合)(?P<help>[^，。；：:]{2,60}?)(?:等(?:有关)?(?:部门|单位))?(?=[，,]|招|制|研|开|组|建|出台|推|共同|抓|完|做|实|落|对|编|加|尽|于|在|新|打|改)"
)
_LEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十][，、]|同时|其中|另外|此外|对此|为此|今年|今后|下一步|会后)[，,、]?"
)
_TIME = re.compile(r"^(?:(?:在|于|到)?[^，、]{0,14}?(?:底前|前|年内|季度|上半年|下半年|月底|年底)[，,]?)")
#: Whoever heads a unit answers for the unit.
_HEADS = re.compile(r"(?:党政|党委|党组)?(?:主要|分管)(?:负责)?(?:领导(?:同志)?|负责人|同志)$")


@dataclass(frozen=True, slots=True)
class Said:
    """Owner ("" unknown), helpers, the wording of the time limit in the bracket, and the text of the bracket."""

    owner: str = ""
    helpers: tuple[str, ...] = ()
    limit: str = ""
    bracket: str = ""

    @classmethod
    def of(
        cls, named: Sequence[str], helpers: Iterable[str] = (), limit: str = "", bracket: str = ""
    ) -> Said:
        """The first of ``named`` is the owner; the others help, and whoever is named as helping, each once."""
        owner = named[0] if named else ""
        others = dict.fromkeys(name for name in [*named[1:], *helpers] if name != owner)
        return cls(owner, tuple(others), limit, bracket)


def bracket_of(text: str) -> Said:
    """Read （责任单位：A、B；完成时限：6月底前）, （牵头单位：A；配合单位：B） or （A负责） in a sentence."""
    found = list(_NESTED.finditer(text)) or list(_BRACKET.finditer(text))
    if not found:
        bare = _BARE_BRACKET.search(text)
        return _said(parties(bare[1]), "", bare[0]) if bare else Said()
    inner = "；".join(match[1] for match in found)
    limit = next((field[2].strip() for field in _FIELD.finditer(inner) if re.search("时|期", field[1])), "")
    named = _FIELD.sub("", inner).strip("；;，,。 ")
    return _said(parties(named), limit, "".join(match[0] for match in found))


def inline(text: str) -> Said:
    """Read 由X牵头，Y、Z配合; X负责…; X会同Y…; 各乡镇（街道）要… in a sentence."""
    plain = _LEADING.sub("", text)
    for pattern in (_LEAD, _WITH, _SUBJECT):
        for match in pattern.finditer(plain):
            owners = _units(match["who"])
            if owners:
                given = match.groupdict().get("help") or ""
                behind = _HELP.search(plain, match.end("who"))
                helpers = _units(given) or (_units(behind["help"]) if behind else [])
                return Said.of(owners, helpers)
            if pattern is _SUBJECT:
                break
    return Said()


def together(text: str) -> tuple[str, ...]:
    """Return with whom a sentence without a subject says that it is done: 会同县财政局…."""
    found = _TOGETHER.match(text)
    return tuple(_units(found["help"])) if found else ()


def _said(found: Parties, limit: str, bracket: str) -> Said:
    names = [(unit.name.strip("。；， "), unit.part) for unit in found.units]
    lead = [name for name, part in names if part != "help" and name]
    helpers = [name for name, part in names if part == "help" and name]
    return Said.of(lead, helpers, limit, bracket)


def _units(text: str) -> list[str]:
    """The units that a stretch names, none unless all of it are units."""
    words = _TIME.sub("", text.strip()).removeprefix("由").strip("，、 ").rstrip("要须应")
    words = _HEADS.sub("", words)
    if not words:
        return []
    found = units_alone(words)
    return found if all(2 <= len(name) <= 24 for name in found) else []


def units_alone(words: str) -> list[str]:
    """Return the units that ``words`` name, none where they name anything else."""
    found = [unit.name for unit in parties(words).units]
    return found if all(looks_like_unit(name) or is_collective(name) for name in found) else []
