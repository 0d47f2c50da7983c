"""Whether a sentence commits somebody to something, or tells of the past, of the situation, or only appeals.

Points for an obligation, an action, an owner, a limit and a figure; against them stand the signs of a report, a problem,
a reason and an appeal, and the section under which the sentence stands.
"""

from __future__ import annotations

import re

from bihuan.library.tasks.sentences import LISTED

NEED = 2
_MODAL = re.compile(
    r"(?:^|[，,：:、]|[\u4e00-\u9fff）])(?:(?<![主重首次])要(?![求点害素件领闻塞职看知是])|必须|务必|应当|应该|须|确保|力争|争取|严禁|不得|计划|拟|将(?!近|军|来)|着力|全力|需(?!求|要看))"
)
_VERBS = (
    "完成|新建|改造|改建|扩建|实施|开展|建设|建立|健全|完善|落实|制定|出台|组织|加强|强化|深化|抓好|抓紧|抓实|做好|打好|启动|开工|建成|培育|引进|整治|治理|清理|排查|整改|提升|优化|巩固|实现|支持|严格|推进|推动|加快|"
    "扎实|深入|全面|持续|大力|统筹|编制|修订|召开|举办|培训|发放|拨付|兑现|压减|压缩|推行|推广|打造|创建|聚焦|围绕|积极|坚决|切实|进一步|主动|协调|督促|指导|检查|督查|调度|通报|报送|上报|公开|公示|签订|设立|配备|安装|更换|拆除|"
    "修缮|修复|种植|造林|谋划|储备|申报|争取|招引|帮扶|安置|保障|加大|规范|推出|探索|搭建|构建|扩大|增加|减少|降低|控制|查处|打击|严厉|严肃|细化|压实|明确|形成|提交|梳理|研究|牵头|负责|配合|利用|发挥|选派|选聘|新增|消除|解决|办理|畅通|开通|投入|盘活|化解|动态|逐项|逐一|同步|尽快|立即|集中|分类|依法|适时|定期|每月|每季度|每周|每年|督办|跟踪|验收|销号|移交|纳入|把|将|对|在|到|年底|今年|由"
)
_ACTION = re.compile(rf"(?:^|[，,：:；;]|要|必须|务必|应当|应|须|确保|力争|计划|是)(?:{_VERBS})")
_PAST = re.compile(
    r"(?:^|[，,])(?:去年|上年|前年|过去|一年来|五年来|几年来|近年来|近几年|近日|日前|上半年(?:，|全)|前[一二三四五六七八九\d]+个?(?:月|季度))|以来[，,]|(?:今年|去年|年初|开展|实施|启动|成立|任职|换届)[^，。]{0,8}以来|截至(?:目前|[^，。]{1,8}[日底])|截止目前|目前[，,]?(?:已|全)|已经|(?<!自)已(?=[\u4e00-\u9fff])"
    r"|先后|累计|(?:取得|完成|实现|形成|解决|开展|建立|带动|得到|收到|赢得|荣获|获得|召开|组织|出台|制定|打造|建成|实施|化解|办理|整改|印发|签订|引进|培育|争取|投入)了|同比(?:增长|下降|提高|增加|减少)(?!.{0,8}以上)|顺利(?:完成|通过|实现)|圆满(?:完成|成功|结束)|成功(?:创建|举办|入选|争取)|成效(?:明显|显著|初显)|位居|位列|排名(?:全|第)|荣获|获评|被评为|得到了?(?:上级|省|市|群众|充分)|有力有效|稳中有进|明显(?:增强|改善|提升|好转)|持续向好|不断增强$|再创|创历史|实现历史性"
)
_PROBLEM = re.compile(
    r"(?:存在|仍有|还有|尚有|依然|仍然|还不|不够|不足|不到位|不强|不高|不实|滞后|薄弱|短板|差距|有待|亟待|未能|缺乏|偏低|偏慢|偏弱|突出问题是|困难|矛盾|制约)|有的(?:干部|同志|单位|部门|地方|乡镇|党员|领导|村|企业)|少数(?:干部|同志|单位|部门|地方|乡镇|党员)|个别(?:干部|同志|单位|部门|地方|乡镇|党员)|一些(?:干部|同志|单位|部门|地方|乡镇)|部分(?:干部|同志|单位|部门|地方|乡镇|党员|企业|群众|项目)(?!要)"
)
_REASON = re.compile(
    r"是(?:[^，。]{0,30}(?:的)?(?:关键|重要|必然|根本|基础|前提|保障|需要|要求|举措|途径|抓手|保证|使命|责任|体现|大事|职责|主线|核心|之年|起点|机遇))|事关|关系到|意义(?:重大|深远)|(?:当前|面对|正处于|处在|面临)[^。]{0,30}(?:形势|关键|机遇|挑战|时期|阶段|压力)|充分说明|深刻表明|充分体现|要看到|必须看到|应该看到|要清醒|总的看|形势(?:严峻|复杂|逼人)|众所周知|指出|强调[，,：:]|今天[，,]?(?:我们|召开)|这次会议|会议的主要|下面[，,]我|我(?:代表|先|就|讲|谈)|根据[^，。]{2,40}(?:要求|安排|部署|精神|规定)[，,](?:现将|结合|制定本)|为(?:了|贯彻|深入|认真|全面|进一步|切实|做好)[^。]{4,80}(?:制定本|现(?:将|就|提出)|特制定)"
)
_APPEAL = re.compile(
    r"同志们|亲自抓|让我们|希望(?:大家|同志们|各位|全体)|(?:要|必须|务必|一定要)?(?:充分|深刻|清醒|切实|准确)(?:地)?认识|(?:提高|强化|增强|统一|深化|保持|坚定|筑牢)(?:政治|思想|大局|责任|忧患|使命|危机|紧迫|历史|行动|战略|理想)[^，。]{0,14}(?:站位|认识|意识|感|自觉|定力|信念|根基)?(?:[，,。]|$)|高度重视|真抓实干|奋力谱写|努力奋斗|再创佳绩|贡献(?:力量|智慧|[^，。]{0,6}力量)|以更加|以昂扬|锐意进取|开拓创新|砥砺前行|凝心聚力|不负(?:重托|韶华|众望|期望)|牢记|拿出[^，。]{0,12}(?:干劲|劲头|状态|勇气)|争做|当好(?:排头兵|表率)|谱写[^，。]{0,20}(?:篇章|华章)|为[^，。]{2,40}(?:作出|做出|贡献)[^，。]{0,10}(?:贡献|力量)|祝(?:大家|各位|愿)|谢谢"
)
#: Who is called upon is nobody in particular.
_EVERYBODY = re.compile(
    r"(?:全县|全市|全区|全体|广大)?各(?!乡镇)[^，。]{0,10}?(?:单位|部门|级|地|方面)|全[县市区体]上下|各级各部门|(?:各乡镇)?党政主要"
)
_CONCRETE = re.compile(
    r"台账|清单|方案|机制|制度|项目|工程|平台|专班|报告|专项|行动|办法|计划|全覆盖|清零|销号|整改|排查|督查|通报|培训|考核|验收|中心|园区|产业|企业|道路|管网|学校|医院|农田|水库|水厂"
)
PAST_SECTION = re.compile(
    r"回顾|肯定成绩|正视|看到成绩|工作(?:完成|进展|开展|推进)?情况|主要(?:做法|成效|成绩|工作成效)|取得的?(?:成效|成绩|进展|成果)|成效|做法|存在(?:的)?(?:主要)?(?:问题|不足|困难)|问题和不足|原因|形势|意义|认识|体会|经验|基本情况|完成情况|概况|背景|亮点|(?:19|20)\d\d年(?:上半年)?(?:主要)?工作(?:总结|情况)|上半年工作"
)
_GENERAL_SECTION = re.compile(r"组织领导|工作要求|保障|思想认识|政治站位|总体要求|指导思想")
FUTURE_SECTION = re.compile(
    r"下一步|下步|今后|安排|任务|措施|打算|计划|要求|举措|重点工作|保障|分工|目标|部署|步骤|思路|抓好|推进|加快|强化|突出|压实|狠抓|聚焦|做好|建议|整改|下半年|确保"
)


