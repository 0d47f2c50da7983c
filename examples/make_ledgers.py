"""Write the example ledgers: workbooks as messy as those that offices keep, all about a county that does not exist.

Run ``python examples/make_ledgers.py [FOLDER]``; the files go to ``examples/ledgers``. Layouts A to E are those of docs/howto/import-a-ledger.md.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import xlwt
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

COUNTY = "青岚县"
_FIXED = datetime(2024, 3, 5, 9, 0)  # noqa: DTZ001 - workbook properties carry no zone
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)

Row = Sequence[object]


def _put(sheet: Worksheet, top: int, rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows, top):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            cell.border = _BOX


def _title(sheet: Worksheet, row: int, text: str, width: int, size: int = 18) -> None:
    sheet.cell(row, 1, text).font = Font(name="方正小标宋简体", size=size)
    sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _save(book: Workbook, path: Path) -> None:
    book.properties.created = book.properties.modified = _FIXED
    book.properties.creator = "bihuan"
    book.save(path)


def layout_a(path: Path) -> None:
    """One header row; numbered measures in one cell, dates of every kind, ticks, a hidden row, notes below."""
    book = Workbook()
    sheet = book.active
    sheet.title = "问题整改台账"
    _title(sheet, 1, f"{COUNTY}2024年营商环境专项督查反馈问题整改台账", 12)
    sheet["A2"] = f"填报单位：{COUNTY}优化营商环境办公室"
    sheet["J2"] = "填报日期：2024年3月5日"
    head = "序号 问题表现 整改目标 整改措施 责任领导 责任单位 责任人 整改时限 进展情况 完成状态 是否销号 备注".split()
    head[7] = "整 改\n时 限"
    rows: list[Row] = [
        head,
        (1, "企业开办“一窗通办”未完全落实，部分环节仍需多次跑动。", "实现企业开办1个工作日办结", "1.梳理企业开办全流程事项清单；\n2.增设综合窗口2个；\n3.建立首问负责制。",
         "张建国", "县行政审批局、县市场监管局", "李 明", "2024年6月底前", "已增设综合窗口2个，事项清单正在梳理，完成60%。", "正在整改", "否", None),
        (2, "政府拖欠民营企业账款清偿不及时，涉及金额1.5亿元。", "年内清偿率达到100%", "①全面摸底拖欠账款；②制定分期清偿计划；③严禁新增拖欠",
         "王志强", "县财政局", "赵海", 45657, "已清偿0.9亿元", "部分完成", "×", "台账另附"),
        (3, "园区标准厂房配套管网不完善。　", "", "（1）新建雨污管网2.4公里\n（2）改造泵站1座（2024.9完工）", "刘晓梅",
         "工业园区管委会牵头，县住建局、\n县水利局配合", "孙伟\n13800000000", date(2024, 10, 31), "累计完成85%", "整改中", None, None),
        (4, "涉企检查频次高、多头检查。", "检查频次下降30%", "一是编制年度联合检查计划；二是推行“扫码入企”；三是公开检查结果。", "张建国", "县司法局\n县应急局",
         "周强", "立行立改，长期坚持", "已印发计划", "长期坚持", "", None),
        (5, "个别窗口人员服务意识不强。", "群众满意率95%以上", "开展作风教育整顿，\n严格考勤和明察暗访", "王志强", "县政务服务中心", "吴丽", "立行立改", "已通报2人，全员培训4次。", "已完成", "是", None),
        (6, "惠企政策兑现慢。", None, "1、建立政策兑现台账 2、推行“免申即享”", "刘晓梅", "县工信局等有关部门", "郑洁", "12月底前", "", "尚未整改", "", None),
        ("", None, None, None, None, None, None, None, None, None, None, None),
        (7, "不动产登记资料重复提交", "资料精简三分之一", "1.取消重复证明；2.实现部门数据共享", "张建国", "县自然资源局，县税务局", "钱进", "10月中旬", 0.4, "推进中", "", None),
        ("合计", "7项", None, None, None, None, None, None, None, None, None, None),
    ]  # fmt: skip
    _put(sheet, 3, rows)
    sheet["I11"].number_format = "0%"
    sheet["H5"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["A14"] = "注：1.完成状态填写“已完成、正在整改、长期坚持、尚未整改”；2.销号须附佐证材料。"
    sheet.merge_cells("A14:L14")
    sheet["A15"], sheet["F15"] = "填表人：李明", "审核人：张建国"
    sheet["K7"].comment = Comment("第二批再报", "审核")
    sheet.row_dimensions[9].hidden = True
    sheet.row_dimensions[3].height = 32
    sheet.freeze_panes = "A4"
    _widths(sheet, (6, 34, 22, 40, 10, 20, 10, 14, 30, 10, 8, 12))
    _save(book, path)


B_HEAD: tuple[Row, Row] = (
    ("序号", "反馈问题", None, "整改措施", "整改责任", None, None, "整改时限", "整改情况", None, None, "销号", None, None),
    (None, "类别", "具体问题", None, "牵头领导", "牵头单位", "配合单位", None, "进展", "成效", "佐证", "申请", "审核", "日期"),
)  # fmt: skip
B_MERGES = ("A4:A5", "B4:C4", "D4:D5", "E4:G4", "H4:H5", "I4:K4", "L4:N4")


def layout_b(path: Path) -> None:
    """Two header rows; a problem merged down over its measures; a cover sheet and a hidden copy of an old list."""
    book = Workbook()
    cover = book.active
    cover.title = "封面"
    cover["B3"] = "关于省委巡视反馈意见整改落实情况的台账"
    cover["B5"] = "二〇二四年三月"
    sheet = book.create_sheet("整改台账")
    _title(sheet, 1, f"{COUNTY}委关于省委第三巡视组反馈意见整改工作台账", 14)
    sheet["A2"] = "（截至2024年9月30日）"
    sheet.merge_cells("A2:N2")
    rows: list[Row] = [
        *B_HEAD,
        (1, "政治建设", "理论学习中心组学习不深入，以读代学。", "修订中心组学习制度", "陈立新", "县委宣传部", "县委办", "2024年4月底前", "已修订印发。", "学习制度更加健全", "制度文件", "是", "通过", date(2024, 5, 8)),
        (None, None, None, "每季度开展一次专题研讨", None, "县委宣传部", "县直各单位", "每季度", "已开展3次。", None, "会议纪要", None, None, None),
        (2, "政治建设", "对生态环境保护督察反馈问题整改不彻底，城南污水处理厂提标改造滞后。", "1.加快设备安装调试", "林涛", "县住建局", "县生态环境局、城南街道", "2024年12月底前", "设备安装完成70%。", None, None, None, None, None),
        (None, None, None, "2.完成环保验收", None, "市生态环境局青岚分局", None, "2025年6月底前", "尚未启动", None, None, None, None, None),
        (None, None, None, "3.建立运行监管机制", None, None, None, "长期坚持", "正在起草。", None, None, None, None, None),
        (3, "干部队伍", "年轻干部储备不足。", "制定三年培养计划，每年选派20名干部到一线锻炼。", "赵敏", "县委组只部", "县人社局", "2024年底前，并长期坚持", "已选派18名。", None, None, None, None, None),
        ("小计", None, "3个", "6条", None, None, None, None, None, None, None, None, None, None),
    ]  # fmt: skip
    _put(sheet, 4, rows)
    for area in (*B_MERGES, "A6:A7", "C6:C7", "E6:E7", "A8:A10", "C8:C10", "E8:E10", "B6:B10"):
        sheet.merge_cells(area)
    for row in (4, 5):
        for cell in sheet[row]:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDEBF7")
    _widths(sheet, (6, 12, 36, 36, 10, 18, 22, 18, 30, 20, 14, 8, 8, 12))
    old = book.create_sheet("旧表勿动")
    _put(
        old,
        1,
        [("序号", "问题", "整改措施", "责任单位", "时限"), (1, "旧问题", "旧措施", "县委办", "2023年底前")],
    )
    old.sheet_state = "hidden"
    _save(book, path)


def layout_c(path: Path) -> None:
    """An xls of inspected tasks: ids of its own, sources, shares as percentages, colours typed in by hand."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("督查事项")
    wrap = xlwt.easyxf("align: wrap on, vert centre")
    day, share = xlwt.easyxf(num_format_str="yyyy-mm-dd"), xlwt.easyxf(num_format_str="0%")
    sheet.write_merge(0, 0, 0, 9, f"{COUNTY}人民政府2024年第二季度重点督查事项台账", wrap)
    head = "事项编号 来源 事项内容 主办 协办 交办日期 办结时限 序时进度 最新反馈 亮灯".split()
    rows: list[Row] = [
        head,
        ("DC-2024-011", "领导批示", "城区老旧小区改造三季度末完工12个", "县住建局", "各街道；县城管局", date(2024, 4, 8), date(2024, 9, 30), 0.62, "已开工12个，完工5个。", "黄"),
        ("DC-2024-012", "县政府第8次常务会议", "清理规范政府投资项目工程款结算", "县财政局", "县审计局，县发改局", date(2024, 4, 15), "7月底前", 1, "已完成结算审核。", "绿"),
        ("DC-2024-013", "国办发〔2024〕9号文件", "开展“高效办成一件事”改革", "行政审批局", "", date(2024, 5, 6), "持续推进", 0.3, "梳理事项13项", "绿"),
        ("DC-2024-014", "领导批示", "自来水二次供水设施移交接管", "县水务集团", "县住健局", date(2024, 5, 20), "收文后15个工作日内", 0, "未启动", "红"),
    ]  # fmt: skip
    for top, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            style = day if isinstance(value, date) else share if column == 7 and top > 1 else wrap
            sheet.write(top, column, value, style)
    sheet.write(6, 0, "说明：亮灯标准为绿灯正常、黄灯滞后、红灯超期。")
    sheet.row(4).hidden = True
    book.save(str(path))


