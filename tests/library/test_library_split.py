"""Bundles: where documents begin and end, and what is taken out."""

import pytest

from bihuan.library.split import split
from tests.library.bundles import make
from tests.library.measure import measured

BODY = "今年以来，全县上下坚持稳中求进，各项工作取得新的成效，群众获得感不断增强，发展后劲不断积蓄。\n"


def test_seeded_bundles_are_split_where_their_documents_meet():
    scores = measured(make(seed) for seed in range(60))
    assert {
        name: (score.precision >= 0.99, score.recall >= 0.98)
        for name, score in scores.items()
        if name != "removed"
    } == dict.fromkeys(("starts", "ends", "titles"), (True, True))
    assert scores["removed"].precision >= 0.99
    assert scores["removed"].recall >= 0.96
    assert scores["starts"].there > 300


@pytest.mark.parametrize(
    "line",
    [
        "更多公文请关注公众号：笔墨机关",
        "剩余80%内容需开通会员阅读",
        "本文档来自网络，仅供参考，如有侵权请联系删除",
        "第 3 页 共 18 页",
        "— 12 —",
        "添加微信 wenshu2024 进写作交流群",
        "https://www.example-gongwen.com/doc/123.html",
        "淘宝搜索店铺：文秘之家",
        "下载后可阅读全文",
    ],
)
def test_what_collections_add_is_taken_out_and_named(line):
    (part,) = split(f"关于某项工作的报告\n{BODY}{line}\n{BODY}")
    assert [(run.text, run.start) for run in part.removed] == [(line, 10 + len(BODY))]


@pytest.mark.parametrize(
    "line",
    [
        "引导群众关注“平安某县”微信公众号，注册人数突破三万人。",
        "开设淘宝店铺三十家，带动就业两百人。",
        "组织党员干部下载学习软件，撰写心得体会六百余篇。",
        "联系人：王某，联系电话：0512-66001234",
        "严禁未经批准擅自发布灾情信息。",
        "打造“一网通办”平台，企业登录网站即可查看办理进度。",
        "为企业提供资料下载、政策咨询等服务。",
        "三、关注民生，增进福祉",
    ],
)
def test_a_sentence_that_only_speaks_of_such_things_stays(line):
    (part,) = split(f"关于某项工作的报告\n{BODY}{line}\n{BODY}")
    assert part.removed == ()


def test_a_pitch_inside_a_paragraph_is_cut_out_alone():
    text = f"关于某项工作的报告\n{BODY.strip()}（更多范文见www.gwfw.cn）下一步要抓好落实，确保年内见效。\n"
    (part,) = split(text)
    assert [run.text for run in part.removed] == ["（更多范文见www.gwfw.cn）"]
    assert part.clean(text) == text.replace("（更多范文见www.gwfw.cn）", "").strip()


def test_one_document_stays_one_though_its_headings_look_like_titles():
    text = f"某局2024年工作总结和2025年工作计划\n{BODY}一、2024年工作总结\n{BODY}二、2025年工作计划\n{BODY}附件\n2025年重点任务安排\n{BODY}"
    assert [(part.title, part.kind) for part in split(text)] == [
        ("某局2024年工作总结和2025年工作计划", "方案")
    ]


def test_the_contents_are_taken_out_and_their_entries_found_again():
    text = f"目  录\n在动员会上的讲话……1\n担当的力量\t8\n在动员会上的讲话\n同志们：\n{BODY}{BODY}担当的力量\n{BODY}{BODY}"
    first, second = split(text)
    assert (first.title, second.title) == ("在动员会上的讲话", "担当的力量")
    assert {run.why for run in first.removed} == {"目录"}
    assert text[second.start : second.end] == f"担当的力量\n{BODY}{BODY}".strip()


def test_blanks_hold_no_document():
    assert split(" \n\f\n") == []


OPENING = "要坚持问题导向，倒排工期、挂图作战，确保各项任务按期完成，推动工作再上新台阶。\n"
PLAN = f"一、提高站位\n{BODY}二、突出重点\n{OPENING}"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            f"1、在全县经济工作会议上的讲话\n{BODY}{PLAN}2、某局2024年工作总结\n{BODY}{PLAN}3.教育工作调研报告\n{BODY}{PLAN}",
            ["在全县经济工作会议上的讲话", "某局2024年工作总结", "教育工作调研报告"],
        ),
        (
            f"坚定信心 真抓实干\n——在全县经济工作会议上的讲话\n（2024年1月5日）\n同志们：\n{BODY}谢谢大家！\n凝心聚力\n——在座谈会上的发言\n各位领导：\n{BODY}",
            ["坚定信心真抓实干——在全县经济工作会议上的讲话", "凝心聚力——在座谈会上的发言"],
        ),
        (
            f"青河县人民政府文件\n青政发〔2024〕5号\n青河县人民政府关于印发安全方案的通知\n各乡镇人民政府：\n{BODY}青河县人民政府\n2024年5月6日\n附件\n安全方案\n{BODY}{PLAN}"
            f"中共青河县委办公室文件\n青办发〔2024〕12号\n关于加强值班工作的通知\n各乡镇党委：\n{BODY}",
            ["青河县人民政府关于印发安全方案的通知", "关于加强值班工作的通知"],
        ),
        (
            f"某市养犬管理条例\n（2020年5月1日某市人大常委会通过）\n目　录\n第一章　总则\n第二章　附则\n第一章　总则\n第一条　{BODY}第二章　附则\n第二条　本条例自公布之日起施行。\n"
            f"某市供水管理办法\n（2021年3月2日某市人民政府令第10号公布）\n第一条　{BODY}第二条　{OPENING}",
            ["某市养犬管理条例", "某市供水管理办法"],
        ),
        (f"【第一篇】\n某县工作汇报\n{BODY}{PLAN}【第二篇】\n奋楫扬帆正当时\n{BODY}{PLAN}", ["某县工作汇报", "奋楫扬帆正当时"]),
    ],
    ids=["numbered", "subtitles", "red heads", "statutes", "ordinals"],
)  # fmt: skip
def test_beginnings_are_told_in_whatever_form_a_collection_gives_them(text, titles):
    assert [part.title for part in split(text)] == titles


def test_the_number_and_red_head_above_a_title_belong_to_its_document():
    text = f"青河县人民政府文件\n青政发〔2024〕5号\n关于印发方案的通知\n各乡镇人民政府：\n{BODY}"
    (part,) = split(text)
    assert (part.start, part.removed) == (0, ())
