"""Random ledgers in every layout, whose reading is known beforehand."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_maker import Case, Row, Step, cases, look, text, xls, xlsx

from bihuan.excel.preview import SheetPreview
from tests.support.depth import often

DAY = date(2024, 6, 30)

NUMBERINGS = {
    "dotted": lambda n: f"{n}.",
    "comma": lambda n: f"{n}、",
    "bracketed": lambda n: f"（{n}）",
    "half": lambda n: f"{n}）",
    "circled": lambda n: chr(0x245F + n),
    "one by one": lambda n: f"{'一二三四'[n - 1]}是",
    "chinese": lambda n: f"{'一二三四'[n - 1]}、",
    "chinese bracketed": lambda n: f"（{'一二三四'[n - 1]}）",
}
BETWEEN = ["\n", "；", "；\n", "。", "\n\n", " \n "]


def numbered(steps: list[Step], style: str, between: str) -> str:
    words = [step.words.rstrip("。") for step in steps]
    if len(words) == 1:
        return words[0]
    return between.join(f"{NUMBERINGS[style](n)}{word}" for n, word in enumerate(words, 1))


def distinct(items: list[Case]) -> list[Case]:
    """Titles must differ to be items of their own; an item's measures too."""
    return [
        Case(f"{item.title}（第{n}组）", item.class_, item.lead, item.helpers, item.steps)
        for n, item in enumerate(items, 1)
    ]


def words_of(sheet: SheetPreview) -> list[list[str]]:
    return [[measure.text.rstrip("。；") for measure in row.measures] for row in sheet.rows]


def expected_words(items: list[Case]) -> list[list[str]]:
    return [[step.words.rstrip("。") for step in item.steps] for item in items]


# --- A: one row an item ---

A_HEAD = "序号 问题表现 整改目标 整改措施 责任领导 责任单位 责任人 整改时限 进展情况 完成状态 是否销号 备注".split()


@settings(max_examples=often(30, 1000), deadline=None)
@given(
    st.lists(cases, min_size=1, max_size=6),
    st.sampled_from(sorted(NUMBERINGS)),
    st.sampled_from(BETWEEN),
    st.integers(0, 3),
    st.sampled_from(["、", "；", "\n", "，", ";", "/"]),
)
def test_layout_a_gives_each_row_as_an_item_with_its_steps(items, style, between, titles, mark):
    items = distinct(items)
    above: list[Row] = [
        ["某县2024年问题整改台账"],
        ["填报单位：县委办", None, "填报日期：2024年3月1日"],
        ["（内部资料）"],
    ][:titles]
    rows = [
        [n, i.title, "达到要求", numbered(i.steps, style, between), i.lead, mark.join([i.steps[0].owner, *helpers(i)]),
         "王 芳", i.steps[0].due[0], i.steps[0].progress, "正在整改", "否", None]
        for n, i in enumerate(items, 1)
    ]  # fmt: skip
    sheet = look(xlsx([*above, A_HEAD, *rows, ["合计", f"{len(items)}项"], ["备注：无"]])).sheets[0]
    assert [row.title for row in sheet.rows] == [i.title for i in items]
    assert words_of(sheet) == expected_words(items)
    assert [row.owner for row in sheet.rows] == [i.steps[0].owner for i in items]
    assert [row.helpers for row in sheet.rows] == [helpers(i) for i in items]
    assert [(row.due, row.ongoing) for row in sheet.rows] == [i.steps[0].due[1:] for i in items]
    assert [row.handler for row in sheet.rows] == ["王芳"] * len(items)
    assert {row.state for row in sheet.rows} == {"working"}


def helpers(item: Case) -> list[str]:
    return [name for name in item.helpers if name != item.steps[0].owner]


# --- B: two header rows, a problem over many measures ---

B_HEAD: list[Row] = [
    [
        "序号",
        "反馈问题",
        None,
        "整改措施",
        "整改责任",
        None,
        None,
        "整改时限",
        "整改情况",
        None,
        None,
        "销号",
        None,
        None,
    ],
    [
        None,
        "类别",
        "具体问题",
        None,
        "牵头领导",
        "牵头单位",
        "配合单位",
        None,
        "进展",
        "成效",
        "佐证",
        "申请",
        "审核",
        "日期",
    ],
]


def layout_b(items: list[Case], top: int) -> tuple[list[Row], list[tuple[int, int, int, int]]]:
    rows: list[Row] = list(B_HEAD)
    merges = [
        (top, 0, top + 1, 0),
        (top, 1, top, 2),
        (top, 3, top + 1, 3),
        (top, 4, top, 6),
        (top, 7, top + 1, 7),
    ]
    merges += [(top, 8, top, 10), (top, 11, top, 13)]
    for n, item in enumerate(items, 1):
        first = top + len(rows)
        last = first + len(item.steps) - 1
        for k, step in enumerate(item.steps):
            lead = [n, item.class_, item.title] if k == 0 else [None, None, None]
            rows.append(
                [*lead, f"{k + 1}.{step.words}", item.lead if k == 0 else None, step.owner, "、".join(item.helpers),
                 step.due[0], step.progress, None, None, None, None, None]
            )  # fmt: skip
        merges += [(first, c, last, c) for c in (0, 1, 2, 4) if last > first]
    return rows, merges