def layout_d(path: Path) -> None:
    """Title row, unit and date row, three levels of problems, sections across the table, a header repeated by a page break."""
    book = Workbook()
    sheet = book.active
    sheet.title = "巡察整改"
    _title(sheet, 1, "县委第二巡察组反馈意见整改落实情况一览表", 10)
    sheet["A2"], sheet["H2"] = f"被巡察单位：{COUNTY}农业农村局党组", "2024年5月20日"
    head = "序号 一级问题 二级问题 表现 整改措施 责任领导 责任单位 完成时限 整改进展 整改状态".split()
    rows: list[Row] = [
        head,
        ("一、聚焦贯彻落实党的路线方针政策方面", *[None] * 9),
        (1, "乡村振兴有关部署落实有差距", "产业项目谋划不足", "项目库建设滞后，3个项目未开工", "1.每月调度项目进度", "杨帆", "计财股", "2024年6月30日", "已调度2次", "整改中"),
        (None, None, None, None, "2.对未开工项目逐个包联", None, "计财股", "2024.8", "3个项目已全部开工", "已完成"),
        (2, None, None, "项目验收把关不严", "完善验收办法", "杨帆", "项目办", "2024年7月底", "办法已印发", "已完成"),
        (3, None, "高标准农田管护缺位", "管护资金未落实到村", "制定管护办法，落实管护资金120万元", "许静", "农田股", "9月上旬", "资金已下达", "基本完成"),
        (None, None, None, None, "开展管护情况检查", None, None, "每半年", None, None),
        head,
        ("二、聚焦群众身边不正之风和腐败问题方面", *[None] * 9),
        (4, "惠农补贴监管不力", "补贴发放不及时", "2023年耕地地力补贴迟发2个月", "（一）倒查迟发原因；（二）建立发放提醒制度", "许静", "种植业股", "即知即改", "已补发到位", "已销号"),
    ]  # fmt: skip
    _put(sheet, 3, rows)
    for area in (
        "A4:J4",
        "B5:B9",
        "C5:C7",
        "D5:D6",
        "A5:A6",
        "F5:F6",
        "C8:C9",
        "D8:D9",
        "A8:A9",
        "F8:F9",
        "A11:J11",
    ):
        sheet.merge_cells(area)
    sheet["A14"] = "备注：整改状态分为已完成、整改中、基本完成、已销号。"
    _widths(sheet, (6, 20, 20, 26, 32, 10, 12, 14, 22, 10))
    _save(book, path)


