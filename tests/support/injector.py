"""Puts one mistake of a given kind into a clean text: the measure for the proofreader, which it knows nothing of.

Each injector takes a random source and a text and returns the text with the mistake and the span where it lies, or None where
the text offers no place. Nothing here is taken from the checker: neither its patterns nor its lists.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Injected = tuple[str, int, int]
Injector = Callable[[random.Random, str], Injected | None]

INJECTORS: dict[int, list[Injector]] = {}
TENS = "一二三四五六七八九十"


def of(number: int) -> Callable[[Injector], Injector]:
    def put(function: Injector) -> Injector:
        INJECTORS.setdefault(number, []).append(function)
        return function

    return put


def swap(
    rng: random.Random, text: str, regex: str, make: Callable[[re.Match[str]], str | None]
) -> Injected | None:
    """Replace one match of ``regex`` by what ``make`` gives."""
    places = list(re.finditer(regex, text, re.MULTILINE))
    rng.shuffle(places)
    for match in places:
        made = make(match)
        if made is not None and made != match[0]:
            return (
                text[: match.start()] + made + text[match.end() :],
                match.start(),
                match.start() + max(len(made), 1),
            )
    return None


def sentence(rng: random.Random, text: str, made: str) -> Injected | None:
    """Put the sentence ``made`` between two sentences of a running paragraph."""
    places = [
        m.end()
        for m in re.finditer(r"(?<=[\u4e00-\u9fff])。(?=[\u4e00-\u9fff])", text)
        if not re.match(r"[一二三四五六七八九十]是", text[m.end() :])
        and "：" not in text[text.rfind("\n", 0, m.end()) + 1 : m.end()]
    ]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + made + text[at:], at, at + len(made)


def lines(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for line in text.split("\n"):
        found.append((at, line))
        at += len(line) + 1
    return found


def body_lines(text: str) -> list[tuple[int, str]]:
    return [(a, line) for a, line in lines(text) if len(line) > 40 and line.endswith("。")]


@of(1)
def heading_skips(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng, text, r"^[二三四五六七](?=、[^\n。]{2,30}$)",
        lambda m: TENS[TENS.index(m[0]) + 1] if TENS.index(m[0]) < 8 else None,
    )  # fmt: skip


@of(1)
def heading_repeats(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"^（([二三四五六])）(?=[^\n])", lambda m: f"（{TENS[TENS.index(m[1]) - 1]}）")


@of(2)
def level_skipped(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"(?<=\n)（一）(?=[^\n]*\n)",
        lambda m: "（1）" if re.search(r"^（二）", text[m.end() :], re.MULTILINE) else None,
    )


@of(3)
def comma_for_dot(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"^(\d)\.(?=[\u4e00-\u9fff])", lambda m: f"{m[1]}、")


@of(4)
def comma_after_bracket(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"^（[一二三四五六七八九十]+）(?=[\u4e00-\u9fff])", lambda m: m[0] + "、")


@of(5)
def ordinal_with_comma(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"(?<=[。；：\n])第[一二三四五]，", lambda m: m[0][:-1] + "、")


@of(5)
def ordinal_put_in(rng: random.Random, text: str) -> Injected | None:
    found = sentence(rng, text, "首先、要把责任压到岗位。")
    return found and (found[0], found[1], found[1] + 3)


@of(6)
def half_bracket(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"^（([一二三四五六七八九十]+)）",
        lambda m: rng.choice([f"（{m[1]})", f"({m[1]}）", f"({m[1]})"]),
    )


@of(7)
def stop_after_heading(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"^[一二三四五六七八九]、[^\n。，；：]{2,25}$(?=\n[^一二三四五六七八九十\n])",
        lambda m: m[0] + "。",
    )


@of(8)
def half_width(rng: random.Random, text: str) -> Injected | None:
    table = dict(zip("，；：？！", ",;:?!", strict=True))
    return swap(rng, text, r"(?<=[\u4e00-\u9fff])[，；：？！](?=[\u4e00-\u9fff])", lambda m: table[m[0]])


@of(8)
def half_brackets(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"(?<=[\u4e00-\u9fff])（([\u4e00-\u9fff]{3,20})）", lambda m: f"({m[1]})")


@of(9)
def wide_digits(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"(?<=[\u4e00-\u9fff])\d+(?=[个项家人万年月])",
        lambda m: "".join(chr(ord(c) + 0xFEE0) for c in m[0]),
    )


@of(10)
def blank(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng, text, r"(?<=[\u4e00-\u9fff]{8})(?=[\u4e00-\u9fff]{8})",
        lambda m: rng.choice([" ", "  ", "\u3000"]) if len(line_at(text, m.start())) > 30 else None,
    )  # fmt: skip


def line_at(text: str, at: int) -> str:
    return text[text.rfind("\n", 0, at) + 1 :].split("\n", maxsplit=1)[0]


@of(11)
def straight(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"“([^“”\n]{2,20})”", lambda m: f'"{m[1]}"')


@of(12)
def quote_lost(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"“[^“”\n]{2,20}”", lambda m: rng.choice([m[0][:-1], m[0][1:]]))


@of(12)
def quote_reversed(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng, text, r"“([^“”\n]{2,20})”", lambda m: rng.choice([f"”{m[1]}“", f"“{m[1]}“", f"”{m[1]}”"])
    )


@of(13)
def quote_in_quote(rng: random.Random, text: str) -> Injected | None:
    words = rng.choice(["马上就办", "一网通办", "店小二"])
    return sentence(rng, text, f"有的干部说：“我们要发扬“{words}”的作风。”")


@of(14)
def book_lost(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"《[^《》\n]{2,30}》", lambda m: rng.choice([m[0][:-1], m[0][1:]]))


@of(14)
def book_in_book(rng: random.Random, text: str) -> Injected | None:
    return sentence(rng, text, "会议传达学习了《关于修改《安全生产条例》的决定》。")


@of(15)
def between_quotes(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"”“|》《", lambda m: f"{m[0][0]}、{m[0][1]}")


@of(16)
def comma_before_deng(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng, text, r"(?<=、)([\u4e00-\u9fff]{2,6})等(?=[部方工问措项单领行地制])", lambda m: f"{m[1]}、等"
    )


@of(17)
def etc_twice(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng,
        text,
        rng.choice(
            [
                "督查内容包括会风、文风、学风等等……",
                "走访了企业、学校、医院……等等。",
                "检查了台账、档案、票据等……",
            ]
        ),
    )


@of(18)
def doubled(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"(?<=[\u4e00-\u9fff])[，。；](?=[\u4e00-\u9fff])",
        lambda m: (
            rng.choice([m[0] * 2, m[0] + "，"]) if m[0] != "，" else rng.choice(["，，", "，。", "、，"])
        ),
    )


@of(19)
def dots(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng,
        text,
        rng.choice(
            [
                "大家谈变化、谈困难、谈打算...",
                "大家谈变化、谈困难、谈打算。。。",
                "大家谈变化、谈困难、谈打算…",
            ]
        ),
    )


@of(20)
def wrong_bracket(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"〔(\d{4})〕(?=\d)",
        lambda m: rng.choice(["[{}]", "（{}）", "【{}】", "({})"]).format(m[1]),
    )


@of(21)
def padded_number(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng, text, r"(?<=〕)(\d+)(?=号)", lambda m: rng.choice([f"第{m[1]}", f"0{m[1]}", f"00{m[1]}"])
    )


@of(22)
def month_hyphen(rng: random.Random, text: str) -> Injected | None:
    found = swap(rng, text, r"(?<=\d)—(?=\d+月)", lambda m: "-")
    return found or sentence(rng, text, "1-6月，各项任务进展顺利。")


@of(23)
def range_hyphen(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng, text, rng.choice(["整改一般用3-5天完成。", "每村选派2-3名指导员。", "力争用3-5年时间补齐短板。"])
    )


@of(24)
def range_unit(rng: random.Random, text: str) -> Injected | None:
    low = rng.randint(2, 30)
    return sentence(
        rng, text, f"预计每年可节约资金{low}～{low + rng.randint(2, 9)}{rng.choice(['万元', '亿元'])}。"
    )


@of(25)
def range_percent(rng: random.Random, text: str) -> Injected | None:
    low = rng.randint(5, 40)
    return sentence(rng, text, f"办件时间平均缩短{low}{rng.choice('～—-')}{low + 10}%。")


@of(26)
def approximate(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng,
        text,
        rng.choice(
            [
                "到场群众有三、四十人。",
                "往返要跑五、六趟。",
                "这件事拖了七、八个月。",
                "最远的村民组有二、三十公里。",
                "每天都有两、三家企业来咨询。",
            ]
        ),
    )


@of(27)
def several(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng, text, rng.choice(["一上午走访了10几户群众。", "收集意见建议几10条。", "当场解决了20几个问题。"])
    )


@of(28)
def bad_date(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng,
        text,
        r"(\d{1,2})月(\d{1,2})日",
        lambda m: rng.choice(
            [f"{m[1]}月3{rng.randint(2, 9)}日", "2月30日", f"1{rng.randint(3, 9)}月{m[2]}日", "6月31日"]
        ),
    )


@of(28)
def short_year(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"20(\d\d)年(?=\d{1,2}月)", lambda m: f"{m[1]}年")


@of(29)
def zero_year(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng,
        text,
        rng.choice(
            [
                "这项制度自二零二四年起执行。",
                "二零一九年以来，全县持续推进改革。",
                "最早的一批项目建于二00八年。",
            ]
        ),
    )


@of(30)
def padded_date(rng: random.Random, text: str) -> Injected | None:
    found = swap(rng, text, r"(?<=年)([1-9])(?=月)", lambda m: f"0{m[1]}")
    return found or sentence(rng, text, "截至2026年03月底，任务过半。")


@of(31)
def rate_over(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng,
        text,
        rng.choice(["抽检合格率达到{}%。", "群众满意率为{}%。", "按时办结率{}%。"]).format(
            rng.choice(["100.6", "103", "118.2"])
        ),
    )


@of(31)
def shares_over(rng: random.Random, text: str) -> Injected | None:
    a, b = rng.randint(10, 40), rng.randint(20, 40)
    c = 100 - a - b + rng.choice([-4, -2, 3, 6])
    return sentence(rng, text, f"财政资金、信贷资金、社会资金占比分别为{a}%、{b}%、{c}%。")


@of(32)
def minus(rng: random.Random, text: str) -> Injected | None:
    return sentence(
        rng,
        text,
        f"同类投诉同比{rng.choice(['下降', '减少', '降低'])}-{rng.randint(2, 40)}.{rng.randint(1, 9)}%。",
    )


@of(33)
def points(rng: random.Random, text: str) -> Injected | None:
    n = rng.randint(2, 9)
    return sentence(
        rng,
        text,
        rng.choice(
            [
                f"按期办结率比上年提高{n}%。",
                f"抽检合格率同比上升{n}.3%。",
                f"服务业增加值占比提高了{n}%。",
                f"受理来信同比增长{n}个百分点。",
                f"上报信息同比减少{n}.5个百分点。",
            ]
        ),
    )


@of(34)
def parts(rng: random.Random, text: str) -> Injected | None:
    a, b, c = rng.randint(12, 60), rng.randint(12, 60), rng.randint(12, 60)
    off = rng.choice([-2, -1, 1, 2, 3])
    forms = [
        (f"全县共梳理问题{a + b}个，其中作风类{a}个、服务类{b + off}个。"),
        (f"本轮共检查单位{a + b + c}家，其中机关{a}家、企业{b}家、学校{c + off}家。"),
        (f"今年安排项目{a + b}个：续建项目{a}个，新建项目{b + off}个。"),
        (f"共收到建议{a + b + c + off}件，分别是城建类{a}件、农业类{b}件、教育类{c}件。"),
        (f"抽查村{a}个、社区{b}个，共{a + b + off}个。"),
    ]
    return sentence(rng, text, rng.choice(forms))


@of(35)
def count(rng: random.Random, text: str) -> Injected | None:
    wrong = {"二": "三", "两": "三", "三": "四", "四": "三", "五": "四", "六": "五"}
    found = swap(
        rng, text, r"([两三四五六])(?=(?:个方面|项工作|项措施|点要求|点意见|项任务)[^。\n]{0,6}：(?:一是|\n))", lambda m: wrong[m[1]]
    )  # fmt: skip
    return found or sentence(rng, text, "重点抓好四项工作：一是摸清底数；二是建立清单；三是挂账督办。")


@of(36)
def spoken_skip(rng: random.Random, text: str) -> Injected | None:
    found = swap(
        rng,
        text,
        r"(?<=[。；])([二三四])是",
        lambda m: (
            f"{TENS[TENS.index(m[1]) + 1]}是"
            if f"{TENS[TENS.index(m[1]) + 1]}是" not in line_at(text, m.start())
            else None
        ),
    )
    return found or swap(rng, text, r"(?<=[。；])([三四五])是", lambda m: f"{TENS[TENS.index(m[1]) - 1]}是")


@of(37)
def growth(rng: random.Random, text: str) -> Injected | None:
    a = rng.randint(20, 400)
    rise = rng.choice([5, 10, 20, 25, 40, 50])
    b = a * (100 + rise)
    new = f"{b / 100:.2f}".rstrip("0").rstrip(".")
    off = rise + rng.choice([-4, -3, 3, 5, 7])
    forms = [
        f"年产值由{a}亿元增加到{new}亿元，增长{off}%。",
        f"受益人数从{a}万人提高到{new}万人，增长了{off}%。",
        f"办理量达到{new}万件，比上年的{a}万件增长{off}%。",
        f"经营主体由{a}户增加到{a + rise}户，增加{rise + 3}户。",
    ]
    return sentence(rng, text, rng.choice(forms))


@of(38)
def placeholder(rng: random.Random, text: str) -> Injected | None:
    made = rng.choice(["××", "XX", "xx", "***", "【待补充】", "【待核实】", "X" * 3])
    return swap(rng, text, r"(?<=[\u4e00-\u9fff])\d+(?=[个项家人件])", lambda m: made)


@of(39)
def short_name(rng: random.Random, text: str) -> Injected | None:
    table = {
        "发展和改革委员会": "发改委", "人力资源和社会保障局": "人社局", "住房和城乡建设局": "住建局", "卫生健康委员会": "卫健委",
        "市场监督管理局": "市场监管局", "工业和信息化局": "工信局", "文化和旅游局": "文旅局",
    }  # fmt: skip
    for name in rng.sample(sorted(table), len(table)):
        if text.count(name) >= 2:
            return swap(rng, text, name, lambda m, n=name: table[n])
    name = rng.choice(sorted(table))
    both = f"此项工作由县{name}牵头，进展情况报县{table[name]}汇总。"
    return sentence(rng, text, both)


@of(40)
def other_name(rng: random.Random, text: str) -> Injected | None:
    forms = [
        "县长赵立诚到现场调研。调研中，县长赵立成强调，要守住底线。",
        "县委书记周明远主持会议。会上，县委副书记周明远作了部署。",
        "副县长陈宏达带队检查，随后，副县长陈红达听取了汇报。",
        "局长孙志刚参加座谈。座谈会上，副局长孙志刚作了发言。",
    ]
    return sentence(rng, text, rng.choice(forms))


@of(41)
def twice(rng: random.Random, text: str) -> Injected | None:
    def made(m: re.Match[str]) -> str | None:
        return m[0] * 2 if m[0] not in "人天年月日一" else None

    return swap(rng, text, r"(?<=[\u4e00-\u9fff])([\u4e00-\u9fff])(?=[\u4e00-\u9fff])", made)


@of(42)
def again(rng: random.Random, text: str) -> Injected | None:
    found = list(re.finditer(r"(?<=。)[\u4e00-\u9fff，、]{20,60}。", text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.end()] + match[0] + text[match.end() :], match.end(), match.end() + len(match[0])


@of(42)
def paragraph_again(rng: random.Random, text: str) -> Injected | None:
    at, line = rng.choice(body_lines(text))
    rest = [a for a, _ in body_lines(text) if a > at]
    place = rng.choice(rest) if rest else at
    return text[:place] + line + "\n" + text[place:], place, place + len(line)


@of(43)
def no_end(rng: random.Random, text: str) -> Injected | None:
    at, line = rng.choice(body_lines(text))
    end = at + len(line)
    mark = rng.choice(["", "", "，"])
    return text[: end - 1] + mark + text[end:], end - 2, end


@of(44)
def stop_in_list(rng: random.Random, text: str) -> Injected | None:
    def made(m: re.Match[str]) -> str | None:
        line = line_at(text, m.start())
        return "。" if line.count("；") >= 2 and len(re.findall("[一二三四五六]是", line)) >= 3 else None

    found = swap(rng, text, r"；(?=[二三四五六]是)", made)
    return found or sentence(rng, text, "一是定目标；二是定人员。三是定时限；四是定奖惩。")


@of(45)
def other_unit(rng: random.Random, text: str) -> Injected | None:
    n = rng.randint(12, 90)
    return sentence(
        rng,
        text,
        rng.choice(
            [f"安排经费{n}万元，另筹集社会捐款{n}5000元。", f"流转土地{n}00亩，其中连片流转{n}公顷。"]
        ),
    )


@of(46)
def annex_lost(rng: random.Random, text: str) -> Injected | None:
    found = swap(rng, text, r"(?<=附件)[12](?=）)", lambda m: "5")
    if found:
        return found
    return swap(rng, text, r"^附件2\n(?:.+\n?)+", lambda m: "")


@of(47)
def annex_unsaid(rng: random.Random, text: str) -> Injected | None:
    listing = re.search(r"^附件：", text, re.MULTILINE)
    if not listing:
        return None
    head = re.sub(r"（见附件\d?）|（附件\d?）|，详见附件\d?|见附件\d?", "", text[: listing.start()])
    at = len(head)
    return (head + text[listing.start() :], at, at + 10) if "附件" not in head else None


@of(48)
def caption(rng: random.Random, text: str) -> Injected | None:
    return swap(rng, text, r"^([表图])([2-4])(?= )", lambda m: f"{m[1]}{int(m[2]) + rng.choice([1, 2, -1])}")


@of(49)
def colon(rng: random.Random, text: str) -> Injected | None:
    def made(m: re.Match[str]) -> str | None:
        return rng.choice([m[1], m[1] + "，", m[1] + ":"])

    first = "\n".join(text.split("\n")[:5])
    found = swap(rng, first, r"^((?:各|[\u4e00-\u9fff]{2}[县市])[^\n。：]{6,60})：$", made)
    return found and (found[0] + text[len(first) :], found[1], found[2])


@of(50)
def signer(rng: random.Random, text: str) -> Injected | None:
    return swap(
        rng, text, r"^[^\n]{2,6}县人民政府(?:办公室)?$(?=\n20\d\d年)",
        lambda m: m[0][:3] + rng.choice(["财政局", "教育局", "农业农村局"]) if re.match("[^\n]*政[^\n]*〔", text) else None,
    )  # fmt: skip
