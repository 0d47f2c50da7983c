"""The picture laid out: nothing covers anything else or leaves the page, whatever the texts, dates and numbers are."""

import re
import struct
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.queries.picture import (
    Bar,
    CampaignPicture,
    Coming,
    ItemPicture,
    Lane,
    Milestone,
    Stand,
    Tile,
    share,
)
from bihuan.reports.picture import draw_campaign, draw_item, png, png_of, svg_of
from bihuan.reports.picture.sheet import HIGH, MARGIN, WIDE, Rect, Text
from bihuan.reports.picture.texts import fitted, width, wrapped
from bihuan.reports.picture.timeline import FARTHEST, scale_of, ticks
from bihuan.rules.clocked import CHINA
from tests.support.depth import often

TODAY = date(2026, 3, 5)
STAND = Stand(datetime(2026, 3, 5, 15, tzinfo=CHINA), TODAY, 12345, "ab" * 32)
LONG = "解决城关镇农贸市场周边占道经营、停车混乱、垃圾清运不及时以及下水道长期堵塞等群众反映强烈的突出问题（含配套制度）"
#: Short and long, as they are written and as nobody would.
WORDS = st.builds(
    lambda word, times: word * times,
    st.text("解决问题，。（）ABCmw 01289“”—…", max_size=12),
    st.integers(0, 9),
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
COLOURS = st.sampled_from(["red", "orange", "yellow", "blue", "green", "none"])


def a_bar(nth=1, **values):
    given_ = {
        "item": nth, "number": f"攻坚〔2026〕{nth}号", "title": LONG, "owner": "县住房和城乡建设局", "start": date(2026, 1, 5),
        "due": date(2026, 6, 30), "due_words": "2026-06-30", "percent": 40, "colour": "yellow", "overdue": False, "state": "办理中",
    }  # fmt: skip
    return Bar(**given_ | values)


MILESTONES = st.lists(
    st.builds(Milestone, DAYS, st.sampled_from(["3/5", "21000人", ""]), WORDS, st.booleans()), max_size=8
)
BARS = st.builds(
    Bar, st.integers(1, 9), WORDS, WORDS, WORDS, DAYS, st.none() | DAYS, st.sampled_from(["2026-06-30", "长期坚持", LONG]),
    st.integers(0, 100), COLOURS, st.booleans(), st.sampled_from(["办理中", "已完成"]), st.none() | DAYS, st.booleans(),
    MILESTONES.map(tuple),
)  # fmt: skip
LANES = st.builds(
    Lane, WORDS, st.just({"registered": "100000", "finished": "3", "overdue": "12"}),
    st.lists(BARS, min_size=1, max_size=4).map(tuple), st.integers(0, 999),
)  # fmt: skip


def a_campaign(**values):
    given_ = {
        "title": "作风建设专项整治", "purpose": "", "office": "县督查室", "period": "2026-01-01至2026-12-31", "cut": "清单",
        "tiles": tuple(Tile(name, "128", "项") for name in ("登记事项", "已销号", "销号率", "在办", "逾期", "审核中")),
        "colours": (("red", 2), ("green", 30)), "states": (("办理中", 30), ("已销号", 98)),
        "lanes": (Lane("问题清单", {"registered": "9", "finished": "3", "overdue": "1"}, (a_bar(),)),), "lanes_left_out": 0,
        "coming": (Coming(date(2026, 3, 9), LONG, "县住房和城乡建设局", 1, "red"),), "coming_left_out": 0, "stand": STAND,
    }  # fmt: skip
    return CampaignPicture(**given_ | values)


def an_item(**values):
    given_ = {
        "title": "打通断头路", "number": "攻坚〔2026〕1号", "kind": "攻坚难题 · 民生", "campaign": "专项整治", "state": "攻坚中", "bar": a_bar(),
        "facts": (("目标", (("攻坚目标", LONG),)), ("领导", (("包抓领导", "张三"),)), ("方案", ()), ("专班", (("责任人", "李四"),))),
        "measures": (), "measures_left_out": 0, "measures_done": 0, "progress": "", "difficulty": "", "events": (), "stand": STAND,
    }  # fmt: skip
    return ItemPicture(**given_ | values)


def measures(count, **values):
    return tuple(a_bar(item=0, number=str(n), **values) for n in range(1, count + 1))


def faults(sheet):
    """The words that leave the page or cover other words."""
    boxes = [(text.box, text.words) for text in sheet.texts]
    out = [
        words
        for (left, top, right, bottom), words in boxes
        if left < 0 or top < 0 or right > WIDE - MARGIN + 0.01 or bottom > HIGH
    ]
    over = [
        (a, b)
        for n, (one, a) in enumerate(boxes)
        for other, b in boxes[n + 1 :]
        if min(one[2], other[2]) - max(one[0], other[0]) > 0.01
        and min(one[3], other[3]) - max(one[1], other[1]) > 0.01
    ]
    return out, over


def rectangles_outside(sheet):
    return [
        r for r in sheet.shapes if isinstance(r, Rect) and (r.x < 0 or r.x + r.wide > WIDE - MARGIN + 0.01)
    ]


@given(
    st.lists(LANES, max_size=10),
    WORDS,
    WORDS,
    st.lists(st.builds(Coming, DAYS, WORDS, WORDS, st.integers(1, 9), COLOURS), max_size=14),
)
def test_nothing_of_a_campaign_covers_anything_or_leaves_the_page(lanes, title, purpose, coming):
    sheet = draw_campaign(
        a_campaign(
            lanes=tuple(lanes),
            title=title or "无",
            purpose=purpose,
            coming=tuple(coming),
            lanes_left_out=len(lanes) % 3,
            coming_left_out=7,
        )
    )
    assert faults(sheet) == ([], [])
    assert rectangles_outside(sheet) == []


@settings(max_examples=often(12, 500))
@given(st.lists(BARS, max_size=9).map(lambda found: found * 6), BARS, WORDS, WORDS)
def test_nothing_of_an_item_covers_anything_or_leaves_the_page(steps, whole, title, progress):
    facts = (("目标", (("目标", progress),)), ("专班", tuple(("配合单位", title) for _ in range(4))))
    events = tuple((TODAY, title) for _ in range(30))
    sheet = draw_item(
        an_item(
            measures=tuple(steps),
            bar=whole,
            title=title or "无",
            progress=progress,
            difficulty=progress,
            facts=facts,
            events=events,
        )
    )
    assert faults(sheet) == ([], [])
    assert rectangles_outside(sheet) == []


@pytest.mark.parametrize("count", [0, 1, 12, 30, 31, 60])
def test_every_measure_has_its_line_however_many_there_are(count):
    sheet = draw_item(an_item(measures=measures(count), progress=LONG * 5, difficulty=LONG * 5))
    numbered = [t.words for t in sheet.texts if re.match(r"\d+\. 解决", t.words)]
    assert len(numbered) == count
    assert min(t.size for t in sheet.texts) >= 8.5
    assert faults(sheet) == ([], [])


def test_what_finds_no_room_is_said():
    drawn = draw_item(an_item(measures=measures(60), measures_left_out=7))
    assert "另有 7 条措施未画出：一页画不下，请看事项页面。" in [t.words for t in drawn.texts]
    coming = tuple(Coming(TODAY, LONG, "县住建局", 1, "red") for _ in range(14))
    lane = Lane("问题清单", {"registered": "40", "finished": "3", "overdue": "1"}, (a_bar(),), 39)
    drawn = draw_campaign(a_campaign(lanes=(lane,), lanes_left_out=4, coming=coming, coming_left_out=20))
    words = [t.words for t in drawn.texts]
    assert "登记 40，已销号 3，逾期 1，另有 39 项未画出" in words
    assert "另有 4 个清单未画出：本页先画在办最多的。" in words
    listed = words.count("3月5日") - 1  # one of them names the line of today
    assert f"另有 {34 - listed} 项到期，未列出。" in words


def test_a_shortened_text_tells_its_whole_and_a_whole_one_nothing():
    long, short = a_bar(1, title=LONG * 2), a_bar(2, title="修路")
    lane = Lane("单", {"registered": "2", "finished": "0", "overdue": "0"}, (long, short))
    told = {t.item: t.told for t in draw_campaign(a_campaign(lanes=(lane,), coming=())).texts if t.item}
    assert told == {1: f"攻坚〔2026〕1号 {LONG}{LONG}", 2: ""}


@given(st.lists(BARS, max_size=30))
def test_the_scale_has_a_place_for_every_day_within_reach_in_order(bars):
    scale = scale_of(bars, TODAY, 100, 900)
    assert scale.first <= TODAY <= scale.last
    days = sorted(d for b in bars for d in (b.start, b.due, b.ended) if d and abs(d - TODAY) <= FARTHEST)
    places = [scale.at(d) for d in days]
    assert places == sorted(places)
    assert all(scale.first <= d <= scale.last for d in days)
    marks = ticks(scale)
    gaps = [scale.at(b) - scale.at(a) for (a, _), (b, _) in pairwise(marks)]
    assert all(gap > width("2026年", 12) for gap in gaps)


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ({"due": None, "ongoing": True}, "to the end"),
        ({"due": None}, "until today"),
        ({"due": date(2026, 2, 1), "overdue": True}, "late part"),
    ],
)
def test_a_bar_without_deadline_ends_today_an_ongoing_one_at_the_end_and_a_late_one_is_red_until_today(
    values, shape
):
    sheet = draw_campaign(
        a_campaign(
            lanes=(Lane("单", {"registered": "1", "finished": "0", "overdue": "0"}, (a_bar(**values),)),)
        )
    )
    dashed = [r for r in sheet.shapes if isinstance(r, Rect) and r.dashed and r.y > 200]
    today = next(t for t in sheet.texts if t.words == "3月5日" and t.fill == "#ffffff")
    assert len(dashed) == 1, shape
    right = dashed[0].x + dashed[0].wide
    if shape == "to the end":
        assert right == pytest.approx(WIDE - MARGIN - 320)
    else:
        assert right == pytest.approx(today.x, abs=1)


