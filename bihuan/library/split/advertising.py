"""Advertising, contact lines, paywall marks and disclaimers, told from sentences that merely speak of such things.

引导群众关注“某县发布”公众号 is work; 更多范文请关注公众号“某某” is advertising. What tells them apart is the pitch: an
offer of documents, an address to turn to, a demand to the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PAYWALL, SALE, CONTACT, ORIGIN = "付费提示", "广告", "联系方式", "来源和版权声明"

_SITE = r"(?:https?://|www\.)[\w./?=&%#~:+-]+|(?<![\w@.])[a-zA-Z][\w-]{1,30}\.(?:com|cn|net|org|top|cc|vip|info|xyz)(?:\.cn)?(?![\w])(?:/[\w./?=&%#-]*)?"
_ACCOUNT = (
    r"(?:电话|手机)?\s*[/／+]?\s*(?:微\s*信|V\s*信|薇信|威信|VX|vx|wx|WX|Ｖ信)(?:号|公众号|搜索?|群|客服)?\s*(?:[：:号]|搜索)?\s*[“\"'「【]?(?:[A-Za-z][\w-]{4,}|\d{8,12})"
    r"|(?:QQ|qq|扣扣|Q群|企鹅)(?:群|号|交流群|客服)*\s*[：:号]*\s*\d{5,12}|(?:公\s*众\s*号|小红书|抖音|知识星球|视频号)号?\s*(?:[：:]|搜索?)\s*[“\"'「【]?[\w\u4e00-\u9fff]{2,20}"
)
_GOODS = r"(?:范文|公文|材料|文稿|资料|素材|模板|文档|讲话稿|发言稿|报告|总结|文章|PPT|ppt|课件|笔杆子|写作|文库|文秘|干货|真题)"
_CALL = r"(?:关注|搜索|搜|添加|加入|加|扫码?|扫描|长按|识别|回复|私信|咨询|联系|访问|登录|登陆|点击|下载|获取|领取|购买|订阅|收藏|尽在|详见|请到|请上)"
_CHANNEL = r"(?:公\s*众\s*号|微\s*信|V信|QQ|qq|扣扣|二维码|小编|客服|交流群|资料群|写作群|网站|官网|店铺|淘宝|拼多多|闲鱼|小程序|星球|网盘|APP|App|本站|本店)"

_PAYWALL = re.compile(
    r"(?:剩余|以下|后续|余下|其余|全部|完整|更多|隐藏|下文)[^。；，\n]{0,12}?(?:内容|部分|章节|正文|全文|文档|页|字|[\d.]+[%％])[^。；\n]{0,10}?(?:付费|会员|VIP|vip|开通|(?:购买|下载|登录|支付|关注)后?(?:即?可|才能|方可|阅读|查看|$)|解锁|订阅|充值|未读|未显示|积分|金币)"
    r"|(?:付费|下载|登录|注册|开通|会员|购买|扫码|充值|订阅|支付|VIP|vip|解锁|关注)[^。；，\n]{0,12}?(?:阅读|查看|浏览|获取|解锁|看|可见|显示)[^。；，\n]{0,6}?(?:全文|剩余|完整|原文|后续|余下|下文|隐藏|(?:更多|全部)(?:内容|章节|页|$))"
    r"|(?:会员|VIP|vip|付费|SVIP)\s*(?:专享|专属|可见|内容|文档|免费|特权|尊享|优享|阅读|下载)|试读(?:部分)?(?:已)?(?:结束|完|到此)|(?:免费)?(?:预览|试看)(?:已)?(?:结束|完毕|到此|部分)"
    r"|(?:点击|展开|继续)(?:阅读|查看|下载)?(?:全文|原文|更多|剩余|完整|余下)|(?:还|仅)?[剩有]\s*(?:余)?\s*\d+\s*页(?:未读|未显示|可免费)|(?:阅读|查看)(?:全文|剩余|完整版?)[^。；\n]{0,6}(?:付费|会员|VIP|需|请)"
    r"|(?:本文|此处|全文|后文)[^。；，\n]{0,6}(?:付费|收费|VIP|会员)(?:内容|阅读|文档)?|(?:需要?|请)(?:先)?(?:付费|充值|开通会员|购买会员|成为会员|开通VIP|登录)(?:后|才)?[^。；，\n]{0,4}(?:阅读|查看|下载|复制|继续)"
    r"|(?:下载|打印|复制)(?:本文档?|此文|该文档?)?(?:需|要)\s*\d*\s*(?:积分|金币|元|下载券|点数|会员)|未完待续.{0,10}(?:下载|付费|关注)"
    r"|下载[^。；，\n]{0,6}(?:需|要|仅|只需)\s*[\d.]+\s*元|下载(?:完整版|全文|原文|[Ww]ord|PDF|pdf)|(?:购买|付款|支付|打赏)后(?:即?可|才能|方可|获取|下载|阅读|查看)|[想要](?:看|要|获取|阅读)(?:全文|完整版)|请点击购买"
)
_SALE = re.compile(
    rf"(?:更多|海量|全套|精品|优质|最新|高质量|各类|代写|定制|承接|专业|原创|免费|万篇|千篇)[^。；\n]{{0,20}}?{_GOODS}[^。；\n]{{0,24}}?(?:{_CALL}|{_CHANNEL}|网$|尽在|{_SITE})"
    rf"|{_CALL}[^。；\n]{{0,14}}?{_CHANNEL}[^。；\n]{{0,24}}?(?:{_GOODS}|获取|领取|下载|更多|免费|即可|号$)"
    rf"|{_GOODS}[^。；\n]{{0,10}}(?:代写|定制|批发|打包|出售|优惠|低价|包邮|到付|网盘|百度云|夸克)|(?:代写|代笔|定制){_GOODS}"
    rf"|(?:淘宝|天猫|拼多多|闲鱼|京东|抖音)(?:网)?(?:店铺?|小店|旗舰店|店名|搜索?|直达|链接|购买)[^。；\n]{{0,4}}[：:“「【]"
    rf"|(?:扫码|扫描|长按|识别)[^。；\n]{{0,10}}(?:二维码|关注|下载|进群|入群|加群|领取)|(?:加群|入群|进群)[^。；\n]{{0,12}}(?:交流|领取|下载|学习|资料|QQ|微信)"
    rf"|(?:欢迎|敬请|记得|请|快来)[^。；\n]{{0,4}}(?:关注|收藏|转发|点赞|订阅|下载|光临|选购)[^。；\n]{{0,8}}(?:{_CHANNEL}|本文库|我们|本号|[\w\u4e00-\u9fff]{{2,8}}(?:网|文库|公众号|资料库|公文))"
    r"|微信搜(?:一搜|索)?\s*[：:“「]|(?:关注|点击|长按)(?:我(?!县|市|区|省|国|们[^，。]{3})|本号|[上下]方(?:名片|卡片|链接|二维码|蓝字)|蓝字|文末)|回复[^。；，\n]{0,12}(?:领取|获取|获得|下载|发送|索取)|微信同号|更多精彩|文末扫码|店铺[：:]"
    r"|(?:限时|全场|会员|新用户|优惠)[^。；\n]{0,6}(?:[\d.]+\s*折|特价|优惠|秒杀|包年|年费)|(?:百度文库|道客巴巴|豆丁网|原创力文档|人人文库|金锄头文库|文库宝|docin|doc88)"
)
_ORIGIN = re.compile(
    rf"(?:【?(?:本文|本文档|该文档?|文档|资料|文章|材料|内容|以上内容|本资料|本材料)(?:来源于?|来自于?|转自|转载自|下载自|下载于|整理自|摘自|选自|源自|均?由|均来自|收集于|整理于)|来源[：:]|(?:转|下)载自|资料来源[：:]|文档来源[：:])[^。；\n]{{0,30}}?(?:网|文库|公众号|网络|互联网|整理|提供|分享|上传|平台|作者|{_SITE})"
    r"|仅供(?:学习|参考|个人|内部学习|交流|借鉴|写作)[^。；\n]{0,20}|(?:如有|若有|如|若|涉及|存在)?侵权[^。；\n]{0,12}?(?:删除|删|联系|告知)|未经[^。；\n]{0,8}(?:许可|授权|允许|同意)[^。；\n]{0,8}(?:转载|复制|传播|商用|外传|转售)"
    r"|版权(?:所有|归[^。\n]{1,20}所有)|(?:请勿|不得|严禁)(?:外传|商用|转售)|请勿(?:转载|传播)|转载请注明|(?:文件|文档|资料)(?:来源[：:]|下载自)|^内部(?:资料|文件|材料)[\s，,·、]*(?:注意保存|妥善保管|仅供参阅)?$|(?i:all rights reserved|copyright)|(?:网络|网友)(?:收集|整理|上传|分享)"
)
_CONTACT = re.compile(rf"(?!\S*\.gov\.cn)(?:{_SITE})|{_ACCOUNT}")
_DIRECT = re.compile(rf"{_CALL}|{_GOODS}|{_CHANNEL}|网址|网站|主页|店|客服|电话|售|更多|欢迎")
_WORK = re.compile(
    r"(?:引导|组织|发动|推动|依托|利用|通过|借助|建立|开通|运用|打造|搭建|用好|发挥|鼓励|结合|充分|深入|提升|推送|发布|强化|落实|推进|开展|建设|完善|全县|全市|群众|干部职工|各乡镇|辖区|我县|我市|我局|政府|附件|各单位|各部门)"
)
# Every pattern above needs one of these: most lines of a document have none, and are not looked at twice. All words begin with
# a plain character, and the signs with one of a class: only so does Python leap from one possible beginning to the next.
_HINT = re.compile(
    r"付费|会员|VIP|vip|解锁|订阅|充值|未读|未显示|积分|金币|预览|试读|试看|全文|原文|剩余|余下|隐藏|购买|下载|登[录陆]|展开|收费|未完待续|公\s*众\s*号|微\s*信|薇信|威信|QQ|qq|扣扣|二维码|小编|客服"
    r"|交流群|资料群|写作群|加群|入群|进群|Q群|网站|官网|店|淘宝|拼多多|闲鱼|天猫|京东|抖音|小红书|小程序|星球|网盘|APP|App|本站|代写|代笔|定制|扫码|扫描|长按|百度|文库|豆丁|金锄头|道客|优惠|打包|低价|出售"
    r"|特价|秒杀|包年|年费|范文|公文|文稿|资料|素材|模板|文案|来自|来源|转自|转载|整理自|摘自|选自|源自|上传|仅供|侵权|版权|未经|请勿|网络|网友|继续|点击|公众|关注|回复|内部|电话|手机|打赏|付款|外传|商用|更多"
)
_SIGNS = re.compile(r"[A-Za-zＶ\d](?:(?<=[A-Za-z])[A-Za-z]|(?<=\d)\d{4}|(?<=[VＶ])\s*信)")
_BRACKET = re.compile(r"[（(【\[〔][^（()）】\]〕\n]{2,60}[）)】\]〕]")
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_LONGEST = 90
_REAL = 12
"""A sentence at least so long that is no pitch makes its line a line of the document."""


def _may_pitch(text: str) -> bool:
    return _HINT.search(text) is not None or _SIGNS.search(text) is not None


def of_line(text: str) -> str:
    """Return why a whole line is no part of a document, "" if it is one."""
    if len(text) > _LONGEST or not _may_pitch(text):
        return ""
    why = _judged(text)
    sentences = _SENTENCE.findall(_BRACKET.sub("", text)) if why else []
    if any(len(s) >= _REAL and s[-1] in "。！？；" and not _judged(s) for s in sentences):
        return ""
    return why


def inside(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the pitches inside a line of real text: brackets, sentences of their own, addresses that stand alone."""
    if not _may_pitch(text) or not any(p.search(text) for p in (_CONTACT, _PAYWALL, _ORIGIN, _SALE)):
        return
    found = [(*m.span(), why) for m in _BRACKET.finditer(text) if (why := _judged(m[0]))]
    rest = _blanked(text, found)
    for sentence in _SENTENCE.finditer(rest):
        if len(sentence[0]) <= _LONGEST and (why := _judged(sentence[0])):
            found.append((*sentence.span(), why))
        else:
            found += _bare_addresses(sentence)
    yield from sorted(found)


