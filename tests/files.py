"""Files as offices send them: real ones, small, and made anew for each run."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from pypdf import PdfWriter


def pdf(pages: int = 1, password: str = "") -> bytes:
    writer, content = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(content)
    return content.getvalue()


def picture(format_name: str, width: int = 40, height: int = 30) -> bytes:
    """`format_name` is JPEG, PNG or another that Pillow writes."""
    content = BytesIO()
    Image.new("RGB", (width, height), "#8fb3d9").save(content, format_name)
    return content.getvalue()


def package(main: str, packing: int = ZIP_DEFLATED, **more: bytes) -> bytes:
    """A Word or Excel file as far as its packing goes: `main` is its main part, `more` are further ones."""
    content = BytesIO()
    with ZipFile(content, "w", packing) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(main, "<document/>")
        for name, part in more.items():
            file.writestr(name.replace("__", "/"), part)
    return content.getvalue()


def torn(content: bytes, name: str) -> bytes:
    """A package whose part of this name cannot be unpacked: what was packed of it is other bytes."""
    with ZipFile(BytesIO(content)) as file:
        part = file.getinfo(name)
    begin = part.header_offset + 30 + len(part.filename.encode())
    return content[:begin] + b"\xff" * part.compress_size + content[begin + part.compress_size :]


PDF = pdf()
JPEG = picture("JPEG")
PNG = picture("PNG")
DOCX = package("word/document.xml")
XLSX = package("xl/workbook.xml")
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