@given(WORDS, st.floats(8, 30), st.floats(20, 400), st.integers(1, 4))
def test_lines_fit_their_room_and_together_say_all_or_end_in_an_ellipsis(text, size, room, most):
    lines = wrapped(text, size, room, most)
    assert len(lines) <= most
    assert all(width(line, size) <= room or len(line) == 1 for line in lines)
    whole, said = "".join(text.split()), "".join("".join(lines).split())
    assert (
        said == whole or (said.endswith("…") and whole.startswith(said[:-1])) or (lines and lines[-1] == "")
    )


def test_no_line_begins_with_a_mark_that_belongs_to_the_one_before():
    lines = wrapped("发现问题五个，整改四个。其余限期办结。", 10, 70, 9)
    assert [line[0] for line in lines if line[0] in "，。"] == []


def test_a_text_that_fits_stays_as_it_is():
    assert fitted("东镇", 10, 20) == "东镇"
    assert fitted("东镇西乡", 10, 30) == "东镇…"
    assert fitted("东镇", 10, 5) == ""


@given(st.lists(st.integers(0, 500), max_size=12), st.integers(0, 60))
def test_room_is_shared_so_that_none_wants_while_another_has_more_than_it(wanted, room):
    given_ = share(wanted, room)
    assert sum(given_) == min(sum(wanted), room) or sum(given_) <= room
    assert all(0 <= g <= w for g, w in zip(given_, wanted, strict=True))
    short = [g for g, w in zip(given_, wanted, strict=True) if g < w]
    assert not short or max(given_) - min(short) <= 1