def check_b(sheet: SheetPreview, items: list[Case], *, merged: bool) -> None:
    # Without merges, progress beside the first measure alone may be that of the whole item.
    speaks_by_measure = merged or any(step.progress for item in items for step in item.steps[1:])
    assert [row.title for row in sheet.rows] == [i.title for i in items]
    assert [row.class_ for row in sheet.rows] == [i.class_ for i in items]
    assert [row.lead for row in sheet.rows] == [i.lead for i in items]
    assert words_of(sheet) == expected_words(items)
    assert [len(row.rows) for row in sheet.rows] == [len(i.steps) for i in items]
    for row, item in zip(sheet.rows, items, strict=True):
        if len(item.steps) > 1:
            assert [measure.owner for measure in row.measures] == [step.owner for step in item.steps]
            assert [(m.due, m.ongoing) for m in row.measures] == [step.due[1:] for step in item.steps]
            if speaks_by_measure:
                assert [m.progress or "" for m in row.measures] == [step.progress for step in item.steps]
        days = [step.due[1] for step in item.steps if step.due[1]]
        assert row.due == max(days, default=None)


def area(merge: tuple[int, int, int, int]) -> str:
    top, left, bottom, right = merge
    return f"{chr(65 + left)}{top}:{chr(65 + right)}{bottom}"


@settings(max_examples=often(30, 1000), deadline=None)
@given(st.lists(cases, min_size=1, max_size=6), st.booleans(), st.integers(0, 2))
def test_layout_b_gives_one_item_for_a_problem_over_many_rows(items, merged, titles):
    items = distinct(items)
    above: list[Row] = [["整改台账"], ["填报单位：县委办 2024年3月1日"]][:titles]
    rows, merges = layout_b(items, titles + 1)
    source = xlsx([*above, *rows], map(area, merges) if merged else ())
    check_b(look(source).sheets[0], items, merged=merged)


@settings(max_examples=often(15, 1000), deadline=None)
@given(st.lists(cases, min_size=1, max_size=5), st.sampled_from(["xls", "csv", "gb18030", "utf-16"]))
def test_layout_b_reads_the_same_from_other_formats(items, kind):
    items = distinct(items)
    for item in items:
        for step in item.steps:
            if not isinstance(step.due[0], str):
                step.due = ("2024年6月底前", DAY, False)
    rows, merges = layout_b(items, 1)
    source = {
        "xls": lambda: xls(rows, merges),
        "csv": lambda: text(rows, encoding="utf-8-sig"),
        "gb18030": lambda: text(rows, encoding="gb18030", delimiter="\t"),
        "utf-16": lambda: text(rows, encoding="utf-16", delimiter=";"),
    }[kind]()
    check_b(look(source).sheets[0], items, merged=kind == "xls")


# --- C: inspected tasks ---


@settings(max_examples=often(20, 1000), deadline=None)
@given(
    st.lists(cases, min_size=1, max_size=6),
    st.booleans(),
    st.lists(st.integers(0, 100), min_size=6, max_size=6),
)
def test_layout_c_reads_ids_sources_and_percentages(items, as_percent, shares):
    items = distinct(items)
    head = "事项编号 来源 事项内容 主办 协办 交办日期 办结时限 序时进度 最新反馈 亮灯".split()
    rows = [
        [f"DC-2024-{n:03}", "领导批示", i.title, i.steps[0].owner, "、".join(i.helpers), date(2024, 1, n), i.steps[0].due[0],
         shares[n - 1] / 100 if as_percent else f"{shares[n - 1]}%", i.steps[0].progress, "绿"]
        for n, i in enumerate(items, 1)
    ]  # fmt: skip
    formats = {f"H{n}": "0%" for n in range(3, 3 + len(items))} if as_percent else {}
    sheet = look(xlsx([["2024年督查事项台账"], head, *rows], formats=formats)).sheets[0]
    assert [row.number for row in sheet.rows] == [f"DC-2024-{n:03}" for n in range(1, len(items) + 1)]
    assert [row.percent for row in sheet.rows] == shares[: len(items)]
    assert [row.helpers for row in sheet.rows] == [helpers(i) for i in items]
    assert [(row.due, row.ongoing) for row in sheet.rows] == [i.steps[0].due[1:] for i in items]
    assert [row.extra["交办日期"] for row in sheet.rows] == [
        f"2024-01-{n:02}" for n in range(1, len(items) + 1)
    ]
    assert {(row.measures == [], row.extra["来源"]) for row in sheet.rows} == {(True, "领导批示")}


