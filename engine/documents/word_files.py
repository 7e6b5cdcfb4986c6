"""A paper as a Word file, to work on its wording with; never the record. Made from the same words, with no template."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

SONG, HEI = "仿宋_GB2312", "黑体"
SIZE, LINE = Pt(16), Pt(28.95)


def write(words: Mapping[str, Any]) -> bytes:
    """The bytes of a .docx with the paper's words, in the measures of GB/T 9704."""
    file = Document()
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _line(file, "草稿，不是正式文书；正式文书以系统签发的为准。", size=Pt(10.5), centred=True)
    _line(file, words["title"], size=Pt(22), centred=True, bold=True)
    if words["addressee"]:
        _line(file, f"{words['addressee']}：")
    for row in words["rows"]:
        _line(file, f"{row['label']}：{row['text']}")
    for item in words["body"]:
        _line(file, item["text"], font=HEI if item["style"] == "heading" else SONG, indented=True)
    for at, name in enumerate(words["attachments"], 1):
        number = f"{at}." if len(words["attachments"]) > 1 else ""
        _line(file, f"{'附件：' if at == 1 else '　　　'}{number}{name}", indented=True)
    for name in words["signatures"]:
        _line(file, name, right=True)
    _line(file, words["date"], right=True)
    if words["contact"]:
        _line(file, f"（{words['contact']}）", indented=True)
    for annex in words["annexes"]:
        _annex(file, annex)
    held = BytesIO()
    file.save(held)
    return held.getvalue()


def _annex(file: DocumentObject, annex: Mapping[str, Any]) -> None:
    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    _line(file, f"附件{annex['order']}", font=HEI)
    _line(file, annex["title"], size=Pt(20), centred=True, bold=True)
    for text in filter(None, annex["note"].split("\n")):
        _line(file, text)
    for item in annex["text"]:
        _line(file, item["text"], indented=True)
    rows = [annex["columns"], *annex["rows"], *([annex["total"]] if annex["total"] else [])]
    if annex["columns"]:
        table = file.add_table(rows=0, cols=len(annex["columns"]), style="Table Grid")
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = _clean(text)
    for text in annex["foot"]:
        _line(file, text)


def _line(
    file: DocumentObject,
    text: str,
    *,
    font: str = SONG,
    size: Pt = SIZE,
    centred: bool = False,
    right: bool = False,
    indented: bool = False,
    bold: bool = False,
) -> None:
    paragraph = file.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = LINE if size <= SIZE else Pt(35)
    shape.first_line_indent = size * 2 if indented else None
    if centred or right:
        shape.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(_clean(text))
    run.bold, run.font.size, run.font.name = bold, size, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _clean(text: str) -> str:
    """Without the control signs that a Word file cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")
