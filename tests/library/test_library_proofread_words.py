"""Set phrases, words that are always wrong, wrong characters, and an office's own list."""

import pytest

from bihuan.library.proofread.engine import Options, review
from bihuan.library.proofread.ledger import FIGURES, ledger_rule
from bihuan.library.proofread.lexicon import WordsInvalid
from bihuan.library.proofread.sounds import LIKE_SOUND, SAME_SHAPE, SAME_SOUND, alike, confusable, loose
from bihuan.library.proofread.text import Text

_KINDS = {"fixed-expression", "wrong-word", "wrong-character"}


def found(text, words=""):
    return [(f.text, f.suggestion) for f in review(Text(text), Options(words=words)) if f.rule in _KINDS]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("不忘初心、劳记使命", "不忘初心、牢记使命"),
        ("统筹推进“五位一体”总体布居", None),
        ("全面建设社会主义现代化家", "全面建设社会主义现代化国家"),
        ("坚持稳中求进的工作总基调", "稳中求进工作总基调"),
    ],
)
def test_a_set_phrase_that_is_misquoted_is_found(wrong, right):
    suggestions = [s for _, s in found(wrong + "。")]
    assert (right in suggestions) if right else suggestions


def test_a_counted_phrase_with_another_number_is_found():
    assert found("增强“五个意识”，做到“三个维护”。") == [("五", "四"), ("三", "两")]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("认真布署工作。", [("布署", "部署")]),
        ("台帐和帐户要帐目清楚。", [("台帐", "台账"), ("帐户", "账户"), ("帐目", "账目")]),
        ("截止目前，截止日期为月底。", [("截止目前", "截至目前")]),
        ("维护合法权力，规范行使权力。", [("合法权力", "合法权利")]),
        ("既便民又利民，即便如此。", []),
    ],
)
def test_a_word_that_is_always_wrong_is_found_and_its_neighbours_are_not(text, hits):
    assert found(text) == hits


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("巩固脱贫功坚成果", "攻"), ("加强组织邻导", "领"), ("切实保瘴民生", "障"), ("防范化解重大凤险", "风")],
)
def test_a_character_that_sounds_or_looks_like_the_right_one_is_found(wrong, right):
    assert [s for _, s in found(f"要{wrong}。")] == [right]


def test_an_offices_own_list_adds_names_words_mistakes_and_exceptions():
    words = "[names]\n江源县百日攻坚大行动 = 江源县百日攻坚总行动\n[wrong]\n清水和 清水河 except 清水和面\n[allowed]\n布署\n"
    text = "江源县百日攻间大行动。江源县百日攻坚总行动。清水和沿岸，清水和面。布署工作。"
    assert found(text, words) == [("江源县百日攻间大行动", "江源县百日攻坚大行动"), ("清水和", "清水河")]


@pytest.mark.parametrize(
    ("words", "said"),
    [("[other]\n甲", "第 1 行"), ("[wrong]\n甲乙", "第 2 行"), ("[names]\n甲 乙 = 丙", "第 2 行")],
)
def test_a_list_with_a_mistake_is_refused_with_its_line(words, said):
    with pytest.raises(WordsInvalid, match=said):
        found("甲", words)


def test_characters_are_alike_by_sound_or_by_shape():
    kinds = confusable("治", "制冶志职泽")
    assert kinds["制"] == SAME_SOUND
    assert kinds["冶"] == SAME_SHAPE
    assert confusable("因", "应")["应"] == LIKE_SOUND
    assert "泽" not in kinds
    assert (alike("劳", "牢"), alike("未", "末"), alike("天", "地")) == (True, True, False)
    assert (loose("zhang"), loose("ying"), loose("shen")) == ("zan", "yin", "sen")


def test_figures_that_disagree_with_the_ledger_are_found():
    values = dict.fromkeys(FIGURES, "0") | {"registered": "126", "finished": "94", "finishing_rate": "74.6%"}
    text = "共登记问题126项，已销号95项，销号率为74.60%，逾期2项。"
    found = review(Text(text), Options(mechanical=True), [ledger_rule(values, "整改")])
    assert [(f.text, f.suggestion) for f in found if f.rule == "ledger-figure"] == [("95", "94"), ("2", "0")]


def test_names_of_another_place_are_found_by_the_texts_own_place_or_the_given_one():
    text = "关于防汛的通知\n由云岭县水利局牵头，江源县财政局配合，推动云岭县高质量发展。"

    def places(office):
        return [f.text for f in review(Text(text), Options(office=office)) if f.rule == "other-place"]

    assert places("") == []
    assert places("江源县") == ["云岭县", "云岭县"]
    assert places("云岭县水利局") == ["江源县"]
