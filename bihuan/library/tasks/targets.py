"""The figure that a task has to reach: 完成投资50亿元, 新建改造1300户, 增长6%以上."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bihuan.rules.chinese_numbers import to_int

_UNITS = (
    "亿美元|万美元|亿元|万元|千元|元|个百分点|百分点|%|％|万平方公里|平方公里|万平方米|平方米|万立方米|立方米|万公里|公里|千米|米|万亩|亩|公顷|万吨|吨|公斤|斤|亿千瓦时|万千瓦时|千瓦时|万千瓦|千瓦|兆瓦"
    "|亿人次|万人次|人次|万人|人|万户|户|万家|家|万件|件|万套|套|万个|个(?!方面|月|工作日|季度|小时|星期|自然日|必须|坚持|环节|层面|维护|意识)|项|座|处|所|张|间|台|辆|条|次|场|期(?!间)|名|位|对|株|棵|头|只|批|本|支|册|门|门类|床|床位|艘|架|部|篇|份|块|眼|口|幢|栋|班|宗|起|例|村|平方|立方|杆|盏|根|组|节|课时|学时|天|小时|分钟|倍|GW|MW"
)
_FIGURE = re.compile(
    rf"(?P<number>(?<![\d.])\d{{1,12}}(?:,\d{{3}})*(?:\.\d+)?|[一二两三四五六七八九十百千万零〇]{{1,9}})\s*(?P<more>多|余)?\s*(?P<unit>{_UNITS})(?P<tail>以上|以内|以下|左右|及以上)?"
)
_PERCENT = re.compile(
    r"百分之(?P<number>\d{1,3}(?:\.\d+)?|[一二两三四五六七八九十百点零〇]{1,9})(?P<tail>以上|以内|以下|左右)?"
)
_VERB = re.compile(
    r"(?:完成|实施|新建|改造|改建|扩建|新增|建成|建设|增长|达到|达|实现|引进|培育|不低于|不少于|不超过|超过|突破|控制在|降至|降低|下降|提高到?|提升到?|争取|到位|新开工|开工|落地|培训|发放|帮扶|安置|整治|治理|修复|植树|造林|种植|推广|创建|打造|选派|招聘|转移|减少|压减|压缩到?|下降到|清理|排查|办理|开展|举办|组织|投入|总投资|签约|谋划|储备|盘活|消化|化解|保持在|稳定在|确保|力争|高于|低于|新发展|发展|覆盖|建立|设立|配备|购置|打通|拓宽|疏浚|加固|绿化|亮化|建档|安装|铺设|更换|拆除|收购|认定|申报|新设|全覆盖)[^，。；\d]{0,18}$"
)
#: 把老旧管道38公里全部更换到位, 对286家餐饮场所逐一排查: the verb stands behind the figure.
_ALL = re.compile(r"[^。；，、]{0,24}?(?:全部|全面|逐一|逐个|逐户|逐家|逐项|一律|整体)[^。；]{2,}")
_DURATION = re.compile(r"\s*(?:之?内|以内|前|后)")


@dataclass(frozen=True, slots=True)
class Target:
    """A figure: as written, its number in digits, its unit."""

    text: str
    value: str
    unit: str


def target_of(text: str) -> Target | None:
    """Return the first figure that a verb of the sentence aims at, else one of which all are meant; None where there is none."""
    found = [(m.start(), target) for m in _FIGURE.finditer(text) if (target := _figure(m, text))]
    found += [(m.start(), target) for m in _PERCENT.finditer(text) if (target := _percent(m))]
    found.sort(key=lambda pair: pair[0])
    aimed = [target for place, target in found if _VERB.search(text[:place])]
    whole = [target for place, target in found if _ALL.match(text, place + len(target.text))]
    return next(iter([*aimed, *whole]), None)


def _figure(match: re.Match[str], text: str) -> Target | None:
    number, unit = match["number"], match["unit"].replace("％", "%")
    if unit in {"天", "小时", "分钟", "人次", "次", "期"} and _DURATION.match(text, match.end()):
        return None
    if number.replace(",", "").replace(".", "").isdigit():
        return Target(match[0].strip(), number.replace(",", ""), unit)
    value = to_int(number)
    if (
        value is None
        or number in {"一", "十", "百", "千", "万"}
        or (len(number) == 1 and unit in {"项", "条", "次", "个", "期"})
    ):
        return None  # 一个平台, 一条心, 两项, 二期 are seldom aims
    return Target(match[0].strip(), str(value), unit)


def _percent(match: re.Match[str]) -> Target | None:
    whole, _, rest = match["number"].partition("点")
    head = whole if whole.replace(".", "").isdigit() else to_int(whole)
    if head is None or head == "":
        return None
    digits = "".join(str(to_int(char)) for char in rest)
    return Target(match[0], f"{head}.{digits}" if digits else str(head), "%")
