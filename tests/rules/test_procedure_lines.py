import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.procedures import texts
from bihuan.rules.procedure_lines import lines

TEXT = '''# a comment with [brackets] = "and" {more}
title = "x" # = y
"quoted = key" = 'a "b" ]'
a.b."c.d" = 1

numbers = [
  1,   # one, [
  2, 3,
  { x = 1, y = "}" }, ["p",
    "q"],
]
inline = { k.l = 1, m = { n = [1, { o = 2 }] } }
long = """
[not.a.header]
key = "no" \\"""
# no comment ""quotes"" """""
raw = \'\'\'
x = 1 \\\'\'\'
when = 1979-05-27 07:32:00 # then
yes = true

[table]
k = 1
[table.sub] # comment
k = 2
[[many]]
k = 3
[many.one]
k = 4
[[many]]
[[many.few]]
k = 5
[[many.few]]
k = """a
b"""
last = 6'''


def test_every_key_and_element_has_its_line():
    assert lines(TEXT) == {
        (): 1,
        ("title",): 2,
        ("quoted = key",): 3,
        ("a",): 4,
        ("a", "b"): 4,
        ("a", "b", "c.d"): 4,
        ("numbers",): 6,
        ("numbers", 0): 7,
        ("numbers", 1): 8,
        ("numbers", 2): 8,
        ("numbers", 3): 9,
        ("numbers", 3, "x"): 9,
        ("numbers", 3, "y"): 9,
        ("numbers", 4): 9,
        ("numbers", 4, 0): 9,
        ("numbers", 4, 1): 10,
        ("inline",): 12,
        ("inline", "k"): 12,
        ("inline", "k", "l"): 12,
        ("inline", "m"): 12,
        ("inline", "m", "n"): 12,
        ("inline", "m", "n", 0): 12,
        ("inline", "m", "n", 1): 12,
        ("inline", "m", "n", 1, "o"): 12,
        ("long",): 13,
        ("raw",): 17,
        ("when",): 19,
        ("yes",): 20,
        ("table",): 22,
        ("table", "k"): 23,
        ("table", "sub"): 24,
        ("table", "sub", "k"): 25,
        ("many",): 26,
        ("many", 0): 26,
        ("many", 0, "k"): 27,
        ("many", 0, "one"): 28,
        ("many", 0, "one", "k"): 29,
        ("many", 1): 30,
        ("many", 1, "few"): 31,
        ("many", 1, "few", 0): 31,
        ("many", 1, "few", 0, "k"): 32,
        ("many", 1, "few", 1): 33,
        ("many", 1, "few", 1, "k"): 34,
        ("many", 1, "few", 1, "last"): 36,
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "# one\n# two\n", "   \t"])
def test_a_text_without_keys_has_the_root_alone(text):
    assert lines(text) == {(): 1}


def test_windows_line_ends_count_once():
    assert lines(TEXT.replace("\n", "\r\n")) == lines(TEXT)


def test_a_subtable_may_stand_before_its_parent():
    assert lines("[a.b]\nx = 1\n[a]\ny = 2") == {
        (): 1,
        ("a",): 1,
        ("a", "b"): 1,
        ("a", "b", "x"): 2,
        ("a", "y"): 4,
    }


def paths(value, path=()):
    """Every path of a parsed value that holds no table of its own making."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from paths(child, (*path, key))


@pytest.mark.parametrize("text", [TEXT, *texts().values()])
def test_every_path_of_the_parsed_text_is_found(text):
    assert set(paths(tomllib.loads(text))) == set(lines(text))


names = st.text("ab.\"'#=[]{}中\\ \t", max_size=6)
scalars = st.integers() | st.booleans() | names
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def toml(value):
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return quoted(value)
        case list():
            return "[" + ",\n ".join(map(toml, value)) + "]"
        case _:
            return "{" + ", ".join(f"{quoted(key)} = {toml(one)}" for key, one in value.items()) + "}"


@given(st.dictionaries(names, values, max_size=4))
def test_any_written_table_is_found_whole(table):
    text = "\n".join(f"{quoted(key)} = {toml(value)} # end" for key, value in table.items())
    assert tomllib.loads(text) == table
    assert set(lines(text)) == set(paths(table))
