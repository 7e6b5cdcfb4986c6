"""A paper as a Word file, to work on its wording with; never the record. Made from the same words, with no template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

SONG, HEI, KAI, TITLE = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
FONTS = {"heading": HEI, "subheading": KAI}
SIZE, TABLE, LINE = Pt(16), Pt(12), Pt(28.95)


def write(words: Mapping[str, Any]) -> bytes:
    """The bytes of a .docx with the paper's words, in the measures of GB/T 9704."""
    file = Document()
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _line(file, "草稿，不是正式文书；正式文书以系统签发的为准。", size=Pt(10.5), centred=True)
    _line(file, words["title"], font=TITLE, size=Pt(22), centred=True)
    if words["addressee"]:
        _line(file, f"{words['addressee']}：")
    form = [[row["label"], row["text"]] for row in words["rows"]]
    if not words["body"]:
        _table(file, form)
    for item in words["body"]:
        _line(file, item["text"], font=FONTS.get(item["style"], SONG), indented=True)
    for at, name in enumerate(words["attachments"], 1):
        number = f"{at}." if len(words["attachments"]) > 1 else ""
        _line(file, f"{'附件：' if at == 1 else '　　　'}{number}{name}", indented=True)
    for name in words["signatures"]:
        _line(file, name, right=True)
    _line(file, words["date"], right=True)
    if words["contact"]:
        _line(file, f"（{words['contact']}）", indented=True)
    if words["body"] and form:  # what is filled in by hand when the paper is handed over
        _table(file, form)
    if words["cc"]:
        _line(file, f"抄送：{words['cc']}。", size=Pt(14))
    if words["issued_by"]:
        _line(file, f"{words['issued_by']}　{words['date']}印发", size=Pt(14))
    many = len(words["annexes"]) > 1 or len(words["attachments"]) > 1
    for annex in words["annexes"]:
        _annex(file, annex, str(annex["order"]) if many else "")
    held = BytesIO()
    file.save(held)
    return held.getvalue()


def _annex(file: DocumentObject, annex: Mapping[str, Any], order: str) -> None:
    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    _line(file, f"附件{order}", font=HEI)
    _line(file, annex["title"], font=TITLE, size=Pt(20), centred=True)
    for text in filter(None, annex["note"].split("\n")):
        _line(file, text)
    for item in annex["text"]:
        _line(file, item["text"], font=FONTS.get(item["style"], SONG), indented=True)
    rows = [annex["columns"], *annex["rows"], *([annex["total"]] if annex["total"] else [])]
    if annex["columns"]:
        _table(file, rows)
    for text in annex["foot"]:
        _line(file, text)


def _table(file: DocumentObject, rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    table = file.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _set_in(cell.paragraphs[0], text, SONG, TABLE)


def _line(
    file: DocumentObject,
    text: str,
    *,
    font: str = SONG,
    size: Pt = SIZE,
    centred: bool = False,
    right: bool = False,
    indented: bool = False,
) -> None:
    paragraph = file.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = LINE if size <= SIZE else Pt(35)
    shape.first_line_indent = size * 2 if indented else None
    if centred or right:
        shape.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.RIGHT
    _set_in(paragraph, text, font, size)


def _set_in(paragraph: Paragraph, text: str, font: str, size: Pt) -> None:
    run = paragraph.add_run(_clean(text))
    run.font.size, run.font.name = size, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _clean(text: str) -> str:
    """Without the control signs that a Word file cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")
