"""From the bytes of a file to a tree, within limits. What is refused here never reaches anything else.

The analyst's bytes are stored as they came; this only looks at them.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.reading.meant import in_our_words
from engine.errors import DiagramRefused
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Rule, Severity

FILE_EMPTY = Rule("file-empty", _("A file is not empty."))
FILE_TOO_LARGE = Rule("file-too-large", _("A file is not too large."))
FILE_COMPRESSED = Rule("file-compressed", _("A file is not compressed."))
FILE_DOCTYPE = Rule("file-doctype", _("A file has no DOCTYPE."))
FILE_NOT_XML = Rule("file-not-xml", _("A file is complete XML."))
FILE_NOT_BPMN = Rule("file-not-bpmn", _("A file is BPMN 2.0."))
FILE_ENCODING = Rule("file-encoding", _("A file is encoded as UTF-8, UTF-16, GB18030 or a Western encoding."))
FILE_ELEMENTS = Rule("file-elements", _("A file does not have too many elements."))
FILE_DEPTH = Rule("file-depth", _("A file is not nested too deeply."))
FILE_ATTRIBUTES = Rule("file-attributes", _("An element does not have too many attributes."))
FILE_UNREADABLE = Rule("file-unreadable", _("A file exists and can be read."))
FILE_PLACE = Rule(
    "file-place", _("Files stored with the diagrams are where a procedure looks for them."), Severity.WARNING
)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SIZE_LIMIT = 2 * 1024 * 1024
ELEMENT_LIMIT = 20_000
ATTRIBUTE_LIMIT = 50
DEPTH_LIMIT = 100
_GB = {"GB18030", "GBK", "GB2312", "GB_2312-80", "CP936"}
_ENCODINGS = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII", "ISO-8859-1", "WINDOWS-1252", *_GB}
"""All but UTF-16 have ASCII's characters as ASCII has them, so that a DOCTYPE is seen before anything is read."""
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def read_diagram(data: bytes) -> etree._Element:
    """The root of a BPMN 2.0 file, in our words (`meant.py`).

    Raises DiagramRefused with one problem when the file is not one, or not safe.
    """
    root = read_as_written(data)
    in_our_words(root)
    return root


def as_utf8(data: bytes) -> bytes:
    """The file for a reader that knows no other encoding; as it is where it is in UTF-8 anyway. Raises as `read_diagram`."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(etree.tostring(read_as_written(data), encoding="UTF-8", xml_declaration=True))
    return data


def read_as_written(data: bytes) -> etree._Element:
    """The root of a BPMN 2.0 file as it was written. Raises as `read_diagram`."""
    if not data.strip():
        raise _refused(FILE_EMPTY, _("The file is empty."), _("Export it again from the modeler."))
    if len(data) > SIZE_LIMIT:
        raise _refused(
            FILE_TOO_LARGE,
            _("The file is larger than %(most)s MB.", most=SIZE_LIMIT // 2**20),
            _("A diagram is never that large. Check whether this is the right file."),
        )
    if data.startswith(b"PK"):
        raise _refused(
            FILE_COMPRESSED,
            _("This is a compressed file, not a diagram."),
            _("Unpack it, then deploy the .bpmn file in it."),
        )
    if _mentions_doctype(data):
        raise _refused(
            FILE_DOCTYPE,
            _("The file has a DOCTYPE declaration."),
            _("A BPMN file does not need one. Delete it, and deploy the file again."),
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_pis=True,
        encoding=_chinese(data),
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        reason = (
            _("Near line %(line)s the file is not complete XML.", line=line)
            if line
            else _("The file is not complete XML.")
        )
        raise _refused(FILE_NOT_XML, reason, _("Open it in a modeler and save it again.")) from None
    _require_limits(root)
    if root.tag != f"{BPMN}definitions":
        raise _refused(
            FILE_NOT_BPMN,
            _("This is not a BPMN 2.0 file."),
            _("Draw it in Camunda Modeler or bpmn.io and export a .bpmn file."),
        )
    return root


def _chinese(data: bytes) -> str | None:
    """GB18030 for what says that it is in it or in one of its older parts, which are often said for all of it."""
    declared = _DECLARED.match(data)
    return "gb18030" if declared and declared[1].decode("ascii").upper() in _GB else None


def _mentions_doctype(data: bytes) -> bool:
    return any("<!DOCTYPE".encode(encoding) in data or "<!doctype".encode(encoding) in data
               for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-7"))  # fmt: skip


def _require_limits(root: etree._Element) -> None:
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None or tree.docinfo.externalDTD is not None:
        raise _refused(
            FILE_DOCTYPE,
            _("The file has a DOCTYPE declaration."),
            _("A BPMN file does not need one. Delete it, and deploy the file again."),
        )
    if (tree.docinfo.encoding or "UTF-8").upper() not in _ENCODINGS:
        raise _refused(
            FILE_ENCODING,
            _("The file is encoded as %(encoding)s.", encoding=tree.docinfo.encoding),
            _("Save it as UTF-8."),
        )
    stack, count = [(root, 1)], 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > ELEMENT_LIMIT:
            raise _refused(
                FILE_ELEMENTS,
                _("The file has more than %(most)s elements.", most=ELEMENT_LIMIT),
                _("Split it into several procedures."),
            )
        if depth > DEPTH_LIMIT:
            raise _refused(
                FILE_DEPTH,
                _("The file is nested more than %(most)s levels deep.", most=DEPTH_LIMIT),
                _("Export it again from the modeler."),
            )
        if isinstance(node.tag, str) and len(node.attrib) > ATTRIBUTE_LIMIT:
            raise _refused(
                FILE_ATTRIBUTES,
                _(
                    "The element on line %(line)s has more than %(most)s attributes.",
                    line=node.sourceline,
                    most=ATTRIBUTE_LIMIT,
                ),
                _("Export it again from the modeler."),
            )
        stack.extend((child, depth + 1) for child in node)


def _refused(rule: Rule, reason: Text, remedy: Text) -> DiagramRefused:
    return DiagramRefused([rule.problem("", "", reason, remedy)])