def test_the_svg_is_well_formed_names_chinese_fonts_and_asks_nobody_for_anything():
    svg = svg_of(draw_campaign(a_campaign(title='<b>&"整治')), link=lambda item: f"/items/{item}/")
    root = ElementTree.fromstring(svg)
    assert root.get("viewBox") == "0 0 1680 1188"
    assert "Noto Sans CJK SC" in root.get("font-family")
    assert {e.tag.rpartition("}")[2] for e in root.iter()} <= {
        "svg", "title", "desc", "rect", "line", "polygon", "text", "a",
    }  # fmt: skip
    assert [
        a for e in root.iter() for a in e.attrib if a == "style" or a.startswith("on") or a == "class"
    ] == []
    assert re.findall(r'(?:https?:)?//[^"\s<]+', svg) == ["http://www.w3.org/2000/svg"]
    texts = ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]
    assert '<b>&"整治' in texts
    assert {e.get("href") for e in root.iter() if e.tag.endswith("}a")} == {"/items/1/"}


def test_a_file_carries_no_links():
    assert "<a " not in svg_of(draw_campaign(a_campaign()))


def test_the_png_is_an_a3_page_of_two_hundred_dots_an_inch(cjk_font):
    content = png_of(draw_item(an_item()))
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", content[16:24])
    assert wide == 3360
    assert high / wide == pytest.approx(297 / 420, abs=0.001)


def test_without_a_chinese_font_the_png_says_so_instead_of_printing_boxes(monkeypatch, tmp_path):
    real = png.resvg_py.svg_to_bytes
    monkeypatch.setattr(png.resvg_py, "svg_to_bytes", lambda **k: real(**k, skip_system_fonts=True))
    with pytest.raises(png.NoChineseFont) as refused:
        png_of(draw_item(an_item()))
    assert "中文字体" in str(refused.value)
    assert "SVG" in refused.value.hint


def test_a_far_deadline_leaves_the_others_their_room():
    near, far = a_bar(1), a_bar(2, due=TODAY + timedelta(days=366 * 40))
    scale = scale_of([near, far], TODAY, 0, 1000)
    assert scale.at(near.due) - scale.at(near.start) > 50
    assert scale.at(far.due) == scale.at(scale.last)


def test_the_picture_says_when_its_figures_hold_and_where_the_ledger_stood():
    past = replace(STAND, as_of=datetime(2026, 3, 5, 23, 59, 59, 999999, tzinfo=CHINA))
    foot = [t for t in draw_campaign(a_campaign(stand=past)).shapes if isinstance(t, Text)][-1]
    assert "数据截至2026年3月5日24时" in foot.words
    assert "留痕12345条" in foot.words
    assert "ab" * 32 in foot.words
