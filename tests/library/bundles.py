"""Seeded bundles as collections passed around offices are: varied documents one after another, with what collections add.

``make(seed)`` gives the text, where each document begins and ends, and every run that does not belong there.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

SENTENCES = """
坚持以人民为中心的发展思想，把群众急难愁盼的事情一件一件办好。
全县上下抢抓机遇、攻坚克难，经济运行总体平稳、稳中有进。
要把项目建设作为第一抓手，倒排工期、挂图作战，确保早开工早投产。
针对排查出的隐患，逐条建立台账，明确责任人和完成时限，整改一个销号一个。
进一步压实主体责任，健全一级抓一级、层层抓落实的工作机制。
上半年规模以上工业增加值同比增长百分之七点二，高于全市平均水平。
聚焦主导产业补链延链强链，新引进亿元以上项目十二个。
深入开展农村人居环境整治，新建改建卫生厕所一千三百户。
引导群众关注“平安某县”微信公众号，及时了解预警信息，注册人数突破三万人。
依托网上办事大厅推行一窗受理，企业开办时间压缩至一个工作日以内。
组织干部下载安装学习软件，结合工作实际撰写心得体会六百余篇。
有的干部担当精神不足，遇到矛盾绕着走，工作标准不高、作风不实。
要强化督查问效，对落实不力的严肃追责问责，让制度长出牙齿。
全面排查老旧小区燃气管道，更换超期使用的软管，确保居民用气安全。
加强值班值守，严格执行领导带班和二十四小时值班制度，遇有情况第一时间报告。
财政部门要优化支出结构，从严控制一般性支出，兜牢基层“三保”底线。
各级党组织要把纪律挺在前面，抓早抓小、防微杜渐。
不断完善联农带农机制，带动两千余户脱贫户稳定增收。
持续擦亮“店小二”服务品牌，对企业反映的问题限时办结、回访评价。
坚决守住不发生规模性返贫的底线，推动乡村全面振兴取得新进展。
""".split()
PLACES = ["青河县", "临江市", "白石区", "云岭县", "双桥镇", "东湖街道", "长宁县"]
THEMES = [
    "安全生产",
    "项目建设",
    "乡村振兴",
    "防汛抗旱",
    "优化营商环境",
    "作风建设",
    "生态环境保护",
    "教育工作",
    "信访维稳",
    "基层治理",
]
NAMES = ["张建国", "李明", "王　伟", "赵海燕", "周文博"]
POSTS = ["县委书记", "县人民政府县长", "市委副书记", "局党组书记、局长", "镇党委书记"]
PITCHES = [
    "更多公文范文请关注微信公众号：笔墨文案",
    "加微信 gongwen8866 领取全套写作资料",
    "QQ群：284512367 每日更新讲话稿",
    "本文来自网络，仅供学习参考，如有侵权请联系删除",
    "www.haogongwen.com 海量公文材料下载",
    "淘宝搜索店铺：文秘小站 代写各类材料",
    "扫码关注公众号，回复“讲话”获取完整版",
    "欢迎关注公众号“秘书工作室”，每日更新优质文稿",
    "客服微信：wenmi2020",
    "未经授权禁止转载，版权归原创公文网所有",
]
WALLS = [
    "剩余内容需付费阅读",
    "下载后可阅读全文",
    "会员专享",
    "开通VIP会员查看剩余80%内容",
    "试读结束，购买后可继续阅读",
    "还剩12页未读，继续阅读",
    "——以下内容为付费内容，请登录后查看全文——",
    "本文档为VIP文档，下载需要20积分",
]
INLINE = ["（更多范文见www.gwfw.cn）", "【公众号：机关文稿】", "（来源：文秘资源网，仅供参考）"]
RUNNING = ["内部学习资料汇编", "公文材料精选", "领导讲话与总结选编", "机关文稿资料库"]


@dataclass
class Made:
    """``documents`` are (title, start, end); ``noise`` the places of what has to go."""

    text: str = ""
    documents: list[tuple[str, int, int]] = field(default_factory=list)
    noise: list[tuple[int, int]] = field(default_factory=list)


class _Maker:
    def __init__(self, seed: int, sentences: list[str]) -> None:
        self.random = random.Random(seed)
        self.sentences = sentences
        pick = self.random
        self.indent = pick.choice(["", "　　", "    "])
        self.blank = pick.choice(["\n", "\n\n"])
        self.centred = pick.random() < 0.3
        self.running = pick.choice(RUNNING) if pick.random() < 0.5 else ""
        self.page_form = pick.choice(["第 {} 页 共 {} 页", "第{}页", "— {} —", "- {} -", "{}", "{} / {}", ""])
        self.watermark = (
            pick.choice(["笔墨文案网", "机关文稿", "公文在线资料"]) if pick.random() < 0.4 else ""
        )
        self.contents = pick.choice(["leaders", "plain", "none", "none"])
        self.ordinal = pick.choice(["", "", "", "篇{}：", "【范文{}】", "第{}篇"])
        self.pages = self.random.randint(20, 60)
        self.page = 0
        self.since_page = 0
        self.made = Made()

    def put(self, line: str, *, noise: bool = False) -> tuple[int, int]:
        """Write one line; returns the place of its words."""
        lead = len(line) - len(line.lstrip(" 　"))
        start = len(self.made.text) + lead
        self.made.text += line
        end = len(self.made.text.rstrip(" 　"))
        self.made.text += self.blank
        if noise:
            self.made.noise.append((start, end))
        return start, end

    def furniture(self) -> None:
        """Page numbers and running heads every so many lines, pitches and watermarks by chance."""
        self.since_page += 1
        if self.since_page >= 9 and self.page_form:
            self.since_page, self.page = 0, self.page + 1
            self.put(self.page_form.format(self.page, self.pages), noise=True)
            if self.running:
                self.put(self.running, noise=True)
        chance = self.random.random()
        if chance < 0.05:
            self.put(self.random.choice(PITCHES), noise=True)
        elif chance < 0.08:
            self.put(self.random.choice(WALLS), noise=True)
        elif chance < 0.14 and self.watermark:
            self.put(self.watermark, noise=True)

    def paragraph(self) -> None:
        body = "".join(self.random.sample(self.sentences, self.random.randint(2, 4)))
        start = len(self.made.text) + len(self.indent)
        if self.random.random() < 0.04:
            pitch = self.random.choice(INLINE)
            self.made.noise.append((start + len(body), start + len(body) + len(pitch)))
            body += pitch
        self.put(self.indent + body)
        self.furniture()

    def document(self, title: str, kind: str, number: int) -> None:
        mark = self.ordinal.format("一二三四五六七八九十"[number % 10]) if self.ordinal else ""
        if mark.startswith("第"):
            self.put(mark, noise=True)
            mark = ""
        start = self._title(mark + title)
        self._head(kind)
        last = self._body(kind)
        self.made.documents.append((title, start, self._tail(kind) or last))
        for _ in range(self.random.randint(0, 2)):
            self.made.text += "\n"

    def _title(self, title: str) -> int:
        lead = " " * 10 if self.centred else ""
        if len(title) > 22 and self.random.random() < 0.5:
            cut = len(title) - self.random.randint(5, 12)
            start = self.put(lead + title[:cut])[0]
            text = self.made.text.rstrip("\n")
            self.made.text = text + "\n"
            self.put(lead + title[cut:])
            return start
        return self.put(lead + title)[0]

    def _head(self, kind: str) -> None:
        pick = self.random
        day = f"{pick.randint(2021, 2025)}年{pick.randint(1, 12)}月{pick.randint(1, 28)}日"
        if kind == "讲话":
            if pick.random() < 0.7:
                self.put(pick.choice([f"（{day}）", day]))
            if pick.random() < 0.5:
                self.put(f"{pick.choice(POSTS)}　{pick.choice(NAMES)}")
            if pick.random() < 0.85:
                self.put(self.indent + pick.choice(["同志们：", "各位领导，同志们：", "尊敬的各位代表："]))
        elif kind == "通知":
            self.put(
                pick.choice(
                    ["各乡镇人民政府，县直各单位：", "各镇（街道）党（工）委，区直各部门：", "机关各科室："]
                )
            )
        elif kind == "汇报":
            self.put(pick.choice(["市督查组：", "尊敬的各位领导："]))

    def _body(self, kind: str) -> int:
        self.paragraph()
        if kind == "制度":
            for no in range(1, self.random.randint(4, 8)):
                self.put(
                    f"{self.indent}第{'一二三四五六七八九十'[no - 1]}条　{self.random.choice(self.sentences)}"
                )
                self.furniture()
        else:
            for no in range(1, self.random.randint(3, 6)):
                self.put(
                    f"{self.indent}{'一二三四五六七八九十'[no - 1]}、{self.random.choice(['提高思想认识', '突出工作重点', '压实各方责任', '强化要素保障', '下一步工作计划', '存在的主要问题'])}"
                )
                for _ in range(self.random.randint(1, 3)):
                    if self.random.random() < 0.4:
                        self.put(
                            f"{self.indent}（{'一二三四五'[self.random.randint(0, 4)]}）{self.random.choice(self.sentences)}"
                        )
                    self.paragraph()
        return self._end(self.random.choice(self.sentences))

    def _end(self, line: str) -> int:
        return self.put(self.indent + line)[1]

    def _tail(self, kind: str) -> int:
        pick = self.random
        if kind == "讲话" and pick.random() < 0.6:
            return self._end(pick.choice(["谢谢大家！", "我的讲话完了，谢谢大家！"]))
        last = self._end("特此通知。") if kind == "通知" else 0
        if kind in {"通知", "报告", "方案", "总结"} and pick.random() < 0.7:
            self.put(" " * 20 + f"{pick.choice(PLACES)}人民政府办公室")
            return self.put(
                " " * 22 + f"{pick.randint(2021, 2025)}年{pick.randint(1, 12)}月{pick.randint(1, 28)}日"
            )[1]
        return last


def make(seed: int, sentences: list[str] | None = None) -> Made:
    """Make a bundle of three to nine documents from ``sentences`` (default: those of this file)."""
    maker = _Maker(seed, sentences or SENTENCES)
    pick = maker.random
    planned = [_title(pick) for _ in range(pick.randint(3, 9))]
    if pick.random() < 0.5:
        maker.put(f"{pick.choice(['2024年', ''])}公文材料汇编（{len(planned)}篇）", noise=True)
    _contents(maker, [title for title, _ in planned])
    for number, (title, kind) in enumerate(planned):
        maker.document(title, kind, number)
        if pick.random() < 0.15:
            maker.put(pick.choice(PITCHES), noise=True)
    return maker.made


def _contents(maker: _Maker, titles: list[str]) -> None:
    if maker.contents == "none":
        return
    maker.put(maker.random.choice(["目录", "目  录"]), noise=True)
    for no, title in enumerate(titles, start=1):
        tail = (
            maker.random.choice(["……………{}", "\t{}", "......{}"]).format(no * 5)
            if maker.contents == "leaders"
            else ""
        )
        maker.put(f"{no}.{title}{tail}" if maker.contents == "leaders" else title, noise=True)


def _title(pick: random.Random) -> tuple[str, str]:
    place, theme, year = pick.choice(PLACES), pick.choice(THEMES), pick.randint(2021, 2025)
    return pick.choice(
        [
            (f"在{place}{theme}工作会议上的讲话", "讲话"), (f"在全县{theme}推进会暨半年重点工作调度会上的主持词", "讲话"),
            (f"{place}{year}年{theme}工作总结", "总结"), (f"关于{theme}工作情况的汇报", "汇报"),
            (f"{place}{theme}专项行动实施方案", "方案"), (f"关于进一步加强{theme}工作的通知", "通知"), (f"{place}{theme}管理制度", "制度"),
            (f"{place}关于{year}年上半年{theme}工作情况的报告", "报告"), (f"{theme}工作经验交流材料", "汇报"), (f"以钉钉子精神推动{theme}落地见效", "讲话"),
        ]
    )  # fmt: skip