# --- D: three levels ---


@st.composite
def levels(draw: st.DrawFn) -> list[tuple[str, str, Case]]:
    """Items below two levels of problems."""
    found: list[tuple[str, str, Case]] = []
    for a in range(draw(st.integers(1, 3))):
        for b in range(draw(st.integers(1, 2))):
            for item in draw(st.lists(cases, min_size=1, max_size=3)):
                found.append((f"一级问题之{a}", f"二级问题之{a}{b}", item))  # noqa: PERF401
    named = distinct([item for _, _, item in found])
    return [(one, two, item) for (one, two, _), item in zip(found, named, strict=True)]


@settings(max_examples=often(30, 1000), deadline=None)
@given(levels(), st.booleans(), st.booleans())
def test_layout_d_takes_the_lowest_level_as_the_item_and_the_highest_as_its_class(found, merged, with_number):
    head = "序号 一级问题 二级问题 表现 整改措施 责任单位 完成时限 整改进展".split()
    top = 4
    rows: list[Row] = [["巡察整改一览表"], ["被巡察单位：县财政局", None, None, "2024年3月1日"], head]
    starts: list[tuple[int, str, str]] = []
    merges: list[str] = []
    for n, (one, two, item) in enumerate(found, 1):
        first = top + len(rows) - 3
        known = starts[-1] if starts else (0, "", "")
        starts.append((first, one, two))
        for k, step in enumerate(item.steps):
            name = [
                n if with_number else None,
                one if one != known[1] else None,
                two if two != known[2] else None,
                item.title,
            ]
            lead = name if k == 0 else [None] * 4
            rows.append([*lead, step.words, step.owner, step.due[0], step.progress])
        if len(item.steps) > 1:
            merges += [f"{c}{first}:{c}{first + len(item.steps) - 1}" for c in ("AD" if with_number else "D")]
    last = len(rows)
    for column, key in (("B", 1), ("C", 2)):
        begins = [s[0] for i, s in enumerate(starts) if i == 0 or s[key] != starts[i - 1][key]]
        ends = [b - 1 for b in begins[1:]] + [last]
        merges += [f"{column}{a}:{column}{b}" for a, b in zip(begins, ends, strict=True) if b > a]
    sheet = look(xlsx(rows, merges if merged else ())).sheets[0]
    assert [row.title for row in sheet.rows] == [item.title for _, _, item in found]
    assert [row.class_ for row in sheet.rows] == [one for one, _, _ in found]
    assert [row.extra["二级问题"] for row in sheet.rows] == [two for _, two, _ in found]
    assert words_of(sheet) == expected_words([item for _, _, item in found])
    assert [row.number for row in sheet.rows] == [
        str(n) if with_number else None for n in range(1, len(found) + 1)
    ]


# --- E: research put to use ---


@settings(max_examples=often(20, 1000), deadline=None)
@given(st.lists(st.lists(cases, min_size=1, max_size=3), min_size=1, max_size=3), st.booleans())
def test_layout_e_takes_each_finding_as_an_item_below_its_subject(subjects, merged):
    head = "课题 牵头领导 发现问题 对策建议 转化形式 责任单位 时限 成效 回访".split()
    rows: list[Row] = [["调研成果转化运用清单"], head]
    merges: list[str] = []
    flat = iter(distinct([item for group in subjects for item in group]))
    expected: list[tuple[str, Case]] = []
    for number, group in enumerate(subjects, 1):
        begin = len(rows) + 1
        for _ in group:
            item = next(flat)
            expected.append((f"课题{number}", item))
            first = len(rows) + 1
            for k, step in enumerate(item.steps):
                subject = [f"课题{number}", f"领导{number}"] if len(rows) + 1 == begin else [None, None]
                rows.append(
                    [
                        *subject,
                        item.title if k == 0 else None,
                        step.words,
                        "文件",
                        step.owner,
                        step.due[0],
                        None,
                        None,
                    ]
                )
            if len(item.steps) > 1:
                merges.append(f"C{first}:C{len(rows)}")
        if len(rows) > begin:
            merges += [f"A{begin}:A{len(rows)}", f"B{begin}:B{len(rows)}"]
    sheet = look(xlsx(rows, merges if merged else ())).sheets[0]
    assert [(row.extra["课题"], row.title) for row in sheet.rows] == [
        (name, item.title) for name, item in expected
    ]
    assert words_of(sheet) == expected_words([item for _, item in expected])
    assert [row.lead for row in sheet.rows] == [f"领导{name[2:]}" for name, _ in expected]
