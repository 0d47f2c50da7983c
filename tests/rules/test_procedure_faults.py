import pytest
from procedure_texts import SMALL

from bihuan.rules.errors import ProcedureInvalid
from bihuan.rules.procedure import Problem, ProcedureFaults, load
from bihuan.rules.procedure_types import Span


def faults(text):
    with pytest.raises(ProcedureFaults) as caught:
        load(text, "x.toml")
    return [(problem.line, problem.what + problem.hint) for problem in caught.value.problems]


def test_all_faults_are_told_at_once_with_file_and_line():
    text = (
        SMALL.replace('"小规程"', "3").replace("approval", "aproval") + 'extra = 1\n[quantity]\nunit = ""\n'
    )
    with pytest.raises(ProcedureInvalid) as caught:
        load(text, "我的规程.toml")
    assert caught.value.problems == (
        Problem(2, "name 应当是文字（用双引号括起来）。"),
        Problem(9, "缺少 flow.approval。"),
        Problem(10, "不认识的键 aproval。", "是否想写 approval？"),
        Problem(21, "不认识的键 extra。", "可以写：scheme、rules。"),
        Problem(23, "unit 不能为空。"),
    )
    assert (caught.value.source, caught.value.code) == ("我的规程.toml", "procedure-invalid")
    assert str(caught.value) == (
        "规程文件有 5 处错误：\n"
        "我的规程.toml 第 2 行：name 应当是文字（用双引号括起来）。\n"
        "我的规程.toml 第 9 行：缺少 flow.approval。\n"
        "我的规程.toml 第 10 行：不认识的键 aproval。是否想写 approval？\n"
        "我的规程.toml 第 21 行：不认识的键 extra。可以写：scheme、rules。\n"
        "我的规程.toml 第 23 行：unit 不能为空。"
    )


def test_an_empty_text_lacks_every_part_once():
    parts = ("code", "name", "version", "item_word", "number", "columns", "levels", "closing")
    tables = ("[flow] 表", "[deadlines] 表", "[colours] 表")
    assert sorted(faults("")) == sorted((1, f"缺少 {part}。") for part in (*parts, *tables))


HEAD = [
    ('"small"', '"Small"', 1, "code 只能用小写英文字母、数字和连字符，以字母开头，不超过 32 个。"),
    ('"小规程"', '" "', 2, "name 不能为空。"),
    ("version = 1", "version = 0", 3, "version 应当在 1 到 9999 之间，现在是 0。"),
    ("version = 1", "version = true", 3, "version 应当是整数（不加引号）。"),
    ("version = 1", "version = 1.0", 3, "version 应当是整数（不加引号）。"),
    ("version = 1", "verson = 1", 1, "缺少 version。"),
    ("version = 1", "verson = 1", 3, "不认识的键 verson。是否想写 version？"),
    ("approval = false", 'approval = "no"', 10, "approval 应当是 true 或 false（不加引号）。"),
]

PATTERNS = [
    "小{year}号",
    "小{no}号",
    "{year}{no}{no}",
    "{year}{no:03}",
    "{year}{no}{",
    "{year}{no}{code}",
    "}{year}{no}",
]


@pytest.mark.parametrize(("old", "new", "line", "what"), HEAD)
def test_a_faulty_head_is_refused(old, new, line, what):
    assert (line, what) in faults(SMALL.replace(old, new))


def test_a_needed_table_that_is_none_is_one_fault():
    text = SMALL.replace("[flow]\napproval = false\nacceptance = false\nplan = false\n", "")
    assert faults("flow = false\n" + text) == [(1, "flow 应当是表（[flow]）。")]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_number_pattern_needs_year_and_number_once_each_and_nothing_else(pattern):
    hint = "请照“问改〔{year}〕{no}号”的样子写，{year} 和 {no} 各出现一次。"
    assert faults(SMALL.replace("小〔{year}〕{no}号", pattern)) == [(5, f"编号样式“{pattern}”不能用。{hint}")]


@pytest.mark.parametrize("unit", ["workday", "day", "workhour", "hour", "month"])
@pytest.mark.parametrize("plural", ["", "s"])
def test_every_unit_of_a_span_is_read_in_both_numbers(unit, plural):
    text = SMALL.replace("acceptance = false", f'acceptance = true\naccept_limit = "12 {unit}{plural}"')
    assert load(text, "x").flow.accept_limit == Span(12, unit)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("5个工作日", '请写成 "5 workdays"。'),
        ("5工作日", '请写成 "5 workdays"。'),
        (" 30 天 ", '请写成 "30 days"。'),
        ("15日", '请写成 "15 days"。'),
        ("3个月", '请写成 "3 months"。'),
        ("24小时", '请写成 "24 hours"。'),
        ("8个工作小时", '请写成 "8 workhours"。'),
        *(
            (value, '请写数字、空格和单位，如 "5 workdays"、"30 days"、"3 months"、"24 hours"。')
            for value in (
                "",
                "5",
                "workdays",
                "0 days",
                "05 days",
                "-1 days",
                "99999 days",
                "5  days",
                "5 weeks",
                "1.5 days",
            )
        ),
    ],
)
def test_a_span_that_cannot_be_read_gets_a_hint(value, hint):
    text = SMALL.replace('"5 workdays"', f'"{value}"')
    assert faults(text) == [(16, f"immediate 的时长“{value}”看不懂。{hint}")]


