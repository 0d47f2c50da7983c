"""The kinds of documents, told by how a title ends."""

from __future__ import annotations

import re

#: Kind → how its titles end. The first that fits counts.
KINDS: dict[str, str] = {
    "讲话": "讲话|讲话稿|发言|发言稿|致辞|致词|演讲稿?|主持词|主持讲话|党课讲稿|党课|动员词|祝酒词|贺词|宣讲稿|讲稿|发言提纲|讲话提纲|表态",
    "汇报": "汇报|汇报材料|汇报稿|情况汇报|汇报提纲|经验交流材料|交流材料|典型材料|情况说明|自查情况",
    "总结": "总结|小结|工作回顾|总结材料",
    "报告": "报告|调研报告|述职述廉|述职述责述廉|对照检查材料|检视材料|剖析材料|检查材料|调查|考察材料|调研文章",
    "方案": "方案|预案|计划|规划|要点|安排|行动|打算|工作思路|路线图|任务分工|设想|纲要",
    "通知": "通知|紧急通知",
    "通报": "通报",
    "决定": "决定|决议|命令|令",
    "意见": "意见|建议|指导意见|若干措施|措施|政策措施|十条",
    "办法": "办法|暂行办法|试行办法",
    "制度": "制度|规定|细则|规则|准则|守则|规程|规范|章程|职责|标准|指南|流程",
    "法律": "法|条例|基本法|组织法|修正案|解释|补充规定|公约",
    "函": "函|复函",
    "请示": "请示",
    "批复": "批复",
    "公告": "公告|通告|公报|公示",
    "纪要": "纪要|会议记录",
    "简报": "简报|信息|快报|专报|动态",
    "议案": "议案|提案|建议案",
    "倡议": "倡议书?|慰问信|感谢信|公开信|一封信|承诺书|责任书|申请书?|心得体会|体会|介绍信|证明|合同|协议",
}
_TAIL = r"(?:\s*[（(][^（）()]{1,30}[）)]|\s*[（(]?(?:试行|暂行|草案|修订|征求意见稿|送审稿|讨论稿|节选|摘要|摘录)[）)]?|\s*[（(]?[一二三四五六七八九十\d]{1,2}[）)]?|第[一二三四五六七八九十\d]{1,4}[期号]|稿|材料)*"
_BY_KIND = {kind: re.compile(rf"(?:{words}){_TAIL}$") for kind, words in KINDS.items()}
_ANY = re.compile(rf"(?:{'|'.join(KINDS.values())}){_TAIL}$")
_FULL = re.compile(
    rf"(?:关于|在|对|就)[^。；]{{2,80}}(?:的?)(?:{'|'.join(KINDS.values())}){_TAIL}$"
    r"|[^。；，]{0,24}(?:19|20)\d\d年[^。；]{2,60}(?:总结|计划|要点|报告|方案|汇报|安排|打算|意见|思路)"
    rf"{_TAIL}$"
)


def kind_of(title: str) -> str:
    """Return the kind that a title's end says, "" where it says none."""
    bare = "".join(title.split()).rstrip("》”")
    return next((kind for kind, pattern in _BY_KIND.items() if pattern.search(bare)), "")


def ends_as_title(text: str) -> bool:
    """Whether a line ends as titles of some kind do."""
    return _ANY.search("".join(text.split())) is not None


def is_full_title(text: str) -> bool:
    """Whether a line is shaped as a whole title: 关于…的通知, 在…上的讲话, 2025年…工作总结."""
    bare = "".join(text.split())
    return (
        _FULL.fullmatch(bare) is not None
        or re.match(rf".{{0,30}}(?:关于|在).{{2,80}}的(?:{'|'.join(KINDS.values())}){_TAIL}$", bare)
        is not None
    )
