"""Checks 39 and 50: the names of bodies, and whether the number belongs to the body that signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule
from bihuan.library.proofread.text import Text

#: Names of one body: its full name, then the short ones (the first is the one to be used).
BODIES: tuple[tuple[str, ...], ...] = (
    ("发展和改革委员会", "发展改革委", "发改委", "发展和改革委", "发改局"),
    ("发展和改革局", "发展改革局", "发改局"),
    ("工业和信息化局", "工信局"),
    ("工业和信息化厅", "工信厅"),
    ("工业和信息化部", "工信部"),
    ("人力资源和社会保障局", "人力资源社会保障局", "人社局"),
    ("人力资源和社会保障厅", "人力资源社会保障厅", "人社厅"),
    ("人力资源和社会保障部", "人力资源社会保障部", "人社部"),
    ("住房和城乡建设局", "住房城乡建设局", "住建局"),
    ("住房和城乡建设厅", "住房城乡建设厅", "住建厅"),
    ("住房和城乡建设部", "住房城乡建设部", "住建部"),
    ("卫生健康委员会", "卫生健康委", "卫健委"),
    ("卫生健康局", "卫健局"),
    ("文化和旅游局", "文旅局"),
    ("文化和旅游厅", "文旅厅"),
    ("文化和旅游部", "文旅部"),
    ("市场监督管理局", "市场监管局", "市监局"),
    ("市场监督管理总局", "市场监管总局"),
    ("退役军人事务局", "退役军人局"),
    ("应急管理局", "应急局"),
    ("生态环境局", "环保局", "环境局"),
    ("农业农村局", "农业局", "农牧局"),
    ("农业农村厅", "农业厅"),
    ("教育体育局", "教体局"),
    ("林业和草原局", "林草局"),
    ("科学技术局", "科技局"),
    ("防汛抗旱指挥部", "防指", "防汛指挥部"),
    ("自然资源局", "国土局", "自资局"),
    ("自然资源和规划局", "自规局", "资规局"),
    ("交通运输局", "交通局", "交运局"),
    ("行政审批服务局", "行政审批局", "审批局"),
    ("乡村振兴局", "扶贫办"),
    ("医疗保障局", "医保局"),
    ("城市管理局", "城管局"),
    ("政务服务和数据管理局", "政数局", "政务服务数据管理局"),
    ("政务服务管理局", "政务局", "政管局"),
    ("城市管理综合执法局", "综合执法局"),
    ("国有资产监督管理委员会", "国资委"),
)
_DEFINED = re.compile(r"（(?:以下|下文|下)(?:均|统一)?(?:简称|称)[“\"]?([\u4e00-\u9fff]{2,12})[”\"]?）")
_BEFORE = re.compile(r"[\u4e00-\u9fff]{4,30}$")
_DUTY = re.compile(r"（[^（）\n]*(?:责任单位|牵头单位|配合单位|主办|协办|牵头|负责)[^（）\n]*）")


def _full_and_short(text: Text) -> Iterator[Hit]:
    duties = [m.span() for m in _DUTY.finditer(text.text)]
    defined = {m[1] for m in _DEFINED.finditer(text.text)}
    for names in BODIES:
        if sum(name in text.text for name in names) < 2:
            continue
        yield from _mixed(text, names, duties, defined)


def _mixed(
    text: Text, names: tuple[str, ...], duties: list[tuple[int, int]], defined: set[str]
) -> Iterator[Hit]:
    """Hit the short names where the full one (or the better short one) is used of the same place's body."""
    regex = re.compile("(" + "|".join(sorted(names, key=len, reverse=True)) + r")(?![会院长委局党组代表团])")
    used: dict[str, list[re.Match[str]]] = {}
    for match in regex.finditer(text.text):
        if not _is_defining(text.text, match) and not any(a <= match.start() < b for a, b in duties):
            used.setdefault(match[1], []).append(match)
    if len(used) < 2:
        return
    usual = max(used, key=lambda name: (len(used[name]), -names.index(name)))
    for name, matches in used.items():
        if name == usual or any(d.endswith(name) for d in defined):
            continue
        for match in matches:
            yield Hit(
                match.start(1), match.end(1), usual, f"同一单位的名称不统一：别处写“{usual}”，这里写“{name}”。"
            )  # fmt: skip


def _is_defining(text: str, match: re.Match[str]) -> bool:
    return bool(
        re.match(r"（(?:以下|下文)", text[match.end() : match.end() + 4])
        or re.search(r"简称[“\"]?$", text[max(match.start() - 4, 0) : match.start()])
    )


def _after_definition(text: Text) -> Iterator[Hit]:
    """Hit a defined short name before its definition, and the full name after it."""
    for match in _DEFINED.finditer(text.text):
        before = _BEFORE.search(text.text, max(match.start() - 30, 0), match.start())
        full, short = _name(before[0]) if before else "", match[1]
        if len(full) <= len(short) or not re.search(
            r"(?:委|局|厅|部|办|院|会|组|公司|中心|政府|专班|指挥部)$", full
        ):
            continue
        for again in re.finditer(re.escape(full) + r"(?!（以下)", text.text[match.end() :]):
            at = match.end() + again.start()
            yield Hit(
                at, at + len(full), short, f"前面已写明简称“{short}”，这里又用全称。", Level.HINT
            )  # fmt: skip


