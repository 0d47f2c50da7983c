"""Text left from another place or office: names of places and offices that are not the document's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule
from bihuan.library.proofread.text import Text
from bihuan.library.proofread.words import words

_PLACE = r"[\u4e00-\u9fff]{2,4}?(?:自治区|自治州|自治县|[省市县区州旗])"
_NAMED = re.compile(
    r"[省市县区州旗](?=委员会|委[、和办]|人民政府|政府(?:办)?|人大常委会|政协|纪委|[\u4e00-\u9fff]{2,8}(?:局|委员会|办公室|厅))"
)
_OUR = re.compile(
    r"(?:在|为|推动|推进|促进|全力(?:打造|建设)|建设|奋力谱写|谱写|加快|结合|立足|符合)[\u4e00-\u9fff]{2,3}([省市县区州旗])(?:实际|高质量发展|经济社会发展|新篇章|改革发展|现代化建设)"
)
_GENERAL = re.compile(
    r"^(?:各|全|我|本|该|某|外|兄弟|邻|所在|所辖|其他|有关|相关|自治|直辖|县|市|区|省|国家|辖|设区|地级|副省级|跨|上级|下级|当地|试点|示范|高新|开发|经开|园|新|城|郊|老|社|片|库|景|山|林|灌|牧|矿|农|乡|镇|村)"
)
_FUNCTION = re.compile("[的了在由经向报到与和及设于对请把被从按是将各过为以全本该我外每届现就省市县区州]")
_CJK = re.compile(r"[\u4e00-\u9fff]+")
_NOT_PLACES = frozenset(
    "城市 都市 股市 超市 上市 门市 夜市 菜市 社区 小区 园区 景区 地区 辖区 灾区 山区 库区 牧区 林区 矿区 城区 郊区 新区 片区 战区 校区 厂区 街区 郡县 会同县".split()
)


def _name_before(text: str, end: int) -> str:
    """Return the name of a place that ends at ``end`` (behind its 县 or 市); "" when the characters there are none."""
    for size in (5, 4, 3):
        name = text[end - size : end]
        if len(name) == size and words().count(name) > 2 and _is_place(name, 10**9):
            return name
    name = text[end - 3 : end]
    start = end - 3
    if start < 0 or not _CJK.fullmatch(name) or _FUNCTION.search(name[:-1]) or not _is_place(name, 100):
        return ""
    return "" if words().count(text[start - 1 : start + 1]) > 300 else name


def own_places(text: Text, office: str) -> set[str]:
    """Return the places that the document is of: from ``office``, its title, number, addressee and signature."""
    lines = [office] if office else [p.text for p in (text.title, text.signature) if p is not None]
    found: set[str] = set()
    for line in lines:
        found |= set(re.findall(_PLACE, line)) - _NOT_PLACES
    return {f for f in found if not _GENERAL.match(f)}


def _check(text: Text, office: str) -> Iterator[Hit]:
    own = own_places(text, office)
    if not own or text.statute:
        return
    for regex in (_OUR, _NAMED):
        for match in regex.finditer(text.text):
            end = match.end(match.lastindex or 0)
            name = _name_before(text.text, end)
            if not name or _related(name, own):
                continue
            level = Level.WARNING if regex is _OUR or not _learning(text, match.start()) else Level.HINT
            yield Hit(
                end - len(name), end, None, f"出现外地名称“{name}”，本文属“{'、'.join(sorted(own))}”，请核对是否照抄未改。", level
            )  # fmt: skip


def _is_place(name: str, most: int) -> bool:
    """Whether ``name`` can be a place: no general word, no 落实县委 cut short (its stem occurs fewer than ``most`` times as a word)."""
    return name not in _NOT_PLACES and not _GENERAL.match(name) and words().count(name[:-1]) < most


def _related(name: str, own: set[str]) -> bool:
    return any(name in o or o in name or name.endswith(o) for o in own)


def _learning(text: Text, at: int) -> bool:
    """Whether the sentence speaks of others on purpose: 学习借鉴, 赴, 转发."""
    sentence = re.split("[。；\n]", text.text[max(at - 80, 0) : at + 80])
    return bool(
        re.search("借鉴|学习|考察|转发|赴|协作|对口|帮扶|合作|联合|来自|交界|毗邻|接壤|上级|省|籍|经验|做法", "".join(sentence))
    )  # fmt: skip


def place_rule(office: str) -> Rule:
    """Return the rule for a document of ``office`` ("": seen from its title and signature)."""
    return Rule(
        "other-place", 0, "外地或外单位名称", Level.WARNING, "编校：套用他处文稿的残留", lambda text: _check(text, office),
        "江源县人民政府关于防汛的通知\n由云岭县水利局负责。", "江源县人民政府关于防汛的通知\n由江源县水利局负责。",
    )  # fmt: skip