def test_a_span_of_the_wrong_unit_is_refused_because_a_due_date_has_no_hour():
    text = SMALL.replace('"5 workdays"', '"5 workhours"')
    assert faults(text) == [(16, "immediate 不能按工作小时计。可以用：workdays、days、months。")]


def test_a_span_must_be_text():
    assert faults(SMALL.replace('"5 workdays"', "5")) == [(16, 'immediate 应当是时长，如 "5 workdays"。')]


NO_TYPE = "如果是附加列，请写明 type（text、date、number、choice）。"
EXTRA = "只能用小写英文字母、数字和下划线，以字母开头，不超过 32 个。"
COLUMNS = [
    ('{ field = "titel", label = "x" }', f"没有固有列 titel。是否想写 title？{NO_TYPE}"),
    ('{ field = "zzz", label = "x" }', f"没有固有列 zzz。{NO_TYPE}"),
    ('{ field = "zzz", label = "x", type = "txt" }', "type 不能写“txt”。是否想写 text？"),
    ('{ field = "地点", label = "x", type = "text" }', f"附加列的 field “地点”{EXTRA}"),
    ('{ field = "lead", label = "x", type = "text" }', "lead 是固有列，不能改变类型。"),
    ('{ field = "state", label = "x", required = true }', "state 由系统生成，不能要求填写。"),
    ('{ field = "title", label = "x" }', "列的 field “title”写了两次。"),
    ('{ field = "lead", label = "标题" }', "列的 label “标题”写了两次。"),
    ('{ field = "amount", label = "x" }', "列 amount 需要有 [quantity] 表。"),
    ('{ field = "zzz", label = "x", type = "choice" }', "缺少 columns.choices。"),
    ('{ field = "zzz", label = "x", type = "choice", choices = [] }', "choices 不能为空。"),
    ('{ field = "zzz", label = "x", type = "choice", choices = ["a", "a"] }', "choices 里“a”写了两次。"),
    ('{ field = "zzz", label = "x", type = "choice", choices = ["a", 1] }', "choices 的每一项都应当是不空的文字。"),
    ('{ field = "class", label = "x", choices = ["a", " "] }', "choices 的每一项都应当是不空的文字。"),
    ('{ field = "class", label = "x", choices = "a" }', "choices 应当是列表（方括号）。"),
    ('{ field = "lead", label = "x", choices = ["a"] }', 'choices 只用于 type = "choice" 的附加列和 class、source、channel 列。'),
    ('{ field = "class", label = "x", open = true }', "open 只在列出 choices 时才写。"),
    ('{ label = "x" }', "缺少 columns.field。"),
    ('{ field = "lead" }', "缺少 columns.label。"),
    ('{ field = "lead", label = "x", reqired = true }', "不认识的键 reqired。是否想写 required？"),
    ('"lead"', "columns 的每一项都应当是表（[[columns]]）。"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "what"), COLUMNS)
def test_a_faulty_column_is_refused(column, what):
    assert faults(SMALL.replace("required = true }]", f"required = true }}, {column}]")) == [(6, what)]


@pytest.mark.parametrize("new", ["[]", '[{ field = "title", label = "标题" }]'])
def test_the_title_must_be_a_required_column(new):
    text = SMALL.replace('[{ field = "title", label = "标题", required = true }]', new)
    assert faults(text) == [(6, '缺少必填的 title 列。请写 field = "title" 和 required = true。')]


FLOW = [
    ('accept_limit = "2 workdays"', "accept_limit 只在 acceptance = true 时才写。"),
    ('plan_limit = "2 workdays"', "plan_limit 只在 plan = true 时才写。"),
    ("returns = { times = 1 }", "缺少 flow.returns.limit。"),
    ("returns = { times = -1 }", "times 应当在 0 到 99 之间，现在是 -1。"),
    ("returns = 1", "returns 应当是表（[flow.returns]）。"),
    ("extensions = { times = 1 }", "缺少 flow.extensions.length。"),
    ('extensions = { times = 1, length = "4 hours" }', "length 不能按小时计。可以用：workdays、days、months。"),
    ('extensions = { approver = "handler" }', "approver 不能写“handler”。可以写：supervisor、lead。"),
    ('extensions = { time = 1 }', "不认识的键 time。是否想写 times？"),
    ("approvals = true", "不认识的键 approvals。是否想写 approval？"),
    (
        'returns = { times = 1, limit = "1 day", decide = "1 day" }',
        "不经批准就能退回，没有申请要批，decide 用不到。要批准才能退回的，请用 approver 写明由谁批准。",
    ),
    ('extensions = { times = 1, length = "1 day", notice = "4 hours" }', "notice 不能按小时计。可以用：workdays、days。"),
    ("transfers = { times = 100 }", "times 应当在 0 到 99 之间，现在是 100。"),
    ("transfers = { time = 1 }", "不认识的键 time。是否想写 times？"),
    ('transfers = { length = "1 day" }', "不认识的键 length。可以写：times、approver、decide。"),
    ('merges = { times = 1 }', "不认识的键 times。可以写：approver、decide。"),
    ('suspensions = { length = "3 hours" }', "length 不能按小时计。可以用：workdays、days、months。"),
    ('escalations = { respond = "两天" }', 'respond 的时长“两天”看不懂。请写数字、空格和单位，如 "5 workdays"、"30 days"、"3 months"、"24 hours"。'),
    ('escalations = { approver = "chair" }', "approver 不能写“chair”。可以写：supervisor、lead。"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "what"), FLOW)
