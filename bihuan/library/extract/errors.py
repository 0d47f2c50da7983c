"""What can be wrong with a file that somebody wants to read, said so that a clerk can put it right."""

from __future__ import annotations

from bihuan.rules.errors import BihuanError


class DocumentRefused(BihuanError):
    """这个文件读不出文字。"""

    code = "document-refused"


class UnknownFormat(DocumentRefused):
    """不认识这种文件。"""

    code = "document-format"
    default_hint = "可收 docx、doc、pdf、txt、md、html、xlsx 和装有这些文件的 zip。"


class DocumentEncrypted(DocumentRefused):
    """文件设有打开密码，无法读取。"""

    code = "document-encrypted"
    default_hint = "请打开后取消密码，另存一份再收。"


class DocumentDamaged(DocumentRefused):
    """文件已损坏，无法读取。"""

    code = "document-damaged"
    default_hint = "请用 Word 或 WPS 打开并修复，另存后再收。"


class DocumentTooLarge(DocumentRefused):
    """文件展开后过大，可能是异常文件，已停止读取。"""

    code = "document-too-large"
    default_hint = "请拆成几个文件后再收。"


class NoText(DocumentRefused):
    """文件里没有文字。"""

    code = "document-no-text"
    default_hint = "请确认选对了文件；图片里的文字要先识别（OCR）成文本。"


class Scanned(NoText):
    """这份 PDF 是扫描件，只有图片，没有文字。"""

    code = "document-scanned"
    default_hint = "请先用文字识别（OCR）软件转成带文字的 PDF 或 Word，再收。"


class NeedsOffice(DocumentRefused):
    """旧格式 .doc 要靠 LibreOffice 转换，本机没有安装。"""

    code = "document-needs-office"
    default_hint = "请安装 LibreOffice（soffice），或在 Word、WPS 里另存为 .docx 再收。"
