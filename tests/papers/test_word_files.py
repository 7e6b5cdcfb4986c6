"""The Word draft has every word that the paper will have, in its order, in the fonts of offices."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from engine.documents import word_files
from tests.papers import specimens
from tests.papers.specimens import Specimen
from tests.processes.town import Town


def opened(specimen: Specimen) -> DocumentObject:
    return Document(BytesIO(word_files.write(specimen.words)))


def texts(file: DocumentObject) -> Iterator[str]:
    """Paragraphs and cells, in the order in which they stand."""
    for item in file.iter_inner_content():
        if isinstance(item, Paragraph):
            yield item.text
        elif isinstance(item, Table):
            yield from (cell.text for row in item.rows for cell in row.cells)


def test_every_word_of_every_letter_is_in_its_word_file(plain_town: Town) -> None:
    missing = []
    for name, specimen in specimens.every(plain_town, party_c="market").items():
        words, said = specimen.words, "\n".join(texts(opened(specimen)))
        wanted = [words["title"], words["addressee"], words["contact"], words["cc"], words["issued_by"]]
        wanted += [*words["signatures"], *words["attachments"], *(item["text"] for item in words["body"])]
        wanted += [text for row in words["rows"] for text in (row["label"], row["text"])]
        for annex in words["annexes"]:
            wanted += [annex["title"], *annex["note"].split("\n"), *annex["foot"], *annex["columns"], *annex["total"]]
            wanted += [text for row in annex["rows"] for text in row]
        missing += [f"{name}: {text}" for text in wanted if text not in said]

    assert missing == []


def test_what_is_signed_when_a_paper_is_handed_over_stands_behind_it(plain_town: Town) -> None:
    said = list(texts(opened(specimens.every(plain_town)["D05"])))

    assert said.index("受送达人签名或盖章") > said.index("2026年9月30日")


def test_annexes_are_numbered_as_the_paper_numbers_them(plain_town: Town) -> None:
    every = specimens.every(plain_town)

    assert {"附件1", "附件2"} <= set(texts(opened(every["D01"])))
    assert "附件" in list(texts(opened(every["D08"])))


def test_the_fonts_are_those_of_the_standard(plain_town: Town) -> None:
    file = opened(specimens.every(plain_town)["D15"])
    fonts = {
        run.text: run._element.rPr.rFonts.get(qn("w:eastAsia"))
        for line in file.paragraphs
        for run in line.runs
        if run._element.rPr is not None
    }
    listed = file.tables[0].rows[0].cells[0].paragraphs[0].runs[0]._element.rPr.rFonts.get(qn("w:eastAsia"))

    assert fonts["一、争议事实"] == "黑体"
    assert fonts["请予协调为盼。"] == listed == "仿宋_GB2312"
    assert fonts["关于申请协调未批先建废塑料清洗线职责分工争议的函"] == "方正小标宋简体"
