"""What the words above a column mean: the vocabulary, and patterns for what it does not list.

Patterns match a whole header from which blanks, brackets and marks were removed (``header.plain``), in order: the first
that fits decides.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bihuan.excel import vocabulary

FIELDS = (
    "number",
    "title",
    "class",
    "target",
    "measures",
    "lead",
    "owner",
    "helpers",
    "handler",
    "due",
    "ongoing",
    "cycle",
    "progress",
    "state",
)
EXTRA = "extra"
FIELD_NAMES = {
    "number": "编号", "title": "事项内容", "class": "类别", "target": "目标", "measures": "措施", "lead": "牵头领导",
    "owner": "责任单位", "helpers": "配合单位", "handler": "责任人", "due": "时限", "ongoing": "长期坚持", "cycle": "反馈周期",
    "progress": "进展", "state": "完成状态", EXTRA: "其他内容（原样保留）",
}  # fmt: skip
"""What a person reads for each field."""


class Meaning(NamedTuple):
    """A field, and how sure the word is (1 vague, 2 usual, 3 certain). ``extra`` is a known word of no field."""

    field: str
    rank: int


def _table(words: dict[str, str], rank: int) -> dict[str, Meaning]:
    return {word: Meaning(name, rank) for name, text in words.items() for word in text.split()}


EXACT: dict[str, Meaning] = {**_table(vocabulary.VAGUE, 2), **_table(vocabulary.CERTAIN, 3)}
STAND_IN_TITLES = frozenset(vocabulary.STAND_IN_TITLES.split())
CONTENTS = frozenset(vocabulary.CONTENTS.split())
GROUPS = frozenset(vocabulary.GROUPS.split())

LEVELS = {"一级": 1, "二级": 2, "三级": 3, "四级": 4}
"""Words that name the level of a title column; the others rank by their place, left to right."""


def _or(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_ORG = _or("单位 部门 机构 科室 处室 股室 主体 乡镇 镇街 街道 站所 党组织 支部 责任单位 责任部门")
_BEFORE_DAY = _or(
    "调研 会议 活动 培训 印发 出台 成文 交办 下达 发现 提出 反馈 开始 启动 起始 开工 受理 登记 填报 更新 检查 批示 申请 审核 通报 接收 收文 来文 立项 签收 "
    "实际完成 实际办结 实际整改 实际销号 实际竣工"
)
_WATCHERS = _or("督办 督导 督查 督察 交办 检查 发现 反馈 批示 审核 验收 填报 报送 提出")
_LEADING = _or(
    "责任 牵头 包联 分管 主管 挂点 包抓 包保 包案 挂钩 联系 领办 县级 市级 区级 省级 领衔 攻坚 主责 班子"
)
_OWNING = _or("责任 负责 牵头 主办 承办 主责 主管 办理 整改 实施 落实 处置 承接 承担")
_HELPING = _or("配合 协办 协同 协助 参与 参加 会办 联办 协作")
_FOUND = _or(
    "反馈 存在 发现 查摆 检视 具体 主要 突出 整改 巡察 巡视 审计 督察 暴露 指出 通报 反映 查找 梳理 排查 意见"
)
_ACCOUNTS = _or(
    "进展 进度 整改情况 落实情况 完成情况 办理情况 推进情况 开展情况 最新反馈 办理结果 整改结果 完成率 完成比例 办结情况 转化情况"
)
_LIMITS = _or("时限 工期 期限 时间节点 截止时间 截止日期 完成时间 完成日期 办结时间 办结日期 销号时间")

_LOOSE: tuple[tuple[str, int, str], ...] = (
    (EXTRA, 3, r".*(?:数量|个数|总数|项数|件数|户数|占比)"),
    (EXTRA, 3, r"(?:措施|举措|子项|分项).{0,2}(?:编号|序号)"),
    ("number", 2, r".{0,6}(?:编号|序号)|(?:no|NO|No)\.?"),
    (
        EXTRA,
        3,
        ".*"
        + _or(
            "电话 手机 联系方式 备注 佐证 附件 证明材料 支撑材料 困难 原因 成因 依据 文号 职务 照片 图片 签字 盖章"
        ),
    ),
    ("measures", 1, r"(?:下一步|下步|后续)的?(?:具体|主要)?整改(?:工作)?(?:措施|举措)(?:及.*)?"),
    (EXTRA, 3, r"(?:下一步|下步|后续|今后).*"),
    (EXTRA, 3, r".*(?:延期|追责|问责|处分|满意|回访|评价|验收).*"),
    (EXTRA, 3, f".*{_BEFORE_DAY}(?:时间|日期|时点)"),
    (EXTRA, 3, f".*{_WATCHERS}(?:单位|部门|领导|人|人员|主体|机构|同志)"),
    (EXTRA, 3, ".*" + _or("来源 渠道 成效 效果评估 成果形式 转化形式 转化方式 长效机制 制度名称 建章立制")),
    (EXTRA, 3, r".*(?:协调|困难).*"),
    ("class", 2, r".*(?:类别|类型|分类|所属领域|种类)|.{1,4}(?:方面|领域)"),
    ("state", 3, r"是否.*(?:完成|整改|销号|办结|解决|落实|到位|完结|达标).*"),
    ("state", 3, r".*(?:状态|亮灯.*|灯号)|.{0,4}(?:完成|办结|销号|整改|到位)与否"),
    (
        "progress",
        3,
        r".*(?:措施|举措|任务|工作|事项|目标|方案)的?(?:落实|完成|推进|执行|进展|开展|办理|实施)(?:进展)?情况.*",
    ),
    ("helpers", 3, f".*{_HELPING}{_ORG}.*"),
    ("lead", 3, f".*{_LEADING}[县市区省校院局]?级?领导.*"),
    ("lead", 3, f"{_LEADING}副?[县市区州镇乡局校院厅委](?:委?常委|委?书记|长)"),
    ("owner", 3, f".*{_OWNING}{_ORG}.*"),
    ("handler", 3, r".*(?:责任人|负责人|经办人|承办人|联系人|联络员|责任人员).*"),
    ("due", 3, f".*{_LIMITS}.*"),
    ("measures", 3, r".*(?:措施|举措|对策|解决办法|整改方案|具体做法).*"),
    (
        "target",
        3,
        r"(?:整改|预期|工作|年度|总体|阶段性?|月度|[一二三四]?季度|本年|攻坚|任务|建设|\d{4}年度?)*目标(?:要求|值|效果|成效|任务量|及要求)?",
    ),
    ("target", 3, r".*(?:完成标准|整改标准|办结标准)"),
    ("target", 2, r".{0,8}的?目标(?:要求|成效|效果)?"),
    ("progress", 3, f".*{_ACCOUNTS}.*"),
    (EXTRA, 2, r".*(?:成效|成果|效果)"),
    (
        "title",
        3,
        f".*{_FOUND}(?:出|到)?的?(?:主要|具体|突出)?问题"
        r"(?:及?(?:具体|主要)?表现(?:形式|情况)?|描述|内容|情况|清单|事项|详情)?",
    ),
    ("title", 3, r"(?:问题|[一二三]级).{0,4}(?:表现(?:形式)?|描述|内容|问题|事项|任务)"),
    ("title", 3, r".{0,6}(?:难题|隐患)(?:内容|描述)?"),
    ("title", 2, r".{0,6}(?:事项|任务|诉求|实事|项目)(?:内容|名称|描述)?|.{0,4}工作内容"),
    ("title", 2, r".{1,8}问题"),
    ("due", 1, r".*(?:时间|日期)"),
)
LOOSE = tuple((Meaning(name, rank), re.compile(pattern)) for name, rank, pattern in _LOOSE)

# A vague word below, by the word above it: 责任领导 over 姓名, 整改责任 over 领导, 时间 over 结束.
_TIMES, _BODIES = "时限 时间 期限 节点 日期 工期", "单位 部门 责任 分工 主体"
_THINGS, _STANDING = "问题 隐患 事项 任务", "进展 整改情况 落实情况 完成情况 办理情况 推进情况 进度"
_UNDER: tuple[tuple[str, str, str], ...] = (
    (
        "销号 验收 审核 申请 回访 督办 交办 批示 检查",
        _or("申请 审核 日期 时间 单位 部门 意见 领导 人 结果 情况 内容 人员 材料"),
        EXTRA,
    ),
    ("来源", ".*", EXTRA),
    ("", _or("职务 电话 手机 联系方式 联系电话 职务职级"), EXTRA),
    (_BODIES, _or("牵头 主办 主责 承办 责任 主要 牵头的 第一") + "(?:单位|部门)?|单位|部门|名称", "owner"),
    (_BODIES, _or("配合 协办 协同 协助 参与 其他 相关") + "(?:单位|部门)?", "helpers"),
    (
        "责任 分工 包联 包抓",
        _or("县级 市级 区级 省级 牵头 责任 分管 包联 主管 挂点") + "?[县市区]?领导(?:姓名)?",
        "lead",
    ),
    ("分管负责 分管责任 牵头负责 牵头责任 第一责任 包案 领办 领衔", _or("姓名 人员 名字"), "lead"),
    ("领导", _or("姓名 领导 牵头 县级 市级 区级 分管 主要"), "lead"),
    ("责任人 负责人 联系人 经办人 联络员", _or("姓名 人员 具体 直接 名字"), "handler"),
    ("责任", _or("人 人员 姓名 责任人"), "handler"),
    (_TIMES, _or("结束 完成 截止 办结 止 至 到 竣工 计划 要求 计划完成 终") + "(?:时间|日期|时限)?", "due"),
    (_TIMES, _or("开始 启动 起 自 从 开工 实际 实际完成 起始") + "(?:时间|日期)?", EXTRA),
    (_THINGS, _or("内容 描述 表现 名称 具体 详情 具体内容 事项 情况"), "title"),
    (_THINGS, _or("类别 类型 分类 性质 领域 方面"), "class"),
    (_STANDING, _or("情况 内容 描述 文字 进展 比例 百分比 % 具体 详情 简述 说明 完成率"), "progress"),
    (f"{_STANDING} 状态", _or("状态 完成与否 是否完成 结果 亮灯"), "state"),
    ("措施 举措 对策 方案", _or("内容 具体 名称 描述 具体内容 任务 工作"), "measures"),
    ("目标", _or("内容 要求 年度 总体 描述 阶段"), "target"),
)
UNDER = tuple(
    (re.compile(f".*{_or(above)}.*" if above else ".*"), re.compile(below), name)
    for above, below, name in _UNDER
)
"""(the word above, the word below, the field)."""
