"""The PDF as an archive takes it: the same bytes wherever it is made, and the marks of PDF/A-2b in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from engine.documents import letter_versions, typesetting
from engine.documents.fonts import Fonts
from engine.settings import PROJECT, SHIPPED_FONTS
from tests.papers.specimens import SOURCES

DAY = date(2026, 9, 30)
ELSEWHERE = """
import hashlib, json, sys
from datetime import date
from pathlib import Path
from engine.documents import typesetting
from engine.documents.fonts import Fonts
layout, words, folders = json.load(sys.stdin)
made = typesetting.pdf(layout, words, date(2026, 9, 30), Fonts(Path(folder) for folder in folders))
print(hashlib.sha256(made).hexdigest())
"""
NAMES = {
    "dc": "{http://purl.org/dc/elements/1.1/}",
    "xmp": "{http://ns.adobe.com/xap/1.0/}",
    "pdfaid": "{http://www.aiim.org/pdfa/ns/id/}",
    "rdf": "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}",
}


@pytest.fixture(scope="module")
def words() -> dict[str, Any]:
    return letter_versions.empty_words() | {
        "letterhead": "青河镇人民政府", "number": "青政移字〔2026〕12号", "title": "关于移送甲&乙<丙>案的函",
        "title_parts": [{"text": "关于移送甲&乙<丙>案的函", "keep": False}], "addressee": "青河市生态环境局",
        "body": [{"text": "一、案情", "style": "heading"}, {"text": "现将该案移送贵单位。", "style": "text"}],
        "signatures": ["青河镇人民政府"], "date": "2026年9月30日", "contact": "联系人：沈禾", "mark": "核验码 0A1B",
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(words: dict[str, Any]) -> bytes:
    return typesetting.pdf(SOURCES["D01"].layout, words, DAY, Fonts(SHIPPED_FONTS))


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242", "PYTHONUTF8": "1"},
    ],
)
def test_another_process_elsewhere_makes_the_same_bytes(
    words: dict[str, Any], made: bytes, elsewhere: dict[str, str]
) -> None:
    given = json.dumps([dict(SOURCES["D01"].layout), words, [str(folder) for folder in SHIPPED_FONTS]])
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **elsewhere}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=given, env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == hashlib.sha256(made).hexdigest()


def test_a_font_that_is_put_into_a_folder_is_used_from_then_on(
    words: dict[str, Any], made: bytes, tmp_path: Path
) -> None:
    files = {path.name: path for path in Fonts(SHIPPED_FONTS).files}
    later = [name for name in files if "Bold" in name]
    for name in files.keys() - later:
        shutil.copy(files[name], tmp_path)
    without = typesetting.pdf(SOURCES["D01"].layout, words, DAY, Fonts([tmp_path]))

    for name in later:
        shutil.copy(files[name], tmp_path)

    assert without != made
    assert typesetting.pdf(SOURCES["D01"].layout, words, DAY, Fonts([tmp_path])) == made


def test_the_metadata_say_pdf_a_2b_and_nothing_else_than_the_paper(made: bytes, words: dict[str, Any]) -> None:
    """ISO 19005-2: the two places for metadata agree; the day is that of the paper, not of its making."""
    reader = PdfReader(BytesIO(made))
    told = ElementTree.fromstring(reader.trailer["/Root"]["/Metadata"].get_object().get_data())
    text = {tag: "".join(found.itertext()) for found in told.iter() for tag in [found.tag]}
    info = reader.metadata
    assert info is not None

    assert (text[NAMES["pdfaid"] + "part"], text[NAMES["pdfaid"] + "conformance"]) == ("2", "B")
    assert text[NAMES["dc"] + "title"] == info.title == words["title"]
    assert text[NAMES["dc"] + "creator"] == info.author == words["letterhead"]
    assert text[NAMES["xmp"] + "CreateDate"] == "2026-09-29T16:00:00+00:00"
    assert info.creation_date is not None
    assert info.creation_date.isoformat() == "2026-09-29T16:00:00+00:00"


def test_nothing_in_it_leans_on_the_reader_s_machine(made: bytes) -> None:
    """ISO 19005-2: every font inside, a colour profile, no encryption, no script, nothing that opens by itself."""
    reader = PdfReader(BytesIO(made))
    root = reader.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]

    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert described.keys() & {"/FontFile2", "/FontFile3"}, font["/BaseFont"]
        assert re.match(r"/[A-Z]{6}\+", font["/BaseFont"]), "only the signs that it needs"
        assert "/ToUnicode" in font, "its text can be searched and copied"
    (intent,) = [found.get_object() for found in root["/OutputIntents"]]
    assert intent["/S"] == "/GTS_PDFA1"
    assert "/DestOutputProfile" in intent
    assert root["/Lang"] == "zh-CN"
    assert "/Encrypt" not in reader.trailer
    assert not {"/OpenAction", "/AA", "/AcroForm"} & root.keys()
    assert not any("/AA" in page for page in reader.pages)
    assert made.count(b"/JavaScript") == made.count(b"/EmbeddedFile") == 0
