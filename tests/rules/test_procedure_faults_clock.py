import pytest
from procedure_texts import SMALL

from bihuan.rules.procedure import ProcedureFaults, load
from bihuan.rules.procedure_types import SCHEMES


def faults(text):
    with pytest.raises(ProcedureFaults) as caught:
        load(text, "x.toml")
    return [(problem.line, problem.what + problem.hint) for problem in caught.value.problems]


DEADLINES = [
    ('[{ class = "甲", limit = "1 day" }]', ["清单没有 class 列，不能按它定时限。"]),
    ('[{ urgency = "缓", limit = "1 day" }]', ["urgency 列没有“缓”。可以写：急、特急。"]),
    ('[{ urgency = "急", limit = "1 hour" }]', ["limit 不能按小时计。可以用：workdays、days、months。"]),
    ('[{ urgency = "急" }]', ["缺少 deadlines.defaults.limit。"]),
    ('[{ urgency = "急", limit = "1 day", x = 1 }]', ["不认识的键 x。可以写：class、urgency、limit。"]),
    (
        '[{ limit = "1 day" }, { urgency = "急", limit = "1 day" }]',
        ["这一条默认时限永远用不到，前面已有条件相同或更宽的一条。请把条件窄的写在前面。"],
    ),
]


@pytest.mark.parametrize(("new", "told"), DEADLINES)
def test_a_faulty_default_limit_is_refused(new, told):
    urgency = '{ field = "urgency", label = "y", type = "choice", choices = ["急", "特急"] }'
    text = SMALL.replace("required = true }]", f"required = true }}, {urgency}]")
    text = text.replace('cycle = "month"', f'cycle = "month"\ndefaults = {new}')
    assert faults(text) == [(18, what) for what in told]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('"month"', '"monthly"', 17, "cycle 不能写“monthly”。是否想写 month？"),
        ("roll = true", "rol = true", 13, "缺少 deadlines.roll。"),
        ("roll = true", "rol = true", 15, "不认识的键 rol。是否想写 roll？"),
        ('"green-yellow-red"', '"rainbow"', 19, f"scheme 不能写“rainbow”。可以写：{'、'.join(SCHEMES)}。"),
        ('rules = [{ kind = "overdue" }]', "", 18, "缺少 colours.rules。"),
        ('rules = [{ kind = "overdue" }]', "colour = 1", 20, "不认识的键 colour。可以写：scheme、rules。"),
    ],
)  # fmt: skip
def test_a_faulty_deadline_or_colour_table_is_refused(old, new, line, what):
    assert (line, what) in faults(SMALL.replace(old, new))


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("", ""),
        (
            ', { field = "urgency", label = "y", type = "choice", choices = ["急", "特急"] }',
            "可以写：急、特急。",
        ),
    ],
)
def test_an_urgency_that_no_item_can_have_is_refused(column, told):
    text = (
        SMALL.replace("required = true }]", f"required = true }}{column}]") + '[messages]\nurgent = ["缓"]\n'
    )
    assert faults(text) == [(22, "清单的 urgency 列没有这样的紧急程度。" + told)]


RULES = [
    ('{ kind = "nearly" }', "kind 不能写“nearly”。是否想写 near？"),
    ('{ kind = "near" }', "缺少 colours.rules.within。"),
    ('{ kind = "near", within = "1 month" }', "within 不能按月计。可以用：workdays、days、hours。"),
    ('{ kind = "near", within = "1 day", share = 101 }', "share 应当在 1 到 100 之间，现在是 101。"),
    ('{ kind = "near", within = "1 day", after = "1 d" }', "不认识的键 after。可以写：kind、name、colour、reason、within、share。"),
    ('{ kind = "near", within = "1 day", colour = "green" }', "colour 不能写“green”。可以写：yellow、red。"),
    ('{ kind = "near", within = "1 day", colour = "blue" }', "colour 不能写“blue”。可以写：yellow、red。"),
    ('{ kind = "near", within = "1 day", name = "超期" }', "两条规则都叫“超期”。请用 name 区分。"),
    ('{ kind = "behind" }', "缺少 colours.rules.points。"),
    ('{ kind = "behind", points = 100 }', "points 应当在 1 到 99 之间，现在是 100。"),
    ('{ kind = "stale" }', "缺少 colours.rules.after。"),
    ('{ kind = "milestone" }', "规则 milestone 需要 [quantity] 表写明 milestones = true。"),
    ('{ kind = "check-in" }, { kind = "check-in" }', "规则 check-in 写了两次，灯色也相同。"),
    ('{ kind = "check-in" }, { kind = "check-in", colour = "red" }', "两条规则都叫“未按期反馈”。请用 name 区分。"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "what"), RULES)
