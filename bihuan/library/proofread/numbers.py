"""Checks 20 to 30: document numbers, ranges, approximate numbers, dates."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule, both, pattern
from bihuan.library.proofread.text import CJK, Text
from bihuan.rules.chinese_numbers import to_int

_GB_NUMBERS = "GB/T 15835—2011《出版物上数字用法》"
_GB_LAYOUT = "GB/T 9704—2012《党政机关公文格式》"
_N = r"\d+(?:\.\d+)?"
_DASH = r"－–﹣\-"
_MEASURES = (
    "年|个|人|天|家|名|次|倍|岁|米|公里|千米|平方米|平方公里|公顷|亩|吨|千克|公斤|克|小时|分钟|秒|周|户|项|件|条|处|"
    "座|辆|台|套|批|期|层|级|度|分|元|日内|天内|工作日|里|℃|°|升|株|头|只|篇|册|场|村|点"
)

_BRACKETED = rf"[\[【(（［﹝〈<｛{{{{](?<=[{CJK}].)((?:19|20)\d\d)[\]】)）］﹞〉>｝}}}}](?=第?\d+号)"

_MONTHS = re.compile(
    rf"\d(?<![\d{_DASH}.]\d)(?:\d{{3}}年)?\d{{0,2}}月?([{_DASH}])\d{{1,2}}月(?!\d*[{_DASH}])"
)
_DAYS = re.compile(rf"\d(?<=月\d)\d?日?([{_DASH}])(?:\d{{1,2}}月)?\d{{1,2}}日")
_YEARS = re.compile(rf"[12](?<![\d{_DASH}].)[09]\d\d年?([{_DASH}])(?:19|20)\d\d年")
_HOURS = re.compile(
    rf"(?:[:：]\d\d|(?<![\d月日])周[一二三四五六日]|星期[一二三四五六日])([{_DASH}])(?:\d{{1,2}}[:：]\d\d|周[一二三四五六日]|星期[一二三四五六日])"
)
_RANGE = re.compile(
    rf"\d(?<![\d{_DASH}./A-Za-z〔]\d)(?!\d{{3}}[{_DASH}](?:19|20)\d\d年)\d*(?:\.\d+)?([{_DASH}]){_N}(?=(?:{_MEASURES}|万|亿|千|百))"
)
_BIG = re.compile(rf"(\d(?<![\d.]\d)\d*(?:\.\d+)?)([～~—－至-])({_N})(万|亿|千万|百万|万亿)(?![～~—])")
_PERCENTS = re.compile(rf"\d[%％]([{_DASH}])\d+(?:\.\d+)?[%％]")
_PERCENT = re.compile(rf"(\d(?<![\d.%]\d)\d*(?:\.\d+)?)([～~—－到至-])({_N})([%％‰])")

_NEXT = "一、二|二、三|三、四|四、五|五、六|六、七|七、八|八、九|两、三"
_APPROXIMATE = re.compile(
    rf"[十一二三四五六七八两](?<![第、一二三四五六七八九（(“\n].)(?:(?<=十)[一-九])?、[二三四五六七八九](?<=(?:{_NEXT}))(?=[百千万亿]|十(?![个项条]?、)|(?:个|天|名|人|岁|倍|家|户|里|公里|元|斤|吨|米|小时|分钟|遍|趟)(?![、级]))"
    r"|两、三(?=[年次名件项条月周])|一、两(?=[个年次名件项条月周天家户])|三、五(?=[年个天名]内?(?![、级]))"
)
_APPROXIMATE_DIGITS = re.compile(
    r"[1-9](?<![\d、.第].)(?:、[2-9]|[1-8]、1?[2-9])(?=(?:十|百)?(?:个人|岁|遍|趟)(?!、))"
)
_SEVERAL = re.compile(
    r"几\d+|\d+几|数(?=[1-9]0+(?:多|余)?(?:人|个|名|家|户|次|年|天|万|件|项))(?<![次人户总件个项指岁系参]数)"
)

_SHORT_YEAR = re.compile(
    r"(\d(?<![\d.·\-—～~]\d)\d)年(?=\d{1,2}月|全[县市区省国年乡镇]|底|年?初|上半年|下半年|度(?!假)|第[一二三四]季度)"
)
_SINCE_YEAR = re.compile(r"自([12]\d)年(?=以来|起)")
_FULL_DATE = re.compile(r"(\d(?<!\d\d)\d{3})年(\d{1,3})月(?:(\d{1,3})日)?")
_MONTH_DAY = re.compile(r"(\d(?<![\d年]\d)\d?)月(\d{1,2})日")
_ISO = re.compile(r"([12](?<![\d\-/.].)[09]\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d\-/.])")
_CHINESE_DATE = re.compile(
    r"([一二][一二三四五六七八九〇零○0]{3})年([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,4})日)?"
)
_CLOCK = re.compile(r"(\d(?<![\d:：]\d)\d?)(?:时|点)(?:(\d{1,2})分)?(?![\d之以])")
_COLON_CLOCK = re.compile(r"(?:上午|下午|晚上|凌晨|中午|日)(\d{1,2})[:：](\d{2})(?!\d)")

_YEAR_ZERO = re.compile(
    r"[一二](?<![一二三四五六七八九十百千万零〇].)[一二三四五六七八九零〇○◯0OoО]{3}(?=年)"
)
_ZEROS = str.maketrans(dict.fromkeys("零○◯0OoО", "〇"))
_PADDED = re.compile(r"0(?:(?<=年0)(?=[1-9]月)|(?<=月0)(?=[1-9]日))")


def _year_zero(text: Text) -> Iterator[Hit]:
    for match in _YEAR_ZERO.finditer(text.text):
        right = match[0].translate(_ZEROS)
        if right != match[0]:
            yield Hit(match.start(), match.end(), right, f"汉字年份里的“零”写作“〇”，应为“{right}年”。")


def _days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1] if 1 <= month <= 12 and 1 <= year <= 9999 else 0


def _dates(text: Text) -> Iterator[Hit]:
    for match in _FULL_DATE.finditer(text.text):
        yield from _impossible(match, int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    for match in _MONTH_DAY.finditer(text.text):
        yield from _impossible(match, 2024, int(match[1]), int(match[2]))
    for match in _ISO.finditer(text.text):
        yield from _impossible(match, int(match[1]), int(match[3]), int(match[4]))
    for match in _CHINESE_DATE.finditer(text.text):
        values = [to_int(v.translate(_ZEROS)) if v else None for v in match.groups()]
        if values[0] and values[1]:
            yield from _impossible(match, values[0], values[1], values[2])


def _impossible(match: re.Match[str], year: int, month: int, day: int | None) -> Iterator[Hit]:
    if not 1 <= month <= 12:
        yield Hit(match.start(), match.end(), None, f"没有{month}月，请核对日期。")
    elif day is not None and not 1 <= day <= _days_in(year, month):
        leap = "（不是闰年）" if month == 2 and day == 29 else ""
        yield Hit(match.start(), match.end(), None, f"{month}月没有{day}日{leap}，请核对日期。")


def _clocks(text: Text) -> Iterator[Hit]:
    for regex in (_CLOCK, _COLON_CLOCK):
        for match in regex.finditer(text.text):
            minute = int(match[2]) if match[2] else 0
            if (int(match[1]) > 24 and match[2]) or minute > 59:
                yield Hit(match.start(), match.end(), None, "没有这个时刻，请核对。")


def _big(match: re.Match[str]) -> str | None:
    return f"{match[1]}{match[4]}{match[2]}{match[3]}{match[4]}"


def _approximate(match: re.Match[str]) -> str:
    return match[0].replace("、", "")


def _several(match: re.Match[str]) -> str | None:
    found = match[0]
    return {"10几": "十几", "几10": "几十", "几100": "几百", "几1000": "几千"}.get(found)


def _short_year(match: re.Match[str]) -> str:
    year = int(match[1])
    return f"{1900 + year if year > 60 else 2000 + year}年"


RULES = (
    Rule(
        "document-number-bracket", 20, "发文字号的年份没有用六角括号", Level.ERROR, _GB_LAYOUT + " 7.2.5：年份用六角括号“〔〕”括入",
        both(
            pattern(_BRACKETED, r"〔\1〕", "发文字号的年份用六角括号，应为“{1}”。"),
            pattern(r"^[\[【(（［]((?:19|20)\d\d)[\]】)）］](?=第?\d+号$)", r"〔\1〕", "发文字号的年份用六角括号，应为“{1}”。"),
            pattern(r"[\[【(（［]((?:19|20)\d\d)〕(?=第?\d+号)|〔((?:19|20)\d\d)[\]】)）］](?=第?\d+号)",
                    lambda m: f"〔{m[1] or m[2]}〕", "发文字号的年份用六角括号，应为“{1}”。"),
        ),
        "江政发[2026]1号", "江政发〔2026〕1号", safe=True, form=True, statute=Level.HINT,
    ),
    Rule(
        "document-number-zero", 21, "发文字号编虚位或加“第”", Level.ERROR, _GB_LAYOUT + " 7.2.5：序号不编虚位，不加“第”字",
        pattern(r"[第0](?<=[〕\]】)）］].)0*(?=[1-9]\d*号)", "", "发文字号的序号不编虚位，也不加“第”。"),
        "江政发〔2026〕第01号", "江政发〔2026〕1号", safe=True, statute=Level.HINT,
    ),
    Rule(
        "date-range-dash", 22, "起止时间用了短横线", Level.WARNING, "GB/T 15834—2011 4.13：时间起止用一字线“—”",
        both(*(pattern(regex, "—", "起止时间之间用一字线“—”。", 1) for regex in (_MONTHS, _DAYS, _YEARS, _HOURS))),
        "1-9月，全县新增42家。", "1—9月，全县新增42家。", safe=True, form=True,
    ),
    Rule(
        "number-range-dash", 23, "数值范围用了短横线", Level.WARNING, "GB/T 15834—2011 4.13：数值范围用浪纹线“～”",
        both(
            pattern(_RANGE, "～", "数值范围之间用浪纹线“～”。", 1),
            pattern(_PERCENTS, "～", "数值范围之间用浪纹线“～”。", 1),
        ),
        "工期3-5年。", "工期3～5年。", safe=True, form=True,
    ),
    Rule(
        "range-without-unit", 24, "数值范围前一个数缺“万”“亿”", Level.WARNING, _GB_NUMBERS + "：前后两个数都带“万”“亿”",
        pattern(_BIG, _big, "前一个数也要带单位，应为“{1}”。"),
        "投资9～16亿元。", "投资9亿～16亿元。",
    ),
    Rule(
        "range-without-percent", 25, "百分数范围前一个数缺百分号", Level.WARNING, _GB_NUMBERS + "：前后两个数都带百分号",
        pattern(_PERCENT, lambda m: f"{m[1]}{m[4]}{m[2]}{m[3]}{m[4]}", "前一个数也要带百分号，应为“{1}”。"),
        "占15～30%。", "占15%～30%。", safe=True,
    ),
    Rule(
        "comma-in-approximate", 26, "概数中间用了顿号", Level.ERROR, _GB_NUMBERS + "：相邻两数连用表示概数，中间不用顿号",
        both(
            pattern(_APPROXIMATE, _approximate, "概数中间不用顿号，应为“{1}”。"),
            pattern(_APPROXIMATE_DIGITS, None, "概数用汉字，中间不用顿号，如“三四岁”“十五六个人”。"),
        ),
        "来了三、四十人。", "来了三四十人。", safe=True, statute=Level.WARNING,
    ),
    Rule(
        "several-with-digits", 27, "“几”与阿拉伯数字连用", Level.ERROR, _GB_NUMBERS + "：含“几”的概数用汉字",
        pattern(_SEVERAL, _several, "“几”“数”不与阿拉伯数字连用，请改用汉字，如“十几”“几十”。"),
        "走访10几户。", "走访十几户。",
    ),
    Rule(
        "date", 28, "年份只写两位，或日期不存在", Level.ERROR, _GB_NUMBERS + "：年份写全四位；日历",
        both(
            pattern(_SHORT_YEAR, _short_year, "年份要写全四位，是否为“{1}”？", level=Level.WARNING),
            pattern(_SINCE_YEAR, lambda m: f"20{m[1]}", "年份要写全四位，是否为“{1}年”？", 1, level=Level.WARNING),
            _dates,
            _clocks,
        ),
        "2026年2月29日召开会议。", "2026年2月28日召开会议。",
    ),
    Rule(
        "chinese-year-zero", 29, "汉字年份里的“零”应为“〇”", Level.WARNING, _GB_NUMBERS + "：年份中的“0”写作“〇”", _year_zero,
        "二零二六年三月", "二〇二六年三月", safe=True, form=True, statute=Level.HINT,
    ),
    Rule(
        "padded-date", 30, "日期编虚位", Level.ERROR, _GB_LAYOUT + " 7.3.5.4：月、日不编虚位",
        pattern(_PADDED, "", "月、日不编虚位，去掉“0”。"),
        "2026年01月05日", "2026年1月5日", safe=True,
    ),
)  # fmt: skip
