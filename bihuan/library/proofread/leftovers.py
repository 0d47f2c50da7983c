"""Check 38, and what should never leave an office: placeholders, advertising, paywall marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule, both, pattern
from bihuan.library.proofread.people import SURNAMES
from bihuan.library.proofread.text import Text

_MARK = re.compile(
    r"×{2,}|×(?:(?<=[\u4e00-\u9fff，、]×)(?=[个名家户万亿元%％县市区镇乡村局])|(?=[年月日]))|[Xx×]{2}(?<=\d\d..)(?=年)|[Xx](?<![A-Za-z\d].)[Xx]+(?![A-Za-z\d])|[AB](?<![A-Za-z].)(?:(?<=A)AA+|(?<=B)BB+)(?![A-Za-z])(?!级|景区|信用|评级|认证|旅游)|(?:CCC+|YYY+|ZZZ+)(?<![A-Za-z]...)(?=[\u4e00-\u9fff])|\*{3,}|＊{2,}|[□○●]{2,}|#{3,}(?=[\u4e00-\u9fff年月日])|[？?]{2,}(?=[万亿个元家户人名项%％])|？{3,}|\?{3,}|_{3,}|＿{2,}"
)
_STARS = re.compile(r"\*(?<!\*\*)\*(?!\*)")
_WORDS = re.compile(
    r"(?i:(?<![A-Za-z])to[d]o(?![A-Za-z]))|TBD|FIX[M]E|【\s*(?:待|此处|插入|补充|注|空|数据)?[^】\n]{0,12}(?:待|补充|填写|核实|插入|修改|删除|完善|更新)[^】\n]{0,8}】|【\s*】|[（(](?:待(?:补充?|定|核实?|填|完善|确认|更新)|此处[^）)\n]{0,10}|请?(?:补充|填写|核实)[^）)\n]{0,8})[^）)\n]{0,6}[）)]|(?:待补充|待核实|待填写|待完善)(?=[。，；）]|$)|某某(?!某)|〔\s*〕|（\s*）|\((?<=[\u4e00-\u9fff]\()\s*\)|〔\d{4}〕\s+号|〔\d{4}〕号"
)
#: 张某某: the name of a person that is withheld, not forgotten.
_ANONYMOUS = re.compile(f"[{SURNAMES}]某某")
_EMPTY_DATE = re.compile(r"(?:20\d\d)?年[ \u3000]{1,}月[ \u3000]*日?|(?:20\d\d)年\d{1,2}月[ \u3000]+日")


def _placeholders(text: Text) -> Iterator[Hit]:
    for match in _MARK.finditer(text.text):
        if match[0][0] in "_＿" and _is_form(text, match.start()):
            continue
        if text.markdown and match[0][0] in "*#_":
            continue
        yield Hit(
            match.start(), match.end(), None, f"占位符“{match[0][:12]}”没有替换，请填写实际内容。"
        )  # fmt: skip
    if not text.markdown:
        for match in _STARS.finditer(text.text):
            yield Hit(match.start(), match.end(), None, "占位符“**”没有替换，请填写实际内容。")
    for match in _WORDS.finditer(text.text):
        level = (
            Level.HINT
            if match[0] == "某某" and _ANONYMOUS.search(text.text, match.start() - 1, match.end())
            else None
        )
        yield Hit(match.start(), match.end(), None, f"“{match[0]}”是待填的记号，请补齐或删去。", level)


def _is_form(text: Text, at: int) -> bool:
    """Whether a line of underscores stands in a form, where people write by hand."""
    p = text.paragraph_at(at)
    return p is not None and (p.place == "cell" or "：_" in p.text or p.text.count("___") > 3)


_ADVERTISING = re.compile(
    r"(?:扫(?:描)?(?:一扫)?(?:上方|下方|下面|左侧|右侧|文末)?二维码|(?:长按|识别)(?:图中|下方)?二维码|(?:欢迎)?关注(?:我们|本|微信)?公众号|微信公众号[:：]|加(?:我|客服)?微信|微信号[:：]|(?:客服|咨询|写作|代写)(?:热线|电话|微信|QQ)[:：]|QQ群[:：]?\d+|点击(?:阅读|查看|下载)?(?:全文|原文|链接|下载|购买)|(?:付费|会员|VIP|vip)(?:后)?(?:可)?(?:阅读|下载|查看|专享|文档|内容)|开通(?:会员|VIP)|剩余\d+[%％](?:内容|未读)|未完待续|试读(?:结束|已结束)|下载(?:完整版|全文|原文档)|本文(?:来自|来源于|由)[^。\n]{0,20}(?:整理|提供|发布|网站|公众号)|版权(?:归[^。\n]{0,12}所有|所有)[，,]?(?:违者必究|侵权必究|翻印必究|请勿转载)|(?:公文|范文|写作|文秘|材料)(?:写作)?(?:网|之家|吧|星球|社群)(?=[：:，。\s]|$|整理|www)|代写(?:材料|公文|讲话|总结)|知识星球|更多(?:精彩|公文|材料|范文)[^。\n]{0,10}(?:请|尽在|关注|访问|加)|百度文库|道客巴巴|豆丁网|原创力文档|人人文库|转发朋友圈|(?:如有)?侵权(?:请)?(?:联系)?(?:立即|我们)?删除|内容仅供参考[^。\n]{0,12}(?:下载|购买)?)"
)
#: One of these stands in every match of the two patterns; a text without them is not searched.
_SIGNS = (
    "二维码", "公众号", "微信", "热线", "电话", "QQ", "点击", "付费", "会员", "VIP", "vip", "剩余", "未完待续", "试读", "下载", "本文", "版权",
    "公文", "范文", "写作", "文秘", "材料", "代写", "知识星球", "更多", "百度", "道客", "豆丁", "原创力", "人人文库", "朋友圈", "侵权", "仅供参考",
    "http", "www.",
)  # fmt: skip
_SITE = re.compile(r"(?:https?://|www\.)[\w./?=&%-]+")
PAGE_NUMBER = re.compile(
    r"^\s*(?:第\s*\d+\s*页\s*[/／,，]?\s*共\s*\d+\s*页|-\s*\d+\s*-|—\s*\d+\s*—)\s*$", re.MULTILINE
)


def _advertising(text: Text) -> Iterator[Hit]:
    if not any(word in text.text for word in _SIGNS):
        return
    for match in _ADVERTISING.finditer(text.text):
        yield Hit(match.start(), match.end(), None, f"“{match[0]}”像是广告或付费阅读的记号，请删去。")
    for match in _SITE.finditer(text.text):
        if not re.search(r"gov\.cn|\.edu\.cn|\.org\.cn", match[0]) and not text.markdown:
            yield Hit(match.start(), match.end(), None, "公文里出现网址，请核对是否为复制残留。", Level.HINT)


_MACHINE = re.compile(
    r"(?:作为一个?(?:AI|人工智能)(?:语言)?(?:模型|助手)|以下是(?:为您|我为您|根据您)[^。：\n]{0,20}[：:]|希望(?:这|以上内容)[^。\n]{0,10}对您有(?:所)?帮助)"
)

RULES = (
    Rule(
        "placeholder", 38, "占位符没有替换", Level.ERROR, "编校：不得带占位符印发",
        both(_placeholders, pattern(_EMPTY_DATE, None, "日期没有填写。")),
        "由××局负责。", "由水利局负责。", statute=Level.WARNING,
    ),
    Rule(
        "advertising", 0, "广告或付费阅读的记号", Level.ERROR, "编校：复制残留", both(_advertising, pattern(_MACHINE, None, "“{0}”像是从别处复制来的话，请删去。")),
        "扫描下方二维码关注公众号。", "请通过县政府网站查询。", statute=Level.HINT,
    ),
    Rule(
        "page-number-in-text", 0, "正文里留有页码", Level.WARNING, "编校：复制残留", pattern(PAGE_NUMBER, None, "这一行像是页码，请删去。"),
        "第 3 页 共 8 页\n", "各单位要抓好落实。\n",
    ),
)  # fmt: skip