def test_a_faulty_colour_rule_is_refused(rule, what):
    assert faults(SMALL.replace('"overdue" }]', f'"overdue" }}, {rule}]')) == [(20, what)]


@pytest.mark.parametrize(
    "rules",
    [
        "[]",
        '[{ kind = "check-in" }]',
        '[{ kind = "overdue" }, { kind = "overdue", name = "x", colour = "yellow" }]',
    ],
)
def test_exactly_one_rule_says_when_an_item_is_overdue(rules):
    text = SMALL.replace('[{ kind = "overdue" }]', rules)
    assert faults(text) == [(20, '要有且只有一条 kind = "overdue" 的规则。')]


PATTERN = "不能用。请照“问改〔{year}〕{no}号”的样子写，{year} 和 {no} 各出现一次。"
UNREAD = '看不懂。请写数字、空格和单位，如 "5 workdays"、"30 days"、"3 months"、"24 hours"。'
SLIP = 'kind = "prompt", number = "p{year}{no}", on = "overdue", to = ["handler"]'
SLIPS = [
    ('kind = "promt", number = "p{year}{no}", on = "overdue", to = ["handler"]', ["kind 不能写“promt”。是否想写 prompt？"]),
    ('kind = "prompt", on = "overdue", to = ["handler"]', ["缺少 slips.number。"]),
    (SLIP.replace("{no}", ""), ["编号样式“p{year}”" + PATTERN]),
    (SLIP.replace("p{year}", "p{year}{register}"), ["编号样式“p{year}{register}{no}”" + PATTERN]),
    (SLIP.replace("overdue", "overdu"), ["on 不能写“overdu”。是否想写 overdue？"]),
    (SLIP.replace("overdue", "stale"), ["[colours] 没有 stale 规则，这张单据永远不会发出。"]),
    (SLIP.replace("overdue", "accept-overdue"), ["[flow] 没有 accept_limit，这张单据永远不会发出。"]),
    (SLIP.replace("overdue", "plan-overdue"), ["[flow] 没有 plan_limit，这张单据永远不会发出。"]),
    (SLIP.replace('["handler"]', "[]"), ["to 不能为空。"]),
    (SLIP.replace('"handler"', '"owner"'), ["to 里不能写“owner”。可以写：handler、unit_head、lead、supervisor。"]),
    (SLIP + ', copy = ["handler", "lead"]', ["handler 已是主送，不必再抄送。"]),
    (SLIP + ', answer = "soon"', ["answer 的时长“soon”" + UNREAD]),
    (SLIP + ', approver = "handler"', ["approver 不能写“handler”。可以写：unit_head、lead、supervisor。"]),
    (SLIP + ', of = "通知单"', ['of 只在 on = "unanswered" 时才写。']),
    (SLIP + ', until = "x"', ["不认识的键 until。可以写：kind、name、number、on、of、after、to、copy、answer、approver。"]),
    (SLIP.replace("prompt", "interview"), ["约谈须经批准，请用 approver 写明由谁签批。"]),
    (SLIP.replace("prompt", "notice"), ["两种单据都叫“通知单”。"]),
    (SLIP.replace("p{year}", "n{year}"), ["编号样式“n{year}{no}”已用于事项或前面的单据，编号会重复。"]),
    (
        SLIP.replace("p{year}{no}", "小〔{year}〕{no}号"),
        ["编号样式“小〔{year}〕{no}号”已用于事项或前面的单据，编号会重复。"],
    ),
    (SLIP.replace("overdue", "unanswered"), ['on = "unanswered" 时要用 of 写明是哪张单据没有答复。']),
    (SLIP.replace("overdue", "unanswered") + ', of = "通知"', ["前面没有要求答复（answer）的“通知”。可以写：通知单。"]),
    (SLIP.replace("overdue", "unanswered") + ', of = "提示单"', ["前面没有要求答复（answer）的“提示单”。可以写：通知单。"]),
]  # fmt: skip
NOTICE = 'slips = [{ kind = "notice", number = "n{year}{no}", on = "assigned", to = ["handler"], answer = "1 day" },'