def test_a_faulty_flow_is_refused(new, what):
    assert faults(SMALL.replace("plan = false", f"plan = false\n{new}")) == [(13, what)]


LEVELS = [
    ("[]", ["至少要有一级审核。"]),
    ("1", ["levels 应当是并列的表（[[levels]]）。", "至少要有一级审核。"]),
    ('[{ name = "a", role = "head", scope = "owner" }]', ["role 不能写“head”。是否想写 lead？"]),
    (
        '[{ name = "a", role = "lead", scope = "office" }]',
        ["scope 不能写“office”。可以写：owner、register。"],
    ),
    (
        '[{ name = "a", role = "supervisor", scope = "owner" }]',
        [
            '督办员属于督办单位，不能在责任单位一侧审核，这一级会无人可审。请写 scope = "register"，或换一个 role。'
        ],
    ),
    (
        '[{ name = "a", role = "lead", scope = "owner" }, { name = "a", role = "lead", scope = "register" }]',
        ["两级审核都叫“a”。"],
    ),
    (
        '[{ name = "a", role = "lead", scope = "owner", metting = true }]',
        ["不认识的键 metting。是否想写 meeting？"],
    ),
    (
        '[{ name = "a", role = "lead", scope = "owner", meeting = true }]',
        ['会审由督办单位召集，不能放在责任单位一侧。请写 scope = "register"。'],
    ),
    (
        '[{ name = "a", role = "checker", scope = "register", meeting = true }]',
        ["会审的一级由会议决定，checker 不能主持会议。可以写：lead、reviewer、supervisor。"],
    ),
    (
        '[{ name = "a", role = "leed", scope = "register", meeting = true }]',
        ["role 不能写“leed”。是否想写 lead？"],
    ),
]


@pytest.mark.parametrize(("new", "told"), LEVELS)
def test_a_faulty_level_is_refused(new, told):
    text = SMALL.replace('[{ name = "审核", role = "reviewer", scope = "register" }]', new)
    assert faults(text) == [(7, what) for what in told]


CLOSING = [
    ('{ kind = "measures" }', "销号条件 measures 写了两次。佐证和确认事项可以有多条，name 要不同。"),
    ('{ kind = "measure" }', "kind 不能写“measure”。是否想写 measures？"),
    ('{ kind = "target" }', "条件 target 需要有 [quantity] 表。"),
    ('{ kind = "progress", at = "close" }', "不认识的键 at。可以写：kind、reason。"),
    ('{ kind = "evidence", name = "a", reason = "b" }', "缺少 closing.basis。"),
    ('{ kind = "evidence", name = "a", basis = "c" }', "缺少 closing.reason。"),
    ('{ kind = "evidence", name = "a", reason = "b", basis = "c", of = ["x"] }', "of 里不能写“x”。是否想写 xx？"),
    ('{ kind = "evidence", name = "a", reason = "b", basis = "c", count = 0 }', "count 应当在 1 到 99 之间，现在是 0。"),
    ('{ kind = "statement", name = "a", reason = "b" }', "缺少 closing.at。"),
    ('{ kind = "statement", at = "later", name = "a", reason = "b" }', "at 不能写“later”。可以写：submit、close。"),
    ('{ kind = "statement", at = "close", reason = "b" }', "缺少 closing.name。"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "what"), CLOSING)
def test_a_faulty_closing_condition_is_refused(condition, what):
    text = 'evidence = ["xx"]\n' + SMALL.replace('"measures" }]', f'"measures" }}, {condition}]')
    assert faults(text) == [(9, what)]


@pytest.mark.parametrize("new", ["[]", '[{ kind = "progress" }]'])
def test_closing_without_measures_is_refused(new):
    what = '缺少 kind = "measures" 的条件。措施都完成或注明理由不再实施，是销号的底线。'
    assert faults(SMALL.replace('[{ kind = "measures" }]', new)) == [(8, what)]


def test_an_unknown_kind_of_evidence_is_told_where_none_is_listed():
    new = '"measures" }, { kind = "evidence", name = "a", reason = "b", basis = "c", of = ["x"] }]'
    assert load(SMALL.replace('"measures" }]', new), "x").closing[1].of == ("x",)
