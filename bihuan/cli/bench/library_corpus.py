"""A corpus for the library's measurements: documents made by recombining sentences, the same for the same seed."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

_SENTENCE = re.compile(r"[^。；\n]{8,120}[。；]")
_MOST = 400_000
_SUBJECTS = (
    "各级人民政府 县级以上主管部门 项目建设单位 各乡镇（街道） 行业管理机构 督查部门 财政部门 村民委员会 监督检查人员 责任单位 牵头部门 有关企业 "
    "社会组织 基层党组织 承办机关 审批机构 统计机构 应急管理部门 生态环境部门 教育主管部门"
).split()
_DUTIES = (
    "应当建立健全{0}制度，明确责任分工和完成时限。|应当加强对{0}的日常监督检查，发现问题及时督促整改。|要把{0}纳入年度重点任务，按月调度、按季通报。|"
    "应当依法公开{0}的有关信息，接受社会监督。|会同有关方面制定{0}实施方案，报同级人民政府批准后组织实施。|对{0}实行清单管理，完成一项、销号一项。|"
    "应当为{0}提供必要的经费和人员保障。|定期组织{0}专题培训，提高工作人员能力水平。|应当在收到{0}申请之日起十五个工作日内作出答复。|"
    "不得以任何理由拖延、推诿{0}工作。|建立{0}协调机制，统筹解决跨部门、跨区域的重大问题。|发现{0}存在重大风险的，应当立即采取措施并按照规定报告。"
).split("|")
_MATTERS = (
    "安全生产隐患排查 农村人居环境整治 老旧小区改造 营商环境优化 基层治理 防汛抗旱 森林防火 水污染防治 扬尘治理 食品安全监管 校园安全 养老服务 医疗保障 就业帮扶 "
    "耕地保护 高标准农田建设 招商引资 政府采购 国有资产管理 行政执法公示 信访事项办理 档案管理 政务公开 数据共享 招标投标 债务化解 交通秩序整治 公共文化服务 "
    "残疾人权益保障 未成年人保护 知识产权保护 节能降碳 垃圾分类 河湖长制 社会救助"
).split()
_WHEN = "每年,年底前,三个月内,本行政区域内,规定期限内,汛期到来前,项目开工前,日常工作中".split(",")


def sentences(laws: Path | None) -> list[str]:
    """The sentences of a file of texts (``.jsonl`` or ``.jsonl.gz`` with ``text`` a line), else the built-in ones."""
    if laws is None:
        return _built_in()
    data = laws.read_bytes()
    lines = (gzip.decompress(data) if laws.suffix == ".gz" else data).decode().split("\n")
    found: list[str] = []
    for line in filter(None, lines):
        found += _SENTENCE.findall(json.loads(line)["text"])
        if len(found) > _MOST:
            break
    return found


def _built_in() -> list[str]:
    return [
        f"{subject}{when}{duty.format(matter)}"
        for subject, duty, matter, when in itertools.product(_SUBJECTS, _DUTIES, _MATTERS, ("", *_WHEN))
    ]


def documents(count: int, pool: list[str], seed: int = 0, first: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (title, text) of about 1,200 characters each; every one begins with a line of its own."""
    chance = random.Random(seed)  # noqa: S311 - a corpus, no secret
    for no in range(first, first + count):
        title = f"关于第{no}号事项办理情况的报告"
        body: list[str] = []
        size = 0
        while size < 1_170:
            if len(body) % 9 == 0:
                body.append(f"\n{'一二三四五六七八九十'[len(body) // 9 % 10]}、{chance.choice(_MATTERS)}\n")
            body.append(chance.choice(pool))
            size += len(body[-1])
        yield title, f"{title}\n（第{no}号，共{len(body)}句）{''.join(body)}"
