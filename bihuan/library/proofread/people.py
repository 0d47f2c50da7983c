"""Check 40: names and posts of people that differ inside one text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.library.proofread.base import Hit, Level, Rule
from bihuan.library.proofread.text import Text

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹"
    "薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_POST = (
    r"(?:党组|党委|县委|市委|区委|镇委|省委|支部|党工委|纪委|政法委|第一)?(?:副?书记)|(?:常务)?副?(?:省长|市长|县长|区长|镇长|乡长|州长|旗长|局长|主任|部长|厅长|院长|检察长|"
    r"主席|秘书长|处长|科长|站长|所长|组长|校长|总经理|董事长|队长|会长|总队长|支队长|大队长|理事长)|(?:县委|市委|区委)?常委|副?调研员|政委"
)
_NAMED = re.compile(
    rf"[记长任席委员政事](?=[{SURNAMES}])([\u4e00-\u9fff]{{2,3}}?)(?=同志|到会|总结|作了|主持|出席|参加|到|赴|带|一行|听取|深入|走访|会见|签|宣布|部署|检查|强调|指出|要求|宣读|作|率|带队|讲话|介绍|通报|表示|在会|到会|陪同|汇报|传达|代表|说|调研|现场|分别|担任|任|为|[，。、；：）（\s　])"
)
#: 王建国县长主持: the surname stands behind a mark or the end of a line.
_NAME_FIRST = re.compile(
    rf"(?:^|(?<=[，。；：、\n]))([{SURNAMES}][\u4e00-\u9fff]{{1,2}})(副?(?:县长|市长|省长|区长|镇长|乡长|局长|主任|书记|部长|厅长|院长))(?=主持|出席|参加|强调|指出|要求|讲话|到会|汇报|作|宣布|表示)",
    re.MULTILINE,
)
_POST_BEFORE = re.compile(f"(?:{_POST})$")
_NOT_NAMES = re.compile(
    r"和|应|任何|关于|安排|全体|安全|方面|成员|文件|车|单位|向|查|成立|连|解|解决|管理|明确|商|师|路|党|武|金|易|华"
)


@dataclass(frozen=True)
class _Naming:
    start: int
    end: int
    post: str
    name: str


def _namings(text: Text) -> list[_Naming]:
    found = []
    for match in _NAMED.finditer(text.text):
        post = _POST_BEFORE.search(text.text, max(match.start() - 8, 0), match.start() + 1)
        if post and not _NOT_NAMES.match(match[1]):
            found.append(_Naming(post.start(), match.end(), post[0], match[1]))
    found += [
        _Naming(m.start(1), m.end(1), m[2], m[1])
        for m in _NAME_FIRST.finditer(text.text)
        if not _NOT_NAMES.match(m[1])
    ]
    return sorted(found, key=lambda naming: naming.start)


def _check(text: Text) -> Iterator[Hit]:
    found = _namings(text)
    if len(found) < 2:
        return
    yield from _near_names(found)
    yield from _other_posts(found)


def _near_names(found: list[_Naming]) -> Iterator[Hit]:
    """Hit a name that differs in one character from another of the same post."""
    counts = Counter(n.name for n in found)
    first = {n.name: n.start for n in reversed(found)}
    for naming in found:
        for other in counts:
            if other == naming.name or not _alike(other, naming.name):
                continue
            usual = (counts[other], -first[other]) > (counts[naming.name], -first[naming.name])
            if usual and any(o.name == other and o.post == naming.post for o in found):
                yield Hit(
                    naming.end - len(naming.name), naming.end, other, f"同一职务的人名前后不一致：别处写“{other}”，这里写“{naming.name}”。"
                )  # fmt: skip
                break


def _alike(a: str, b: str) -> bool:
    if len(a) != len(b):
        return a[0] == b[0] and (a.startswith(b) or b.startswith(a) or a[-1] == b[-1])
    return sum(x != y for x, y in zip(a, b, strict=True)) == 1


def _other_posts(found: list[_Naming]) -> Iterator[Hit]:
    """Hit a person who is given another post than before."""
    usual: dict[str, _Naming] = {}
    for naming in found:
        before = usual.setdefault(naming.name, naming)
        if _bare(before.post) != _bare(naming.post) and _contradict(before.post, naming.post):
            yield Hit(
                naming.start, naming.end, f"{before.post}{naming.name}", f"{naming.name}的职务前后不一致：前面写“{before.post}”，这里写“{naming.post}”。"
            )  # fmt: skip


def _bare(post: str) -> str:
    return re.sub("^(?:党组|党委|县委|市委|区委|镇委|省委|支部|党工委|第一|常务)", "", post)


def _contradict(a: str, b: str) -> bool:
    """Whether the posts are of one office (书记 and 副书记), or both the head of something."""
    one, two = _bare(a), _bare(b)
    if one.lstrip("副") == two.lstrip("副"):
        return True
    return not ({"常委", "副书记", "书记", "组长", "副组长", "主任", "副主任", "成员"} & {one, two})


RULES = (
    Rule(
        "person-or-post", 40, "人名或职务前后不一致", Level.WARNING, "前后一致", _check,
        "县长王建国主持会议。会上，县长王建军强调，要抓好落实。", "县长王建国主持会议。会上，县长王建国强调，要抓好落实。",
    ),
)  # fmt: skip
