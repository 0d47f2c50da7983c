import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.chinese_numbers import normalise_digits, to_int, to_text

DIGITS = "零一二三四五六七八九"


def spelled(number):
    """The usual spelling of a number below 100 million, written independently of the reader."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return spelled(high) + "万" + gap + (spelled(low) if low else "")
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text or "零"


@given(st.integers(0, 99_999_999))
def test_every_number_is_read_from_its_spelling(number):
    assert to_int(spelled(number)) == number


@given(st.integers(1000, 9999))
def test_years_are_read_digit_by_digit(year):
    assert to_int("".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))) == year


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("十二", 12),
        ("三十一", 31),
        ("廿三", 23),
        ("卅一", 31),
        ("廿", 20),
        ("两", 2),
        ("两千零二十四", 2024),
        ("一百一十", 110),
        ("一百零五", 105),
        ("一百五", 150),
        ("三万二", 32_000),
        ("壹佰贰拾", 120),
        ("一亿", 100_000_000),
        ("二〇二四", 2024),
        ("二零二四", 2024),
        ("○五", 5),
    ],
)
def test_numerals_are_read(text, number):
    assert to_int(text) == number


@pytest.mark.parametrize("text", ["", "12", "十十", "百", "万", "二二十", "十百", "几", "一万万"])
def test_what_is_no_numeral_is_none(text):
    assert to_int(text) is None


@given(st.text(alphabet=DIGITS + "〇两十百千万亿廿卅x"))
def test_reading_never_raises(text):
    assert to_int(text) is None or to_int(text) >= 0


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("二〇二四年十二月三十一日", "2024年12月31日"),
        ("二O二四年十月", "2024年10月"),
        ("二四年底", "24年底"),
        ("十五个工作日内", "15个工作日内"),
        ("两周内", "2周内"),
        ("一个半月", "1个半月"),
        ("廿日前", "20日前"),
        ("第三季度", "第3季度"),
        ("四十八小时内", "48小时内"),
        ("“十四五”末", "“十四五”末"),
        ("统一年底", "统一年底"),
        ("星期五前", "星期五前"),
        ("三张清单", "三张清单"),
        ("十十月", "十十月"),
    ],
)
def test_numerals_before_units_of_time_are_written_in_digits(text, written):
    assert normalise_digits(text) == written


def test_a_number_is_written_as_headings_count():
    assert [to_text(n) for n in (1, 10, 12, 20, 21, 99, 100)] == [
        "一",
        "十",
        "十二",
        "二十",
        "二十一",
        "九十九",
        "100",
    ]
    assert all(to_int(to_text(n)) == n for n in range(1, 100))
