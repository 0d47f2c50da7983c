import pytest
from hypothesis import given
from hypothesis import strategies as st
from procedure_texts import FULL, SMALL

from bihuan.procedures import texts
from bihuan.rules.procedure import ProcedureFaults, load


def faults(text):
    with pytest.raises(ProcedureFaults) as caught:
        load(text, "x.toml")
    return [(problem.line, problem.what + problem.hint) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a = 1\na = 2\n", 2, "（第 6 列）。同一个键写了两次。"),
        ("[a]\n[a]", 2, "（第 3 列）。同一个表写了两次；多条并列的内容请用双方括号，如 [[columns]]。"),
        ("x = { a = 1, a = 2 }", 1, "（第 19 列）。同一个键写了两次。"),
        ("a = 1\n\nname = 问题", 3, "（第 8 列）。等号后面的值写法不对：文字要用英文双引号括起来，是否写 true 或 false。"),
        ('name = "x', 1, "（文件末尾）。引号没有成对。"),
        ('name = "x\n"', 1, "（第 10 列）。文字没有写完引号就换行了，或夹有不可见字符。"),
        ("名称 = 1", 1, "（第 1 列）。这一行不是“键 = 值”，也不是 [表名]。"),
        ("name 问题", 1, "（第 6 列）。键的后面缺少等号，或键名用了中文而没有加引号。"),
        ("a.中 = 1", 1, "（第 3 列）。键名只能用英文字母、数字、下划线和连字符。"),
        ("a = [1, 2\nb = 1", 2, "（第 1 列）。方括号没有成对。"),
        ("a = { b = 1\n}", 1, "（第 12 列）。花括号没有成对，或写成了多行。"),
        ("[a\nb = 1", 1, "（第 3 列）。表名的方括号没有成对。"),
        ('name = "a"b"', 1, "（第 11 列）。一行只能写一个键；文字里的引号请换成中文引号。"),
        ('a = "\\q"', 1, "（第 8 列）。解析器的提示是：Unescaped '\\' in a string (at line 1, column 8)。"),
        ("a = [1,", 1, "（文件末尾）。等号后面的值写法不对：文字要用英文双引号括起来，是否写 true 或 false。"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_toml_is_refused_at_its_line(text, line, what):
    assert faults(text) == [(line, f"不合 TOML 的写法{what}")]


def test_brackets_nested_without_end_are_refused():
    assert faults("a = " + "[" * 100_000) == [(1, "括号嵌套太深，不是规程文件。")]


KEYS = sorted({word.split("=")[0].strip() for word in FULL.splitlines() if "=" in word and "{" not in word})


def problems(text):
    """What the loader says of any text: nothing, or faults; it may not fail otherwise."""
    try:
        load(text, "x")
    except ProcedureFaults as error:
        return error.problems or ("a refusal without a fault",)
    return ()


@given(st.sampled_from(FULL.splitlines()), st.sampled_from(["", "x = 1", "= 1", "[labels]", '"']))
def test_any_line_lost_or_broken_gives_a_procedure_or_faults_within_the_text(line, instead):
    text = FULL.replace(line, instead, 1)
    last = text.count("\n") + 1
    assert [p for p in problems(text) if not (1 <= p.line <= last and p.what)] == []


values = st.recursive(
    st.none()
    | st.integers(-3, 200)
    | st.sampled_from(["", "x", "near", "5 days", "overdue", "1 hour"])
    | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


def written(value):
    match value:
        case None:
            return "1979-05-27"
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {written(one)}" for key, one in value.items()) + " }"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


PARTS = ("columns", "levels", "closing", "flow", "deadlines", "colours", "slips", "look_back", "code")


@given(st.sampled_from(PARTS), values)
def test_any_value_in_any_place_gives_a_procedure_or_faults_with_words(key, value):
    lines = [line for line in SMALL.splitlines() if not line.startswith(key)]
    text = "\n".join([f"{key} = {written(value)}", *lines])
    assert [p for p in problems(text) if not p.what] == []


@pytest.mark.parametrize("code", sorted(texts()))
def test_a_built_in_text_breaks_where_one_of_its_needed_lines_is_lost(code):
    text = texts()[code]
    assert load(text, code).code == code
    assert faults(text.replace('kind = "overdue"\n', "", 1)) != []
