"""Checks 31 to 37: rates, parts and totals, counted lists, growth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bihuan.library.proofread.amounts import NUMBER, UNIT, number, rounding, scaled, shown
from bihuan.library.proofread.base import Hit, Level, Rule, both, pattern
from bihuan.library.proofread.growth import growth, shares
from bihuan.library.proofread.lists import counted, ordinals
from bihuan.library.proofread.text import Text

_STATISTICS = "统计表述的一致性"
_OVER = re.compile(
    rf"(?:率|占比|比重|比例|覆盖面|满意度|知晓度)(?:已|均|都|分别|约|就)?(?:达到了?|达|为|是|高达|提高到了?|提升到|提升至|上升到|保持在|[:：])?(?:了|约)?({NUMBER})[%％]"
)
_MAY_EXCEED = re.compile(
    r"(?:增长|增|速|幅|完成|执行|负债|拨备覆盖|毛入学|产销|流动比|速动比|速动|杠杆|周转|回报|收益|利润|投资|涨|换手|抵押|担保|充足|达产|产能利用|回收期|偿付|贡献|超|中签|报考|开发|依存|自给|保障|兑现|容积|入住)[^，。；]{0,4}$"
)
_SHARE_OVER = re.compile(rf"占[^，。；\d%]{{1,25}}?({NUMBER})[%％]")
_LISTED = re.compile(
    rf"(?:分别占|占比(?:重)?分别(?:为|是|达)?|比重分别(?:为|是|达)?|比例分别(?:为|是|达)?|各占)[^，。；\d]{{0,12}}((?:{NUMBER}[%％][、和及与，]?(?:其余)?){{2,}})"
)
_CLAUSES = re.compile(
    rf"(?:[\u4e00-\u9fff]{{2,10}}占(?:比(?:重)?)?(?:为|达)?{NUMBER}[%％][，、；]){{2,}}[\u4e00-\u9fff]{{2,10}}占(?:比(?:重)?)?(?:为|达)?{NUMBER}[%％]"
)
_TEMPERATE = re.compile(
    r"(?:产业|结构)[^，。；\d]{0,15}?(\d+(?:\.\d+)?)[:：∶](\d+(?:\.\d+)?)[:：∶](\d+(?:\.\d+)?)(?![:：∶\d])"
)


def _over(text: Text) -> Iterator[Hit]:
    for regex in (_OVER, _SHARE_OVER):
        for match in regex.finditer(text.text):
            if number(match[1]) > 100 and not _MAY_EXCEED.search(
                text.text[max(match.start() - 8, 0) : match.start() + 1]
            ):
                yield Hit(
                    match.start(1), match.end(1) + 1, None, f"比率或占比超过100%：{match[1]}%，请核对。"
                )


def _not_whole(text: Text) -> Iterator[Hit]:
    for match in _LISTED.finditer(text.text):
        parts = re.findall(NUMBER, match[1])
        yield from _whole(match.start(1), match.end(1), parts, near=Decimal(12))
    for match in _CLAUSES.finditer(text.text):
        parts = re.findall(NUMBER, match[0])
        if sum(map(number, parts)) > 100 and not _OVERLAP.search(match[0]):
            yield from _whole(match.start(), match.end(), parts, near=Decimal(0))
    for match in _TEMPERATE.finditer(text.text):
        yield from _whole(match.start(1), match.end(3), list(match.groups()), near=Decimal(12))


def _whole(start: int, end: int, parts: list[str], near: Decimal) -> Iterator[Hit]:
    """Hit when the ``parts`` of a whole do not make 100: above it always, below it when they nearly do."""
    total = sum((number(p) for p in parts), Decimal(0))
    slack = max(sum((rounding(p) for p in parts), Decimal(0)), Decimal("0.1"))
    if total > 100 + slack or (100 - near <= total < 100 - slack):
        yield Hit(
            start, end, None, f"各部分相加为{shown(total, 2)}%，不等于100%，请核对。",
            Level.ERROR if total > 100 + slack else Level.WARNING,
        )  # fmt: skip


_POINT_RATES = r"(?:率(?<!增长率)(?<!效率)|占比|比重|比例|增速|增幅|覆盖面|满意度)"
_POINTS = re.compile(
    rf"{_POINT_RATES}[^，。；%\d]{{0,6}}(?:同比|比上年|较上年|环比)?(?:提高|提升|上升|下降|降低|回落|下滑|增加|减少|增长|扩大|加快|放缓|收窄)了?({NUMBER})[%％](?![以～~—-])"
)
_PERCENT = re.compile(rf"({NUMBER})个?百分点")
_CHANGED = re.compile(r"(?:同比|比上年|环比|比去年)?(?:增长|下降|增加|减少)了?$")
_RATE_WORD = re.compile(
    r"率|占比|比重|比例|增速|增幅|满意度|知晓度|幅度|份额|幅|%|％|利息|指数|比(?!上|去|较)"
)
_FROM_RATE = re.compile(
    rf"(?:由|从)[^，。；\d]{{0,8}}({NUMBER})[%％][^，。；\d]{{0,6}}(?:到|至|为)({NUMBER})[%％]，[^，。；\d]{{0,8}}({NUMBER})[%％](?![以～~—-])"
)
_CLAUSE_START = re.compile(r"[。；！？\n]")


def _points(text: Text) -> Iterator[Hit]:
    for match in _POINTS.finditer(text.text):
        end = match.end(1) + 1
        yield Hit(
            match.start(1), end, f"{match[1]}个百分点", f"比率之间的差用“百分点”，请核对是否应为“{match[1]}个百分点”。"
        )  # fmt: skip
    for match in _FROM_RATE.finditer(text.text):
        if abs(number(match[2]) - number(match[1])) == number(match[3]):
            yield Hit(match.start(3), match.end(3) + 1, f"{match[3]}个百分点", f"比率之间的差用“百分点”，应为“{match[3]}个百分点”。")  # fmt: skip
    for match in _PERCENT.finditer(text.text):
        verb = _CHANGED.search(text.text, max(match.start() - 8, 0), match.start())
        if verb is None:
            continue
        clause = re.split("[。；，！？\n]", text.text[max(verb.start() - 60, 0) : verb.start()])
        near = clause[-1] if len(clause[-1]) > 3 else "".join(clause[-2:])
        if not _RATE_WORD.search(near) and near.strip():
            yield Hit(
                match.start(1),
                match.end(),
                f"{match[1]}%",
                f"数量的增减用“%”，不用“百分点”，请核对是否应为“{match[1]}%”。",
            )


_TOTAL = re.compile(
    rf"(?:共计?|总共|一共|共有|总计|合计|累计|总数|现有|全[省市县区镇乡]|有|排查|受理|收到|投入|完成|梳理|查摆|发现|征集|安排|建成|投资|资金|达|为)[^，。；：\d]{{0,18}}?({NUMBER})({UNIT})[^，。；：\d（]{{0,12}}(?:，其中|：|（其中|，分为|，包括|，分别[为是]|（包括|，分别|（)"
)
_BARE_TOTAL = re.compile(
    rf"(?<=[\u4e00-\u9fff])(?<!第)({NUMBER})({UNIT})(?:，其中|（其中)(?![^。；，]{{0,6}}\d+(?:\.\d+)?[%％])"
)
_PART = re.compile(rf"({NUMBER})({UNIT})")
_NOT_PART = re.compile(
    r"(?:增加|减少|多|少|增长|下降|新增|净增|较上年|比上年|同比|每|人均|平均|超过?|不少于|至少|近|约|第)[^，、；\d]{0,4}$"
)
_OVERLAP = re.compile(r"女|男|党员|重点|省级|市级|以上|以下|已|未|含|新|本科|研究生|少数民族|完成|等|主要")
_AFTER = re.compile(
    rf"((?:{NUMBER}(?:{UNIT})[^，。；：\d]{{0,14}}[、，和]){{1,}}[^，。；：\d]{{0,12}}{NUMBER}(?:{UNIT})[^，。；：\d]{{0,8}})，(?:共计?|合计|总计|一共)[^，。；：\d]{{0,4}}({NUMBER})({UNIT})"
)


def _parts(text: Text) -> Iterator[Hit]:
    totals = {m.start(1): m for regex in (_BARE_TOTAL, _TOTAL) for m in regex.finditer(text.text)}
    for _, match in sorted(totals.items()):
        end = _end_of_parts(text.text, match)
        region = text.text[match.end() : end]
        yield from _compared(text.text, match[1], match[2], (match.start(1), end), match.end(), region)
    for match in _AFTER.finditer(text.text):
        yield from _compared(
            text.text, match[2], match[3], (match.start(1), match.end(3)), match.start(1), match[1]
        )


def _end_of_parts(text: str, match: re.Match[str]) -> int:
    stops = "）" if "（" in match[0][-4:] else "。\n）" if "：" not in match[0][-1] else "。\n"
    found = [at for at in (text.find(s, match.end()) for s in stops) if at >= 0]
    return min([*found, match.end() + 200, len(text)])


def _compared(
    text: str, total_text: str, unit: str, span: tuple[int, int], begin: int, region: str
) -> Iterator[Hit]:
    """Compare a total with the parts of the same unit in ``region``, which begins at ``begin``."""
    plain = re.sub(r"（[^（）]*）", lambda m: " " * len(m[0]), region)
    total, base = scaled(number(total_text), unit)
    parts = []
    for match in _PART.finditer(plain):
        value, part_base = scaled(number(match[1]), match[2])
        if part_base == base and not _NOT_PART.search(plain[: match.start()]):
            parts.append((value, match[1], match[2]))
    if len(parts) < 2 or len({p[2] for p in parts}) > 2:
        return
    finest = min((rounding(p[1]) for p in parts), default=Decimal(0))
    slack = sum(
        (scaled(min(rounding(p[1]), finest), p[2])[0] for p in parts),
        scaled(min(rounding(total_text), finest), unit)[0],
    )
    slack = Decimal(0) if all("." not in p[1] for p in parts) and "." not in total_text else slack
    summed = sum((p[0] for p in parts), Decimal(0))
    if abs(summed - total) <= slack:
        return
    if any(p[0] == total for p in parts) or any(summed - p[0] == total for p in parts):
        return
    yield from _uneven(text, span, begin, plain, parts, summed, total)


def _uneven(
    text: str, span: tuple[int, int], begin: int, plain: str,
    parts: list[tuple[Decimal, str, str]], summed: Decimal, total: Decimal,
) -> Iterator[Hit]:  # fmt: skip
    gap = abs(summed - total) / total if total else Decimal(1)
    overlapping = bool(_OVERLAP.search(plain))
    if gap > Decimal("0.35") or (overlapping and summed < total and gap > Decimal("0.1")):
        return
    scale = scaled(Decimal(1), parts[0][2])[0]
    words = " + ".join(p[1] for p in parts)
    yield Hit(
        span[0], span[1], None,
        f"分项相加与总数不符：{words} = {shown(summed / scale, 4)}{parts[0][2]}，总数为{shown(total / scale, 4)}{parts[0][2]}。",
        Level.WARNING if overlapping or len(parts) > 6 else Level.ERROR,
    )  # fmt: skip


_FALL = rf"((?:下降|减少|降低|回落|缩减|下滑|负增长|缩小|压减)(?:了|约|为|达|到)?)[-－−—](?={NUMBER}[%％个万亿元])"

RULES = (
    Rule(
        "rate-over-hundred", 31, "比率超过100%，或各部分相加不为100%", Level.ERROR, _STATISTICS, both(_over, _not_whole),
        "合格率为102.5%。", "合格率为98.5%。",
    ),
    Rule(
        "negative-fall", 32, "“下降”之后又写负数", Level.ERROR, _STATISTICS + "：“下降”已含负号",
        pattern(_FALL, r"\1", "“下降”“减少”之后不再写负号。"),
        "同比下降-5%。", "同比下降5%。", safe=True,
    ),
    Rule(
        "percent-or-point", 33, "“百分点”与“%”混用", Level.WARNING, _STATISTICS + "：比率之差为百分点，数量之变为百分比",
        both(
            _points,
            pattern(rf"({NUMBER})[%％]个?百分点|({NUMBER})个百分比", lambda m: f"{m[1] or m[2]}个百分点", "应为“{1}”。", level=Level.ERROR),
        ),
        "合格率提高5%。", "合格率提高5个百分点。",
    ),
    Rule(
        "parts-and-total", 34, "分项之和与总数不符", Level.ERROR, _STATISTICS, _parts,
        "共50个，其中甲镇20个、乙镇31个。", "共50个，其中甲镇20个、乙镇30个。",
    ),
    Rule(
        "counted-list", 35, "说的项数与列出的项数不符", Level.WARNING, "前后一致", counted,
        "抓好三项工作：一是抓学习；二是抓整改。", "抓好两项工作：一是抓学习；二是抓整改。",
    ),
    Rule(
        "ordinal-sequence", 36, "“一是”“二是”跳号或重复", Level.ERROR, "前后一致", ordinals,
        "一是抓学习；三是抓整改。", "一是抓学习；二是抓整改。",
    ),
    Rule(
        "growth", 37, "增长或占比与给出的数字不符", Level.ERROR, _STATISTICS, both(growth, shares),
        "由100亿元增加到120亿元，增长15%。", "由100亿元增加到120亿元，增长20%。",
    ),
)  # fmt: skip
