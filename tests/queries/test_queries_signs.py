"""Signs of false closure: each is shown with its evidence to those who check, and what is none is not shown."""

import io
import random
import shutil
from datetime import date, timedelta

import pytest
from django.conf import settings as django_settings
from PIL import Image, ImageDraw

from bihuan.actions.sign import dismiss_sign
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Entry, SignBand, SignMark, SignPhoto, SignPosition, SignText
from bihuan.queries import sign_index
from bihuan.queries.item import detail
from bihuan.queries.signs import signs, signs_of
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.signs import BULK
from tests.actions.county import County, upload
from tests.support.recall import recalled

TEXT = "已完成清淤三公里，组织志愿者巡查二十次，沿岸垃圾全部清理，群众反映良好，建立长效机制"
OTHER = "学校食堂已更换供应商，建立每日留样制度，家长委员会参加验收，意见箱收到建议十二条"


@pytest.fixture
def county(db):
    return recalled(County, County)


def scene(seed, size=(480, 360)):
    """A made-up photograph: sky, ground, and things in it."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, tuple(chance.randrange(120, 256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle(
        [0, height * chance.uniform(0.3, 0.7), width, height],
        fill=tuple(chance.randrange(120) for _ in range(3)),
    )
    for _ in range(30):
        x, y, s = chance.randrange(width), chance.randrange(height), chance.randrange(10, 130)
        shape = chance.choice([draw.ellipse, draw.rectangle])
        shape(
            [x, y, x + s, y + s * chance.uniform(0.4, 1.6)],
            fill=tuple(chance.randrange(256) for _ in range(3)),
        )
    return image


def cropped(image, left=0.0, top=0.0, right=0.0, bottom=0.0):
    width, height = image.size
    return image.crop(
        (int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom)))
    )


def stored(image, quality=85, kind="JPEG", exif=None):
    out = io.BytesIO()
    image.convert("RGB").save(out, kind, quality=quality, **({"exif": exif} if exif else {}))
    return out.getvalue()


def attach(county, item, content, name="现场.jpg"):
    county.do("attach", item, "handler", file=upload(content, name))
    return Entry.objects.order_by("-seq").first().seq


def reviewing(county, photo=None, text=OTHER, **values):
    """An item in review whose owner reported ``text`` and attached ``photo``."""
    item = county.at("working", **values)
    if photo is not None:
        attach(county, item, photo)
    county.prove(item)
    county.do("submit", item, "handler", text=text)
    return item


def found(county, item, kind, by="checker"):
    sign_index.extend()
    return [s for s in signs_of(county.row(item), county.people[by]) if s.sign == kind]


def test_a_text_copied_from_another_item_is_shown_with_where_it_stood(county):
    first = reviewing(county, text=TEXT)
    source = Entry.objects.order_by("-seq").first()
    exact = reviewing(county, text=f"{TEXT[:20]}　{TEXT[20:]}！")
    near = reviewing(county, text=TEXT.replace("三公里", "五公里") + "。特此报告")
    different = reviewing(county, text=OTHER)
    assert found(county, first, "copied") == found(county, different, "copied") == []
    (sign,) = found(county, exact, "copied")
    assert (sign.item, sign.number, sign.unit) == (exact, county.row(exact).number, county.units["town"])
    assert [(p.item, p.seq, p.hash, p.note) for p in sign.proofs] == [
        (first, source.seq, bytes(source.hash).hex(), "100%")
    ]
    assert "文字与其他事项先前的文字相同" in sign.what
    (sign,) = found(county, near, "copied")
    assert {p.item for p in sign.proofs} == {first, exact}
    assert all(70 <= int(p.note.rstrip("%")) < 100 for p in sign.proofs)


def test_short_words_ones_own_words_and_words_of_an_earlier_life_are_no_sign(county):
    one = reviewing(county, text="已完成，申请销号")
    two = reviewing(county, text="已完成，申请销号")
    assert found(county, one, "copied") == found(county, two, "copied") == []
    own = reviewing(county, text=TEXT)
    county.review(own, passed=False, opinion="再改")
    county.do("submit", own, "handler", text=TEXT)
    assert found(county, own, "copied") == []
    reviewing(county, text=OTHER)
    copy = reviewing(county, text=OTHER)
    county.to_passed(copy)
    county.to_closed(copy)
    assert len(found(county, copy, "copied")) == 1
    county.do("look_back", copy, "checker", held=False, text="反弹")
    county.prove(copy)
    county.do("submit", copy, "handler", text="第二次整改后已请第三方机构检测，检测报告全部合格，附后备查")
    assert found(county, copy, "copied") == []


def test_a_text_copied_very_often_is_found_and_the_rest_is_counted(county):
    item = county.at("working")
    copies = [reviewing(county, text=TEXT) for _ in range(5)]
    assert found(county, item, "copied") == []
    (sign,) = found(county, copies[-1], "copied")
    assert ([p.item for p in sign.proofs], "共 4 处，列出 3 处" in sign.what) == (copies[:3], True)


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (stored, "是同一文件"),
        (lambda i: stored(i, quality=35), "画面相同"),
        (lambda i: stored(i.resize((200, 150)), quality=70), "画面相同"),
        (lambda i: stored(i, kind="PNG"), "画面相同"),
        (lambda i: stored(cropped(i, 0.03, 0.03, 0.03, 0.03)), "画面相同"),
        (lambda i: stored(cropped(i, top=0.06)), "画面相同"),
        (lambda i: stored(cropped(i, left=0.04, top=0.04)), "画面相同"),
        (lambda i: stored(i.point(lambda v: min(255, int(v * 1.1 + 8)))), "画面相同"),
    ],
    ids=["same", "recompressed", "smaller", "png", "cropped", "top-cropped", "corner-cropped", "brighter"],
)
def test_a_photograph_used_before_is_shown_however_it_was_saved(county, change, how):
    for seed in (1, 2):
        first = reviewing(county, photo=stored(scene(seed)))
        second = reviewing(county, photo=change(scene(seed)))
        (sign,) = found(county, second, "photo")
        assert how in sign.what
        assert [p.item for p in sign.proofs] == [first]
        assert found(county, first, "photo") == []


def test_a_crop_is_found_whichever_of_the_two_came_first(county):
    reviewing(county, photo=stored(cropped(scene(4), 0.04, 0.04, 0.04, 0.04)))
    assert len(found(county, reviewing(county, photo=stored(scene(4))), "photo")) == 1


def test_different_photographs_are_not_taken_for_one(county):
    for seed in range(20, 32):
        item = county.at("working")
        attach(county, item, stored(scene(seed)))
        county.prove(item)
        county.do("submit", item, "handler", text=f"{OTHER}之{seed}")
        assert found(county, item, "photo") == []


def test_blank_damaged_huge_and_missing_pictures_have_no_hash_and_do_no_harm(county, monkeypatch):
    blank = stored(Image.new("RGB", (300, 200), (250, 250, 250)))
    nearly = stored(Image.new("RGB", (300, 200), (249, 250, 250)))
    for content in (blank, nearly, b"\xff\xd8\xff" + b"\0" * 50, stored(scene(3))[:3000]):
        item = reviewing(county, photo=content)
        assert found(county, item, "photo") == []
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)  # Pillow refuses twice as many
    assert found(county, reviewing(county, photo=stored(scene(8))), "photo") == []
    monkeypatch.undo()
    lost = reviewing(county, photo=stored(scene(9)))
    shutil.rmtree(django_settings.STORAGES["evidence"]["OPTIONS"]["location"], ignore_errors=True)
    sign_index.empty()
    assert found(county, lost, "photo") == []
    assert {tuple(hashes) for hashes in SignPhoto.objects.values_list("hashes", flat=True)} == {()}


def test_a_photograph_turned_by_its_camera_is_the_same(county):
    reviewing(county, photo=stored(scene(5)))
    turned = Image.Exif()
    turned[274] = 6  # turn it clockwise by a quarter to see it upright
    copy = reviewing(county, photo=stored(scene(5).transpose(Image.Transpose.ROTATE_90), exif=turned))
    assert len(found(county, copy, "photo")) == 1


def test_the_photograph_of_an_earlier_closure_proves_no_later_one(county):
    item = reviewing(county, photo=stored(scene(6)))
    county.to_passed(item)
    county.to_closed(item)
    county.do("look_back", item, "checker", held=False, text="反弹")
    attach(county, item, stored(scene(6), quality=50))
    county.prove(item)
    county.do("submit", item, "handler", text=TEXT)
    (sign,) = found(county, item, "photo")
    assert [p.item for p in sign.proofs] == [item]


def test_closures_in_bulk_just_before_the_deadline_are_shown_and_fewer_are_not(county):
    due = county.now.date() + timedelta(days=2)
    few = [county.at("closed", due=due, measures=["一"]) for _ in range(BULK - 1)]
    early = county.at("closed", due="2026-12-31")
    assert found(county, few[0], "bulk") == []
    last = county.at("closed", due=due, measures=["一"])
    (sign,) = found(county, last, "bulk")
    assert [p.item for p in sign.proofs] == few
    assert f"一天有 {BULK} 个事项" in sign.what
    assert found(county, early, "bulk") == []


def test_a_closure_without_a_measure_done_is_shown_with_its_reasons(county):
    waived, mixed = county.at("working"), county.at("working")
    for item, last in ((waived, "waived"), (mixed, "done")):
        county.do("report", item, "handler", text="措施已无必要",
                  measures={"1": {"state": "waived", "reason": "政策调整"}, "2": {"state": last, "reason": "合并实施"}})  # fmt: skip
        county.do("attach", item, "handler", file=upload())
        county.submit(item)
    (sign,) = found(county, waived, "waived")
    assert [p.note for p in sign.proofs] == ["政策调整；合并实施"]
    assert found(county, mixed, "waived") == []


def test_a_relapse_in_the_same_unit_and_class_is_shown(county):
    fallen = county.at("closed", klass="河道")
    county.do("look_back", fallen, "checker", held=False, text="反弹")
    same = reviewing(county, klass="河道")
    other = reviewing(county, klass="道路")
    (sign,) = found(county, same, "relapse")
    assert [(p.item, p.note) for p in sign.proofs] == [(fallen, "回潮 1 次")]
    assert found(county, other, "relapse") == []


def test_signs_are_for_those_who_check_and_tell_nothing_of_items_they_may_not_see(county):
    reviewing(county, text=TEXT)
    copy = reviewing(county, text=TEXT)
    sign_index.extend()
    registers = list(county.registers.values())
    for who in ("handler", "head", "other_head", "admin"):
        assert signs(registers, county.people[who]) == signs_of(county.row(copy), county.people[who]) == []
    for who in ("checker", "supervisor", "lead", "reviewer", "auditor", "chief"):
        shown = signs(registers, county.people[who])
        assert [(s.item, s.sign) for s in shown] == [(copy, "copied")]
        assert shown[0].proofs[0].number
    assert detail(copy, county.people["checker"], None).signs == signs_of(
        county.row(copy), county.people["checker"]
    )


def test_the_list_is_of_a_period_and_of_kinds(county):
    reviewing(county, text=TEXT)
    copy = reviewing(county, text=TEXT)
    county.to_passed(copy)
    county.to_closed(copy)
    sign_index.extend()
    registers, who = [county.registers["rectification"]], county.people["checker"]
    assert [s.item for s in signs(registers, who, since=date(2026, 3, 2))] == [copy]
    assert signs(registers, who, since=date(2026, 3, 3)) == signs(registers, who, kinds=["photo"]) == []
    with pytest.raises(Invalid, match="没有“bad”这种迹象"):
        signs(registers, who, kinds=["bad"])


def test_a_sign_that_was_looked_into_is_set_aside_with_its_reason_in_the_ledger(county):
    reviewing(county, text=TEXT)
    copy = reviewing(county, text=TEXT)
    (sign,) = found(county, copy, "copied")
    who, registers = county.people["checker"], list(county.registers.values())
    for by, error in (("handler", NotAllowed), ("lead", NotAllowed)):
        with pytest.raises(error):
            dismiss_sign(copy, county.people[by], county.now, sign.sign, sign.key, "同一工程")
    with pytest.raises(Needs):
        dismiss_sign(copy, who, county.now, sign.sign, sign.key, " ")
    with pytest.raises(Invalid):
        dismiss_sign(copy, who, county.now, "bad", sign.key, "x")
    with pytest.raises(NotFound):
        dismiss_sign(999, who, county.now, sign.sign, sign.key, "x")
    dismiss_sign(copy, who, county.later(minutes=1), sign.sign, sign.key, "两事项是同一工程")
    assert signs(registers, who) == []
    assert [s.dismissed for s in signs(registers, who, dismissed=True)] == ["两事项是同一工程"]
    assert [s.dismissed for s in signs_of(county.row(copy), who)] == ["两事项是同一工程"]
    assert county.kinds(copy)[-1] == "item.sign_dismissed"
    before = digests()
    rebuild()
    assert digests() == before


def contents():
    models = (
        (SignText, "seq"),
        (SignMark, "mark"),
        (SignPhoto, "digest"),
        (SignBand, "band"),
        (SignPosition, "id"),
    )
    return [list(m.objects.order_by(key, "pk").values()) for m, key in models]


def test_the_index_made_bit_by_bit_is_the_index_made_at_once_and_no_fact(county, monkeypatch):
    monkeypatch.setattr(sign_index, "BATCH", 7)
    reviewing(county, text=TEXT, photo=stored(scene(1)))
    sign_index.extend()
    reviewing(county, text=OTHER, photo=stored(scene(1), quality=40))
    assert sign_index.reached() < Entry.objects.count()
    assert sign_index.extend(stop=lambda: True) == sign_index.reached()
    assert sign_index.extend() == sign_index.reached() == Entry.objects.count()
    bit_by_bit, facts = contents(), digests()
    sign_index.empty()
    assert (sign_index.reached(), contents()) == (0, [[], [], [], [], []])
    monkeypatch.setattr(sign_index, "BATCH", 10_000)
    sign_index.extend()
    assert contents() == bit_by_bit
    assert digests() == facts
