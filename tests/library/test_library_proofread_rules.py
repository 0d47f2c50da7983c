"""Every rule on right and wrong sentences: what it finds, and what it leaves alone."""

import pytest

from bihuan.library.proofread.base import Level
from bihuan.library.proofread.engine import Options, chosen_rules, proofread
from bihuan.library.proofread.text import Text

RULES = {rule.id: rule for rule in chosen_rules(Options())}


def found(rule: str, text: str) -> list[str]:
    """The pieces that ``rule`` finds in ``text``."""
    return [f.text for f in proofread(Text(text), [RULES[rule]])]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.id)
def test_a_rule_finds_its_wrong_example_and_not_its_right_one(rule):
    assert found(rule.id, rule.wrong)
    assert found(rule.id, rule.right) == []


def test_the_fifty_checks_have_a_rule_each():
    assert sorted({rule.number for rule in RULES.values()} - {0}) == list(range(1, 51))


WRONG = [
    # 1
    ("heading-sequence", "一、甲\n（一）子\n（三）丑\n二、乙", ["（三）"]),
    ("heading-sequence", "一、甲\n1.子\n2.丑\n2.寅", ["2."]),
    ("heading-sequence", "二、甲\n三、乙", ["二、"]),
    ("heading-sequence", "一、甲\n文字。\n一、乙", ["一、"]),
    ("heading-sequence", "第一章 甲\n第一条 子\n第二条 丑\n第二章 乙\n第四条 寅", ["第四条"]),
    # 2
    ("heading-level", "一、甲\n（一）子\n二、乙\n（1）丑", ["（1）"]),
    ("heading-level", "一、甲\n（一）子\n（1）丑\n1.寅", ["（1）"]),
    # 3 to 7
    ("heading-comma", "2、抓好落实。", ["2、"]),
    ("heading-bracket-comma", "（1）、抓好落实。", ["（1）、"]),
    ("ordinal-comma", "一要快。首先、要稳。其次、要准。", ["首先、", "其次、"]),
    ("ordinal-comma", "一是、抓学习。", ["一是、"]),
    ("bracket-width", "有关单位（含乡镇)要落实。", ["（含乡镇)"]),
    ("heading-stop", "第一章 总则。\n第一条 为了规范。", ["。"]),
    ("heading-stop", "（一）加强领导，\n各单位要抓好落实。", ["，"]),
    # 8 to 19
    ("half-width-mark", "要求如下:抓好落实;按时完成!", [":", ";", "!"]),
    ("half-width-mark", "世界贸易组织(WTO)规则", ["(WTO)"]),
    ("half-width-mark", "抓好落实.按时完成。", ["."]),
    ("full-width-digit", "共ＡＢ两类２３．５万元", ["ＡＢ", "２３．５"]),
    ("blank-in-chinese", "各级各部门要切实 抓好防汛抗旱工作。", [" "]),
    ("blank-in-chinese", "各级各部门要切实抓好防汛工作， 不得有误。", [" "]),
    ("blank-in-chinese", "中共XX县委 XX县人民政府关于做好 春耕生产的意见", [" "]),
    ("blank-in-chinese", "会议要求，县委 县政府有关部门要认真抓好落实，按时报送。", [" "]),
    ("blank-in-chinese", "各乡镇要按照县委 县政府的部署和要求抓好春耕生产。", [" "]),
    ("straight-quote", "坚持'两手抓'和\"两促进\"。", ["'", "'", '"', '"']),
    ("quote-unpaired", "坚持”两手抓”的方针。", ["”"]),
    ("quote-unpaired", "坚持”两手抓“的方针。", ["”", "“"]),
    ("quote-unpaired", "坚持“两手抓“的方针。", ["“"]),
    ("quote-unpaired", "坚持“两手抓的方针。\n增强“四个意识”。", ["“"]),
    ("quote-nested", "做到‘两手抓’。", ["‘两手抓’"]),
    ("book-mark", "根据《条例的规定。", ["《"]),
    ("book-mark", "根据条例》的规定。", ["》"]),
    ("comma-between-marks", "依据《甲法》、《乙法》和“丙”、“丁”。", ["、", "、"]),
    ("comma-before-etc", "粮食、蔬菜、等物资", ["、"]),
    ("etc-and-ellipsis", "粮食、蔬菜……等等。", ["……等等"]),
    ("doubled-mark", "抓好落实。，按时完成；；不得有误！。", ["。，", "；；", "！。"]),
    ("ellipsis", "粮食、蔬菜…都要储备。。。", ["…", "。。。"]),
    ("bracket-unpaired", "有关单位（含乡镇要落实。\n二〔2026年", ["（", "〔"]),
    # 20 to 30
    ("document-number-bracket", "国办发【2020】53号，府办（2021）2号", ["【2020】", "（2021）"]),
    ("document-number-bracket", "[2026]6号", ["[2026]"]),
    ("document-number-zero", "国发〔2026〕007号、国发〔2026〕第7号", ["00", "第"]),
    ("date-range-dash", "3月5日-8日，2021-2025年，1-9月", ["-", "-", "-"]),
    ("number-range-dash", "每村2-3人，长3.5-4.5公里", ["-", "-"]),
    ("range-without-unit", "投资3～5万元，吸引20—30万人", ["3～5万", "20—30万"]),
    ("range-without-percent", "缩短15-30%", ["15-30%"]),
    ("comma-in-approximate", "用了五、六天，十七、八岁，二、三百人", ["五、六", "十七、八", "二、三"]),
    ("several-with-digits", "走访20几户，收集几10条", ["20几", "几10"]),
    ("date", "2025年2月29日、4月31日、2026年13月、2026-02-30", ["2025年2月29日", "4月31日", "2026年13月", "2026-02-30"]),
    ("date", "26年3月启动，98年底完成", ["26年", "98年"]),
    ("date", "二〇二六年二月三十日", ["二〇二六年二月三十日"]),
    ("date", "会议于14:75开始，下午3:75结束，25时30分散会", ["下午3:75", "25时30分"]),
    ("chinese-year-zero", "二零一九年、二○二〇年、二O二一年", ["二零一九", "二○二〇", "二O二一"]),
    ("padded-date", "2026年3月05日", ["0"]),
    # 31 to 37
    ("rate-over-hundred", "满意率达101.2%，占全县总数的130%", ["101.2%", "130%"]),
    ("rate-over-hundred", "三类占比分别为30%、40%、35%。", ["30%、40%、35%"]),
    ("rate-over-hundred", "三次产业结构调整为10.5:40:52。", ["10.5:40:52"]),
    ("negative-fall", "降低了-3.2%，减少-8个", ["降低了-", "减少-"]),
    ("percent-or-point", "满意率同比上升3%", ["3%"]),
    ("percent-or-point", "产值同比增长5个百分点", ["5个百分点"]),
    ("percent-or-point", "提高3%个百分点、下降2个百分比", ["3%个百分点", "2个百分比"]),
    ("parts-and-total", "共排查隐患30处（其中城区10处、乡村21处）。", ["30处（其中城区10处、乡村21处"]),
    ("parts-and-total", "排查村12个、社区8个，共21个。", ["12个、社区8个，共21个"]),
    ("parts-and-total", "总投资1.5亿元，其中中央资金8000万元、地方资金8000万元。", ["1.5亿元，其中中央资金8000万元、地方资金8000万元"]),
    ("counted-list", "讲三点意见：\n一、认识要高\n二、措施要实", ["三点意见"]),
    ("counted-list", "做好四个方面工作：一是学；二是查；三是改。", ["四个方面工作"]),
    ("counted-list", "分为三类：企业、机关。", ["三类"]),
    ("ordinal-sequence", "一是学；二是查；二是改。", ["二是"]),
    ("ordinal-sequence", "第一，学；第三，改。", ["第三，"]),
    ("ordinal-sequence", "任务有：①学②改④查", ["④"]),
    ("growth", "从3万户增加到3.6万户，增长25%。", ["25%"]),
    ("growth", "产值达到120亿元，比上年的100亿元增长15%。", ["15%"]),
    ("growth", "由30%提高到35%，提高6个百分点。", ["6个百分点"]),
    ("growth", "由100户减少到80户，增长20%。", ["增长20%"]),
    ("growth", "完成投资80亿元，占年度计划100亿元的85%。", ["85%"]),
    # 38 to 50 and more
    ("placeholder", "由XX局于2026年  月  日前报×××，【待补充】（待定）。", ["XX", "2026年  月  日", "×××", "【待补充】", "（待定）"]),
    ("placeholder", "联系人：某某，AAA公司***，江政发〔2026〕号", ["某某", "AAA", "***", "〔2026〕号"]),
    ("body-name", "县人力资源和社会保障局牵头，请县人力资源和社会保障局汇总，县人社局配合。", ["人社局"]),
    ("person-or-post", "县委书记周明到场。县委副书记周明讲话。", ["县委副书记周明"]),
    ("doubled-character", "推动公众参与与社会治理，形成合力。", ["与与"]),
    ("doubled-character", "要把道路养护到位位，确保畅通。", ["位位"]),
    ("doubled-character", "我们的的工作、打造特色色产业、加强加强管理", ["的的", "色色", "加强加强"]),
    ("repeated-passage", "各单位要认真落实防汛责任制度。\n另起一段。\n各单位要认真落实防汛责任制度。", ["各单位要认真落实防汛责任制度。"]),
    ("paragraph-end", "各单位要认真落实防汛责任制度，确保安全度汛，不得有误\n请执行。", ["误"]),
    ("stop-in-list", "（一）学习；\n（二）检查。\n（三）整改；\n（四）总结。", ["。"]),
    ("mixed-units", "面积120亩，另有3公顷、80亩。", ["3公顷"]),
    ("annex-absent", "见附件。\n附件：1.甲表\n2.乙表\n附件1\n甲表", ["附件：1.甲表\n2.乙表"]),
    ("caption-sequence", "如表4所示。\n表1 甲\n表2 乙\n表2 丙", ["表4", "表2"]),
    ("addressee-colon", "关于防汛的通知\n各乡镇人民政府:\n汛期将至。", [":"]),
    ("addressee-colon", "在会议上的讲话\n同志们，\n今天开会。", ["，"]),
    # forms that somebody wrote who knew only the list of the checks
    ("heading-sequence", "一、甲\n二、乙\n二、丙\n三、丁\n四、戊", ["二、"]),
    ("heading-sequence", "一、甲\n二、乙\n四、丙\n五、丁", ["四、"]),
    ("quote-unpaired", "“两不愁三保障突出问题。", ["“"]),
    ("book-mark", "学习〈条例〉的规定。", ["〈条例〉"]),
    ("comma-before-etc", "学校、医院、等等场所，张庄、李村、等5个村", ["、", "、"]),
    ("etc-and-ellipsis", "粮食、蔬菜……等物资。", ["……等"]),
    ("doubled-mark", "抓好落实！！行不行？？", ["！！", "？？"]),
    ("document-number-bracket", "依据江政发﹝2026﹞1号和〈2026〉2号文件。", ["﹝2026﹞", "〈2026〉"]),
    ("date-range-dash", "上午9:00-11:30，周一-周五", ["-", "-"]),
    ("number-range-dash", "降温8-10℃，占比15%-30%", ["-", "-"]),
    ("range-without-percent", "提高5到8%，15至20%", ["5到8%", "15至20%"]),
    ("comma-in-approximate", "用了两、三年，去过一、两次，三、五年内见效", ["两、三", "一、两", "三、五"]),
    ("date", "自25年以来，26年全县投资增长。", ["25", "26年"]),
    ("rate-over-hundred", "满意度达到101%。", ["101%"]),
    ("rate-over-hundred", "农业占30%，工业占40%，服务业占35%。", ["农业占30%，工业占40%，服务业占35%"]),
    ("percent-or-point", "合格率由90%提高到95%，提高5%。", ["5%"]),
    ("parts-and-total", "投入资金3亿元，其中中央1.5亿元、省级1亿元、县级0.8亿元。", ["3亿元，其中中央1.5亿元、省级1亿元、县级0.8亿元"]),
    ("parts-and-total", "村民小组45个，其中东片20个、西片26个。", ["45个，其中东片20个、西片26个"]),
    ("ordinal-sequence", "做好工作，一要学习，三要整改。", ["三要"]),
    ("growth", "上年100家，今年150家，增长30%。", ["30%"]),
    ("growth", "完成120亿元，上年为100亿元，同比增长30%。", ["30%"]),
    ("growth", "从2024年的100亿元增加到2025年的120亿元，增长30%。", ["30%"]),
    ("placeholder", "定于×月×日召开，共×个，20XX年，投资？？万元，YYY公司，todo", ["×", "×", "×", "XX", "？？", "YYY", "todo"]),
    ("body-name", "由县农业农村局牵头。\n县农业农村局汇总，县农业局配合。", ["农业局"]),
    ("person-or-post", "王建国县长主持会议。\n王建军县长强调，要抓好落实。", ["王建军"]),
    ("person-or-post", "县委书记周明到会。\n县委副书记周明总结讲话。", ["县委副书记周明"]),
    ("doubled-character", "做到件件件有着落，现将有有关事项通知如下", ["件件件", "有有"]),
    ("repeated-passage", "县水利局要加强巡查。县水利局要加强巡查。", ["县水利局要加强巡查。"]),
    ("repeated-passage", "要强化组织领导，压实责任，要强化组织领导，压实责任，不得有误。", ["要强化组织领导，压实责任，"]),
    ("paragraph-end", "关于防汛的通知\n请各单位于5月6日前报送\n各单位要高度重视，精心组织实施\n特此通知\n江源县人民政府\n2026年5月6日", ["送", "施", "知"]),
    ("stop-in-list", "第一，抓学习；第二，抓整改。第三，抓督查。", ["。"]),
    ("stop-in-list", "工作有：（1）抓学习；（2）抓整改。（3）抓督查。", ["。"]),
    ("stop-in-list", "1.抓学习；\n2.抓整改。\n3.抓督查。", ["。"]),
    ("annex-absent", "分工见附件2。\n附件1\n分工\n抓好。", ["见附件2"]),
    ("caption-sequence", "表一 资金\n表三 项目", ["表三"]),
    ("addressee-colon", "关于防汛工作的函\n云岭县水利局\n请协助。", ["局"]),
    ("addressee-colon", "关于防汛工作的通知\n各村（社区），镇直各单位\n汛期将至。", ["位"]),
    ("signature-body", "江委发〔2026〕1号\n关于学习的通知\n请抓好。\n江源县人民政府\n2026年5月6日", ["江源县人民政府"]),
    ("advertising", "更多材料请关注公众号。\n开通会员后可下载全文。", ["更多材料请关注", "开通会员", "下载全文"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text", "pieces"), WRONG, ids=lambda v: v if isinstance(v, str) and "-" in v else ""
)
def test_a_wrong_sentence_is_found(rule, text, pieces):
    assert found(rule, text) == pieces


RIGHT = [
    ("heading-sequence", "一、甲\n（一）子\n（二）丑\n二、乙\n（一）寅\n1.卯\n2.辰\n（二）巳"),
    ("heading-sequence", "包括：\n1.甲\n2.乙\n还包括：\n1.丙\n2.丁"),
    ("heading-sequence", "第一章 甲\n第一条 子\n第二章 乙\n第二条 丑\n第二条之一 寅\n第三条 卯"),
    ("heading-sequence", "附件：1.甲\n2.乙"),
    ("heading-level", "一、甲\n（一）子\n1.丑\n（1）寅"),
    ("heading-level", "第一条 有下列情形：\n（一）甲\n（二）乙\n第二条 丙"),
    ("heading-comma", "1.5万元和3、4、5号楼"),
    ("heading-bracket-comma", "依照第（一）、（二）项和第（三）、第（四）项"),
    ("ordinal-comma", "第一、第二季度增长，第二、三产业提速。第一，要快。"),
    ("bracket-width", "（一）加强领导（含乡镇）"),
    ("heading-stop", "（一）学习；\n（二）检查。\n其他事项。"),
    ("half-width-mark", "见 https://www.example.gov.cn/a?b=1,2 和 a@b.cn，8:30 开会，1,200 元，GB/T 9704—2012。"),
    ("full-width-digit", "共23个村、A类"),
    ("blank-in-chinese", "中共XX县委 XX县人民政府关于做好春耕生产工作的意见\n各乡镇党委：\n请抓好落实。"),
    ("blank-in-chinese", "中共青山县委办公室　青山县人民政府办公室印发《工作要点》的通知"),
    ("blank-in-chinese", "青山县教育局 青山县财政局 青山县人力资源和社会保障局关于核定编制的通知"),
    ("blank-in-chinese", "请按期完成。\n特此通知。\n中共青山县委员会　青山县人民政府\n2026年3月5日"),
    ("blank-in-chinese", "根据《中共青山县委 青山县人民政府关于做好春耕生产工作的意见》，制定本方案。"),
    ("blank-in-chinese", "第一章　总　则\n张　三\n出席：张三 李四 王五 赵六 钱七 孙八"),
    ("straight-quote", "It's 5\" wide"),
    ("quote-unpaired", "修改为：“第一条 甲。\n“第二条 乙。”\n增强“四个意识”‘两个维护’。"),
    ("quote-nested", "他说：“要做到‘两个维护’。”"),
    ("book-mark", "《关于修改〈办法〉的决定》《甲》"),
    ("comma-between-marks", "“甲”（试行）、“乙”；《丙》（修订）、《丁》"),
    ("comma-before-etc", "甲、等级、等候、等额选举、等于"),
    ("etc-and-ellipsis", "粮食、蔬菜等等。他说……"),
    ("doubled-mark", "真的吗？！——是的……他说：“好。”"),
    ("ellipsis", "等一等……再说1.2.3"),
    ("bracket-unpaired", "1）甲；2）乙（含丙）"),
    ("document-number-bracket", "国发〔2026〕1号，（2013）民申字第717号，（2026年）"),
    ("document-number-zero", "国发〔2026〕10号，国务院令第733号"),
    ("date-range-dash", "1—9月，电话010-12345678，2026-01-05，GB/T 9704-2012"),
    ("number-range-dash", "3～5年，A-3个，第12-34号"),
    ("range-without-unit", "9亿～16亿元，3～5年"),
    ("range-without-percent", "15%～30%"),
    ("comma-in-approximate", "三四十人，第三、四季度，三、四级，二、三产业，一、二等奖，三、四、五月"),
    ("several-with-digits", "几十人、十几户、100余人"),
    ("date", "2024年2月29日、2月29日、12月31日，近20年，30年来，98年"),
    ("chinese-year-zero", "二〇二六年，一百零八年"),
    ("padded-date", "2026年10月20日"),
    ("rate-over-hundred", "完成率为105%，增长率达120%，三类占比分别为30%、40%、30%，前两类占比分别为20%、15%"),
    ("negative-fall", "下降5%，下降—2026年，由-5℃升至3℃"),
    ("percent-or-point", "合格率提高到95%，合格率提高5个百分点，产值增长5%，增速回落2个百分点"),
    ("parts-and-total", "共50个，其中甲镇20个、乙镇30个。共50个，其中重点20个。全县共120人，比上年增加5人。"),
    ("parts-and-total", "共有党员50名，其中女党员20名、少数民族党员15名。"),
    ("counted-list", "增强“四个意识”，抓好三项工作：一是学；二是查；三是改。分为三类：企业、机关和学校。"),
    ("counted-list", "讲两点意见：\n一、认识要高\n（一）甲\n（二）乙\n二、措施要实"),
    ("ordinal-sequence", "一是学；二是查。\n一是改；二是评。之一是他。"),
    ("growth", "由100亿元增加到120亿元，增长20%。由3.2万户增加到4.1万户，增长28.1%。"),
    ("growth", "由30%提高到35%，提高5个百分点；由2倍增加到3倍。"),
    ("placeholder", "AAA级景区和AAAA级景区，XXI世纪，面积3×4米"),
    ("body-name", "县人力资源和社会保障局（以下简称县人社局）牵头，县人社局配合。"),
    ("person-or-post", "县长王建国主持。县委副书记、县长王建国强调。副县长李明到场。"),
    ("doubled-character", "禁止在树上钉钉、挂物，不得在公路路产上搭建；车站站厅保持畅通。"),
    ("doubled-character", "做到账实相符和账账相符，参与与残疾人事业有关的活动，纳入入职培训。"),
    ("doubled-character", "场所的管理单位应当履行本规定规定的职责。"),
    ("doubled-character", "委员会会议、工作作风、人人参与、常常、实实在在、方方面面、公安局局长、目的的实现、对对方、稳定和和平"),
    ("repeated-passage", "要抓好落实。\n要抓好落实。"),
    ("paragraph-end", "关于防汛的通知\n一、提高认识\n江源县人民政府\n2026年5月6日"),
    ("stop-in-list", "一是学。学深学透。二是查。查清查实。三是改。"),
    ("mixed-units", "投入120万元，人均可支配收入35000元，每户补助20000元。"),
    ("annex-absent", "见附件1。\n附件：1.甲表\n2.乙表\n附件1\n甲表\n附件2\n乙表"),
    ("annex-not-named", "清单附后。\n附件：清单"),
    ("caption-sequence", "如表2和图1所示。\n表1 甲\n表2 乙\n图1 丙"),
    ("addressee-colon", "关于防汛的通知\n各乡镇人民政府：\n同志们要努力。"),
    ("signature-body", "江政办发〔2026〕3号\n关于防汛的通知\n请抓好落实。\n江源县人民政府办公室\n2026年5月6日"),
    ("heading-sequence", "第一章 甲\n第二章 乙\n第一章 甲\n第一条 子\n第二章 乙\n第二条 丑"),
    ("book-mark", "修改《甲\n办法》的决定。《关于修改〈乙〉的决定》"),
    ("blank-in-chinese", "执行《食品安全国家标准 食品添加剂使用标准》的规定。"),
    ("doubled-mark", "真的吗？！"),
    ("date-range-dash", "上午9:00—11:30，周一至周五"),
    ("comma-in-approximate", "三、五年级，第二、三年，两三年"),
    ("percent-or-point", "合格率由90%提高到95%，提高5个百分点。"),
    ("parts-and-total", "投入资金3亿元，其中中央1.5亿元、省级1亿元、县级0.5亿元。第5条，其中甲1条、乙2条。"),
    ("growth", "上年100家，今年150家，增长50%。"),
    ("placeholder", "李某公司，金额＝数量×单价"),
    ("repeated-passage", "要学习，要整改，要学习。是，是，是。"),
    ("stop-in-list", "（二）做好工作：一要学，强理论；二要查，查隐患；三要改，改到位。"),
    ("advertising", "请关注天气变化，扫码登记，公众可查询。"),
    ("figures-disagree", "2025年全县完成固定资产投资100亿元。\n2026年全县完成固定资产投资120亿元。"),
    ("other-place", "江源县人民政府关于防汛的通知\n县水利局、江源县财政局、省水利厅负责。"),
    ("fixed-expression", "增强“四个意识”，不忘初心、牢记使命。党的十八大以来，党的二十大以来。"),
    ("wrong-word", "既便民又利民；布置署名"),
    ("wrong-character", "坚持问题导向，认真抓好整改落实，切实保障群众合法权益。"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), RIGHT, ids=lambda v: v if "-" in v or v == "growth" else "")
def test_a_right_sentence_is_left_alone(rule, text):
    assert found(rule, text) == []


def test_a_statute_is_judged_by_its_own_customs():
    text = "第一条 依据《甲法》、《乙法》。\n第二条 甲。\n第三条 乙。"
    assert [f.level for f in proofread(Text(text), [RULES["comma-between-marks"]])] == [Level.HINT]


def levels(rule: str, text: str) -> list[str]:
    """The levels of what ``rule`` finds in ``text``."""
    return [f.level.value for f in proofread(Text(text), [RULES[rule]])]


STATUTE = "第一条 甲。\n第二条 乙。\n第三条 丙"


def test_each_mark_of_a_habit_of_a_statute_is_told_once():
    text = STATUTE + ",丁;戊,己;庚。"
    assert levels("half-width-mark", text) == ["warning", "warning", "hint", "hint"]


def test_many_marks_of_a_statute_that_are_half_width_are_one_habit():
    assert levels("half-width-mark", STATUTE + ",丁;戊,己;庚:辛。") == ["warning"] + ["hint"] * 4


def test_what_sounds_like_a_common_word_in_a_statute_is_a_hint():
    text = "做好安全生产和综和治理工作。"
    assert levels("wrong-character", text) == ["warning"]
    assert levels("wrong-character", text + "\n" + STATUTE) == ["hint"]


def test_a_mark_that_a_text_writes_more_often_than_rightly_is_told_once():
    assert levels("half-width-mark", "甲乙,丙丁，" + "戊己,庚辛" * 4) == ["error"] + ["hint"] * 4
    assert levels("half-width-mark", "甲乙,丙丁，" + "戊己,庚辛，" * 4) == ["error"] * 5


def test_a_rule_that_hits_all_over_a_text_is_told_three_times():
    assert levels("doubled-mark", "甲、，" * 13) == ["error"] * 3 + ["hint"] * 10


def test_a_decision_that_puts_in_other_articles_is_a_statute():
    amended = "".join(f"{n}.将第{n}条修改为：\n“第{c}条 甲。”\n" for n, c in enumerate("一五九", 1))
    assert Text(amended).statute
    assert not Text("按照“第一条 甲。”的规定。\n" * 3).statute


def test_an_old_character_of_a_statute_is_a_hint():
    assert levels("wrong-word", "设置帐簿。") == ["error"]
    assert levels("wrong-word", STATUTE + "设置帐簿。") == ["hint"]


def test_lines_broken_at_a_width_are_no_paragraphs_without_an_end():
    body = "各单位要高度重视防汛工作，认真落实各项防汛责任制度，确保安全度汛。" * 20
    lines = [body[at : at + 28] for at in range(0, len(body), 28)]
    assert found("paragraph-end", "\n".join(lines)) == []


def test_a_way_of_writing_that_a_text_follows_throughout_is_told_once_and_hinted_at_elsewhere():
    text = "\n".join(f"{n}、抓好第{n}件事。" for n in range(1, 8))
    assert [f.level for f in proofread(Text(text), [RULES["heading-comma"]])] == [Level.WARNING] + [
        Level.HINT
    ] * 6