def weight(
    text: str, headings: tuple[str, ...], *, owner: bool, limit: bool, target: bool, past_year: bool
) -> int:
    """Return how much speaks for a task; from ``NEED`` on it is one."""
    facts = 3 * owner + 2 * limit + 2 * target
    score = facts + bool(_MODAL.search(text)) + bool(_ACTION.search(text)) + _section(headings, bound=owner)
    if facts == 0:
        score += bool(LISTED.match(text))
        score -= not _CONCRETE.search(text)
    if _is_past(text, past_year):
        score -= 4 if owner and _MODAL.search(text) else 6
    if _PROBLEM.search(text) and not (
        owner
        or (limit and _MODAL.search(text))
        or re.search(r"解决|消除|整改|针对|克服|补齐|破解|杜绝|防止|化解", text)
    ):
        score -= 3
    if not owner and _REASON.search(text):
        score -= 4
    if _APPEAL.search(text) and not (limit or target) and (not owner or _EVERYBODY.match(text)):
        score -= 3 + 2 * owner
    return score


def is_report(text: str) -> bool:
    """Whether a sentence tells what was done, with no demand in it."""
    return _PAST.search(text) is not None and not is_demand(text)


def is_demand(text: str) -> bool:
    """Whether a sentence demands something."""
    return _MODAL.search(text) is not None


def _is_past(text: str, past_year: bool) -> bool:
    """A report; but 确保年底前已建项目投产 and 对已排查的隐患 are no report."""
    if past_year:
        return True
    found = _PAST.search(text)
    if found is None:
        return False
    return not (
        found[0] == "已" and re.search(r"(?:对|将|把|凡|确保|针对|要求|围绕|巩固)[^，。]{0,8}已", text)
    )


def _section(headings: tuple[str, ...], *, bound: bool) -> int:
    """The innermost heading that tells counts; one of the past weighs little where an owner is bound."""
    for words in reversed(headings):
        if PAST_SECTION.search(words) and not re.search(
            r"要求|下一步|下步|打算|(?:整改|解决).*措施|提高.*认识|今后", words
        ):
            return -1 if bound else -4
        if FUTURE_SECTION.search(words):
            return 0 if _GENERAL_SECTION.search(words) else 1
    return 0
