"""GB/T 9704-2012 as a Word package: page, grid, fonts, styles and page numbers.

Lengths are twips (1/20 pt) unless a name says otherwise. A body character is 16 pt and set 0.35 pt closer, so that 28 fit the
156 mm of a line in Word and in LibreOffice alike: LibreOffice gives a character that is wider than its grid cell two cells,
so the paragraphs do not snap to the grid, which still tells Word (页面设置) 22 lines of 28 characters. LibreOffice
reads overflowPunct the other way round; 1 is Word's default and keeps punctuation inside the line in LibreOffice.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = f'xmlns:w="{W}" xmlns:r="{R}"'

PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, LEFT, BOTTOM, RIGHT = 2098, 1587, 1984, 1474
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
LINES, CHARACTERS = 22, 28
LINE = 579
CHARACTER_SPACING = -7
CHARACTER = 320 + CHARACTER_SPACING
GRID_CHARACTER_SPACE = -849
PAGE_NUMBER_LINE = 280
PAGE_NUMBER_FROM_EDGE = 1446

FANGSONG, XIAOBIAOSONG, HEITI, KAITI, SONGTI = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
_FONTS = (
    (FANGSONG, "仿宋,FangSong,FangSong_GB2312,STFangsong,Noto Serif CJK SC", "modern"),
    (XIAOBIAOSONG, "方正小标宋_GBK,FZXiaoBiaoSong-B05S,小标宋,华文中宋,宋体,Noto Serif CJK SC", "roman"),
    (HEITI, "SimHei,Noto Sans CJK SC", "swiss"),
    (KAITI, "楷体,KaiTi,KaiTi_GB2312,STKaiti,Noto Serif CJK SC", "modern"),
    (SONGTI, "SimSun,Noto Serif CJK SC", "roman"),
)


@dataclass(frozen=True)
class Style:
    """A paragraph style: ``font`` of its Chinese text, ``size`` in points, ``paragraph`` the inner XML of its w:pPr.

    ``level`` is the outline level (1 to 4) of a heading; ``spacing`` the character spacing; ``colour`` six hex digits.
    """

    id: str
    name: str
    font: str = FANGSONG
    size: float = 16
    paragraph: str = ""
    level: int = 0
    spacing: int = CHARACTER_SPACING
    colour: str = ""


def _lines(before: float = 0, line: int = LINE) -> str:
    return f'<w:spacing w:before="{round(before * LINE)}" w:after="0" w:line="{line}" w:lineRule="exact"/>'


def _indent(*, left: float = 0, right: float = 0, first: float = 0, hanging: float = 0) -> str:
    """Indents in body characters, for Word (…Chars, hundredths) and for programs that know only twips."""
    parts = [
        f'w:{name}Chars="{round(value * 100)}" w:{name}="{round(value * CHARACTER)}"'
        for name, value in (("left", left), ("right", right), ("firstLine", first), ("hanging", hanging))
        if value
    ]
    return f"<w:ind {' '.join(parts)}/>" if parts else ""


_KEEP = "<w:keepNext/>"
_FIRST = _indent(first=2)
_CENTRED, _LEFT, _RIGHT = (f'<w:jc w:val="{side}"/>' for side in ("center", "left", "right"))
_NOTE = f'<w:keepLines/><w:spacing w:before="120" w:line="260" w:lineRule="exact"/>{_LEFT}'
_SMALL = '<w:spacing w:before="20" w:after="20" w:line="300" w:lineRule="exact"/>'

STYLES = (
    Style("Body", "公文正文", paragraph=_FIRST),
    Style("Heading1", "heading 1", HEITI, paragraph=_KEEP + _FIRST, level=1),
    Style("Heading2", "heading 2", KAITI, paragraph=_KEEP + _FIRST, level=2),
    Style("Heading3", "heading 3", paragraph=_FIRST, level=3),
    Style("Heading4", "heading 4", paragraph=_FIRST, level=4),
    Style("Title", "Title", XIAOBIAOSONG, 22, _KEEP + _CENTRED, spacing=0),
    Style("Mark", "纪要标志", XIAOBIAOSONG, 26, _KEEP + _lines(2, 2 * LINE) + _CENTRED, spacing=0, colour="FF0000"),
    Style("DocumentNumber", "发文字号", paragraph=_CENTRED),
    Style("Recipient", "主送机关", paragraph=_LEFT),
    Style("Closing", "结束语", paragraph=_KEEP + _FIRST),
    Style("AnnexNote", "附件说明", paragraph=_KEEP + _lines(1) + _indent(left=5, hanging=3) + _LEFT),
    Style("AnnexNoteMore", "附件说明续", paragraph=_KEEP + _indent(left=5) + _LEFT),
    Style("Signature", "发文机关署名", paragraph=_KEEP + _lines(2) + _indent(right=4) + _RIGHT),
    Style("SignedOn", "成文日期", paragraph=_indent(right=4) + _RIGHT),
    Style("Contact", "附注", paragraph=_lines(1) + _FIRST),
    Style("Attendance", "出席人员", paragraph=_indent(left=5, hanging=3) + _LEFT),
    Style("AnnexMark", "附件标识", HEITI, paragraph=_KEEP + "<w:pageBreakBefore/>" + _LEFT),
    Style("AnnexTitle", "附件标题", XIAOBIAOSONG, 22, _KEEP + _lines(1) + _CENTRED, spacing=0),
    Style("Caption", "caption", HEITI, 12, _KEEP + _CENTRED, spacing=0),
    Style("TableHead", "表头", HEITI, 10.5, _SMALL + _CENTRED, spacing=0),
    Style("TableText", "表文", SONGTI, 10.5, _SMALL + _LEFT, spacing=0),
    Style("TableNumber", "表数", SONGTI, 10.5, _SMALL + _CENTRED, spacing=0),
    Style("DataNote", "数据说明", SONGTI, 9, _NOTE, spacing=0),
)  # fmt: skip


def _run_properties(font: str, size: float, spacing: int, colour: str = "") -> str:
    half_points = round(size * 2)
    shade = f'<w:color w:val="{colour}"/>' if colour else ""
    fonts = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{font}" w:cs="{LATIN}"/>'
    return (
        f'<w:rPr>{fonts}{shade}<w:spacing w:val="{spacing}"/><w:sz w:val="{half_points}"/>'
        f'<w:szCs w:val="{half_points}"/></w:rPr>'
    )


def _paragraph_properties(style: Style) -> str:
    level = f'<w:outlineLvl w:val="{style.level - 1}"/>' if style.level else ""
    return f"<w:pPr>{style.paragraph}{level}</w:pPr>"


def _style(style: Style) -> str:
    follows = '<w:next w:val="Body"/>' if style.level else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{style.id}"><w:name w:val={quoteattr(style.name)}/>'
        f'<w:basedOn w:val="Normal"/>{follows}<w:qFormat/>{_paragraph_properties(style)}'
        f"{_run_properties(style.font, style.size, style.spacing, style.colour)}</w:style>"
    )


def styles_xml() -> str:
    """The part word/styles.xml."""
    normal = (
        '<w:pPr><w:widowControl w:val="0"/><w:overflowPunct w:val="1"/><w:autoSpaceDE w:val="0"/>'
        f'<w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>{_lines()}<w:jc w:val="both"/></w:pPr>'
    )
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{FANGSONG}"'
        f' w:cs="{LATIN}"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
    return (
        f"<w:styles {NAMESPACES}>{defaults}"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f"{normal}{_run_properties(FANGSONG, 16, CHARACTER_SPACING)}</w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        f"{_table_style()}{_footer_styles()}{''.join(map(_style, STYLES))}</w:styles>"
    )


def _table_style() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        '<w:style w:type="table" w:styleId="Ruled"><w:name w:val="统计表"/><w:basedOn w:val="TableNormal"/><w:tblPr>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblCellMar><w:left w:w="40" w:type="dxa"/>'
        '<w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


def _footer_styles() -> str:
    """Odd pages right, even pages left, one character (14 pt) in."""
    spacing = f'<w:spacing w:line="{PAGE_NUMBER_LINE}" w:lineRule="exact"/>'
    made = ""
    for id_, name, side in (("FooterOdd", "单页码", "right"), ("FooterEven", "双页码", "left")):
        made += (
            f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:pPr>'
            f'{spacing}<w:ind w:{side}="280"/><w:jc w:val="{side}"/></w:pPr><w:rPr><w:rFonts w:ascii="SimSun" '
            f'w:hAnsi="SimSun" w:eastAsia="{SONGTI}"/><w:spacing w:val="0"/><w:sz w:val="28"/><w:szCs w:val="28"/>'
            "</w:rPr></w:style>"
        )
    return made


def footer_xml(style: str) -> str:
    """A footer part: — 1 — in ``style`` (FooterOdd or FooterEven)."""
    return (
        f'<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>'
    )


def settings_xml() -> str:
    """The part word/settings.xml: page numbers differ on odd and even pages; Chinese line breaking; Word 2013 and later."""
    compatibility = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (("compatibilityMode", 15), ("overrideTableStyleFontSizeAndJustification", 1))
    )
    return (
        f'<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:balanceSingleByteDoubleByteWidth/>'
        f"<w:useFELayout/>{compatibility}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def font_table_xml() -> str:
    """The part word/fontTable.xml: what to take where an official font is not installed."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="{family}"/>'
        "</w:font>"
        for name, others, family in _FONTS
    )
    return f"<w:fonts {NAMESPACES}>{fonts}</w:fonts>"


def section_xml() -> str:
    """The w:sectPr of the whole document; its footers are rIdOdd and rIdEven."""
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rIdOdd"/><w:footerReference w:type="even" r:id="rIdEven"/>'
        f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
        f'<w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" w:left="{LEFT}" w:header="851" '
        f'w:footer="{PAGE_NUMBER_FROM_EDGE}" w:gutter="0"/>'
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{LINE}" w:charSpace="{GRID_CHARACTER_SPACE}"/></w:sectPr>'
    )


def width(text: str) -> float:
    """The width of ``text`` in characters: a half-width one counts one half."""
    return sum(0.5 if character < "\u2e80" and character not in "“”‘’—…" else 1 for character in text)