def _blanked(text: str, found: list[tuple[int, int, str]]) -> str:
    """The text with what was found made a break, so that everything keeps its place."""
    for start, end, _ in found:
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def _judged(text: str) -> str:
    """Why a line, sentence or bracket has to go, "" when it may stay."""
    why = _reason(text)
    return "" if not why or _is_work(text, why) else why


def _bare_addresses(piece: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """An address in the middle of a sentence that does not speak of it is a watermark."""
    for found in _CONTACT.finditer(piece[0]):
        before = piece[0][: found.start()]
        if not re.search(r"(?:网址|网站|登录|访问|邮箱|平台|（|\(|：|:|见|“|号|至)\s*$", before):
            yield piece.start() + found.start(), piece.start() + found.end(), CONTACT


def _reason(text: str) -> str:
    if _PAYWALL.search(text):
        return PAYWALL
    if _ORIGIN.search(text):
        return ORIGIN
    if _SALE.search(text):
        return SALE
    found = _CONTACT.search(text)
    if found and (_DIRECT.search(text) or len(found[0]) * 2 >= len(text)):
        return CONTACT
    return ""


def _is_work(text: str, why: str) -> bool:
    """A sentence of the document that only speaks of accounts and downloads: it has a subject's work and no address."""
    if _CONTACT.search(text) and why != CONTACT:
        return False
    score = len(set(_WORK.findall(text)))
    if why == CONTACT:
        return score >= 1 and text[-1:] in "。；"
    return score >= 2 or (score == 1 and (text[-1:] in "。；" or len(text) > 40))
