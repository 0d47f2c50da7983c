"""A command line that cannot be run is told in Chinese."""

import click
import pytest

from bihuan.cli.main import run
from bihuan.cli.misuse import in_chinese


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["import", "没有.xlsx"], "没有文件“没有.xlsx”，请核对路径。"),
        (["import", "."], "“.”是目录，不是文件。"),
        (["import"], "还缺 FILE。"),
        (["verify", "多余"], "多余的内容：多余。"),
        (["verify", "--no"], "没有选项 --no。"),
        (["import", __file__, "--closed", "maybe"], "“maybe”不可用，可选：reprove、history。"),
        (["export", "--register", "清单", "--out"], "选项 --out 后面还缺内容。"),
        (["unit", "frob"], "没有这个命令。可用：add、alias、list、merge。"),
        (["import", __file__, "--base", "昨天", "--preview"], "日期“昨天”应写成 2026-03-31。"),
    ],
)
def test_what_is_wrong_is_told_in_chinese_and_the_status_is_two(args, says, capsys):
    assert run(args) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[0]) == ("", f"用法不对：{says}")


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (click.INT, "三", "“三”不是数字。"),
        (click.IntRange(1, 5), "9", "9 不在范围 1<=x<=5 内。"),
        (click.DateTime(["%Y-%m-%d"]), "昨天", "“昨天”应写成 2026-03-31 这样的日期。"),
    ],
)
def test_values_of_the_wrong_kind_are_told_in_chinese(kind, value, says):
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(value, None, None)
    assert in_chinese(caught.value.message) == says


def test_a_file_that_cannot_be_written_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    (tmp_path / "file").write_text("")
    status = run(["export", "--ledger", "--out", str(tmp_path / "file" / "below.jsonl")])
    assert (status, "读写文件" in capsys.readouterr().err) == (1, True)