def _name(words: str) -> str:
    """Return the name at the end of ``words``, without the verb before it."""
    return re.split("由|经|向|和|及|与|的|报|对|按照|根据|成立|设立|在|为|是", words)[-1]


def _check_names(text: Text) -> Iterator[Hit]:
    yield from _full_and_short(text)
    yield from _after_definition(text)


_NUMBER = re.compile(
    r"^([\u4e00-\u9fff]{2,10}?)[〔\[【(（［](?:19|20)\d\d[〕\]】)）］]第?\d+号$", re.MULTILINE
)
#: The end of a body's abbreviation in a document number → what its name holds.
_KINDS: tuple[tuple[str, str], ...] = (
    (r"政办(?:发|函|字|电|规|秘|明电)?|府办(?:发|函|字|规)?|国办(?:发|函)", "人民政府办公|国务院办公厅|政府办公"),
    (r"政(?:发|函|字|规|复|任|令)|府(?:发|函|字|规)|国(?:发|函)", "人民政府$|国务院$|管理委员会$|办事处$"),
    (r"(?:党|委)办(?:发|函|字)|中办(?:发|函)", "委员会办公|委办公|中共中央办公厅|党委办公"),
    (r"(?:安委|安委办)(?:发|函|字)?", "安全生产委员会"),
    (r"委(?:发|函|字|规|通)", "委"),
    (r"(?:组)(?:发|通|字|函)", "组织部"),
    (r"(?:宣)(?:发|通|字|函)", "宣传部"),
    (r"(?:纪)(?:发|通|字|函)", "纪律检查|纪委"),
    (r"(?:发改)[\u4e00-\u9fff]{0,3}(?:发|函|字)?", "发展和改革|发展改革"),
    (r"(?:财)[\u4e00-\u9fff]{0,3}(?:发|函|字)?", "财政|财务"),
    (r"(?:教)[\u4e00-\u9fff]{0,3}(?:发|函|字)?", "教育|学校|大学|教师"),
    (r"(?:人社)[\u4e00-\u9fff]{0,3}(?:发|函|字)?", "人力资源"),
    (r"(?:卫健|卫)[\u4e00-\u9fff]{0,2}(?:发|函|字)", "卫生"),
    (r"(?:住建|建)[\u4e00-\u9fff]{0,2}(?:发|函|字)", "建设"),
    (r"(?:交)[\u4e00-\u9fff]{0,2}(?:发|函|字)", "交通"),
    (r"(?:水)[\u4e00-\u9fff]{0,2}(?:发|函|字)", "水"),
    (r"(?:农)[\u4e00-\u9fff]{0,2}(?:发|函|字)", "农"),
    (r"(?:民)(?:发|函|字)", "民政|民族"),
    (r"(?:公)(?:发|函|字|通)", "公安"),
    (r"(?:司)(?:发|函|字)", "司法"),
    (r"(?:审)(?:发|函|字)", "审计|审批"),
    (r"(?:统)(?:发|函|字)", "统计|统战"),
    (r"(?:市监)(?:发|函|字)", "市场监"),
    (r"(?:文旅)(?:发|函|字)", "文化和旅游"),
    (r"(?:环)(?:发|函|字)", "生态环境"),
    (r"(?:应急)(?:发|函|字)", "应急"),
    (r"(?:督|督查)(?:发|函|字)?", "督查|督导|办公"),
)  # fmt: skip
_PLACE = re.compile(r"(?:中共|中国共产党)?([\u4e00-\u9fff]{1,8}?(?:自治区|自治州|自治县|[省市县区州旗镇乡]))")


def _signature(text: Text) -> Iterator[Hit]:
    match = _NUMBER.search(text.text)
    p = text.signature
    if match is None or p is None or match.start() > 600 or match.start() > p.start:
        return
    code, body = match[1], re.sub(r"\s", "", p.text)
    for regex, kind in _KINDS:
        if re.search(f"(?:{regex})$", code):
            if not re.search(kind, body):
                yield Hit(p.start, p.end, None, f"落款“{body}”与发文字号的机关代字“{code}”不是同一机关。")
                return
            break
    place = _PLACE.match(body)
    if place and not set(place[1][:-1]) & set(code) and not re.match("国|中", code):
        yield Hit(p.start, p.end, None, f"落款的地名“{place[1]}”与发文字号的机关代字“{code}”对不上。")


RULES = (
    Rule(
        "body-name", 39, "单位的全称与简称混用", Level.WARNING, "公文习惯：同一单位前后写法一致，简称先说明再用", _check_names,
        "县发展和改革委员会牵头。\n请县发改委落实。", "县发展和改革委员会牵头。\n请县发展和改革委员会落实。", statute=Level.HINT,
    ),
    Rule(
        "signature-body", 50, "落款机关与发文字号不符", Level.ERROR, "GB/T 9704—2012 7.2.5、7.3.5：发文机关代字与署名一致", _signature,
        "江政发〔2026〕3号\n关于防汛的通知\n请抓好落实。\n江源县财政局\n2026年5月6日",
        "江政发〔2026〕3号\n关于防汛的通知\n请抓好落实。\n江源县人民政府\n2026年5月6日",
    ),
)  # fmt: skip