@pytest.mark.parametrize(("new", "told"), SLIPS)
def test_a_faulty_slip_is_refused(new, told):
    assert faults(f"{NOTICE}\n  {{ {new} }}]\n{SMALL}") == [(2, what) for what in told]


def test_an_answer_is_not_missed_where_none_was_asked_for():
    text = f'slips = [{{ {SLIP.replace("overdue", "unanswered")}, of = "x" }}]\n{SMALL}'
    assert faults(text) == [(1, "前面没有要求答复（answer）的“x”。")]


def test_two_slips_of_unknown_kind_are_told_of_that_alone():
    one = SLIP.replace("prompt", "letter")
    two = one.replace("p{year}", "q{year}")
    what = "kind 不能写“letter”。可以写：notice、prompt、feedback、warning、interview。"
    assert faults(f"slips = [{{ {one} }}, {{ {two} }}]\n{SMALL}") == [(1, what), (1, what)]


OTHER = [
    ("look_back = {}", "缺少 look_back.after。"),
    ('look_back = { after = ["6 months", "3 months"] }', "after 要从短到长写，都从销号之日算起。"),
    ('look_back = { after = ["1 month", "20 workdays"] }', "after 要从短到长写，都从销号之日算起。"),
    ('look_back = { after = ["4 hours"] }', "after 不能按小时计。可以用：workdays、days、months。"),
    ('look_back = { after = ["1 day"], sample = 0 }', "sample 应当在 1 到 100 之间，现在是 0。"),
    ('look_back = { after = ["1 day"], role = "handler" }', "role 不能写“handler”。可以写：supervisor、checker、reviewer。"),
    ('look_back = { after = ["1 day"], who = "x" }', "不认识的键 who。可以写：after、sample、role。"),
    ('recurring = { within = "20 workdays" }', "within 不能按工作日计。可以用：days、months。"),
    ("recurring = { times = 1 }", "times 应当在 2 到 999 之间，现在是 1。"),
    ('recurring = { by = "source" }', "by 不能写“source”。可以写：class。"),
    ("recurring = { unit = 3 }", "不认识的键 unit。是否想写 units？"),
    ('quantity = { unit = "户", milestone = true }', "不认识的键 milestone。是否想写 milestones？"),
    ("labels = { state = {} }", "不认识的键 state。是否想写 states？"),
    ('labels.states = { workin = "x" }', "不认识的键 workin。是否想写 working？"),
    ('labels.actions = { close = " " }', "close 不能为空。"),
    ('evidence = ["a", "a"]', "evidence 里“a”写了两次。"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "what"), OTHER)
def test_a_faulty_look_back_recurring_quantity_or_label_is_refused(new, what):
    assert faults(f"{new}\n{SMALL}") == [(1, what)]


def test_two_states_may_not_share_a_name():
    text = '[labels.states]\nworking = "办"\npassed = "待"\nclosed = "办"\n'
    assert faults(SMALL + text) == [(22, "“办”用作了两个名称。"), (24, "“办”用作了两个名称。")]
