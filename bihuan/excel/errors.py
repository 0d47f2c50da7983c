"""What can be wrong with a file that somebody wants to import, said so that a clerk can put it right."""

from __future__ import annotations

from bihuan.rules.errors import BihuanError


class FileRefused(BihuanError):
    """这个文件不能导入。"""

    code = "file-refused"


class NotAWorkbook(FileRefused):
    """文件不是 Excel 工作簿，也不是 CSV 表格。"""

    code = "file-not-a-workbook"
    default_hint = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。"


class Encrypted(FileRefused):
    """工作簿设有打开密码，无法读取。"""

    code = "file-encrypted"
    default_hint = "请用 Excel 或 WPS 打开，取消密码并另存后再导入。"


class Damaged(FileRefused):
    """工作簿已损坏，无法读取。"""

    code = "file-damaged"
    default_hint = "请用 Excel 或 WPS 打开并修复，另存为 .xlsx 后再导入。"


class TooLarge(FileRefused):
    """文件展开后过大，可能是异常文件，已停止读取。"""

    code = "file-too-large"
    default_hint = "请删除多余的行、列、格式和图片，或拆成几个文件后再导入。"


class EmptyWorkbook(FileRefused):
    """工作簿里没有任何内容。"""

    code = "file-empty"
    default_hint = "请确认选对了文件，并且已经保存。"