E_ROWS: list[Row] = [
    ["县委班子成员调研成果转化运用清单（2024年度）"] + [""] * 8,
    "课题 牵头领导 发现问题 对策建议 转化形式 责任单位 时限 成效 回访".split(),
    ["县域商业体系建设", "何静", "乡镇快递进村率低", "整合邮政、供销网点，建设村级站点80个", "出台政策", "县商务局；县邮政公司", "2024年11月底前", "已建52个", "6月已回访"],
    ["", "", "", "对偏远村给予每单0.3元补贴", "", "县财政局", "2024.12", "", ""],
    ["", "", "农产品上行渠道窄", "①培育直播基地3个\n②举办展销会", "列入年度计划", "县商务局、县农业农村局", "年底前", "", ""],
    ["基层治理减负增效", "何静", "村级台账多、重复填报", "开展报表清理，取消重复台账", "建立制度", "县民政局\n各乡镇、街道", "立行立改", "取消台账17项", "未回访"],
]  # fmt: skip


def _text(rows: Sequence[Row], delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def layout_e(path: Path) -> None:
    """A csv as old software writes it: GB18030, merges lost, a line break inside a cell."""
    path.write_bytes(_text(E_ROWS, ",").encode("gb18030"))


def layout_b_text(path: Path) -> None:
    """Layout B pasted into a tab separated file: two header rows and no merges."""
    rows: list[Row] = [
        *[["" if cell is None else cell for cell in row] for row in B_HEAD],
        [1, "政治建设", "理论学习不深入。", "修订学习制度", "陈立新", "县委宣传部", "县委办", "2024年4月底前", "已印发", "", "", "", "", ""],
        ["", "", "", "每季度专题研讨", "", "", "", "每季度", "已开展3次", "", "", "", "", ""],
        [2, "", "年轻干部储备不足。", "制定培养计划", "赵敏", "县委组织部", "县人社局、县委党校", "2024年底前，并长期坚持", "", "", "", "", "", ""],
    ]  # fmt: skip
    path.write_bytes(_text(rows, "\t").encode("utf-8-sig"))


LEDGERS = {
    "A-营商环境问题整改台账.xlsx": layout_a,
    "B-巡视反馈意见整改台账.xlsx": layout_b,
    "B-巡视整改粘贴.csv": layout_b_text,
    "C-督查事项台账.xls": layout_c,
    "D-巡察整改一览表.xlsx": layout_d,
    "E-调研成果转化清单.csv": layout_e,
}


def write_all(folder: Path) -> None:
    """Write every example ledger into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in LEDGERS.items():
        write(folder / name)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "ledgers")
