"""From the bytes of a file to a tree, within limits. What is refused here never reaches anything else.

The analyst's bytes are stored as they came; this only looks at them.
"""

from __future__ import annotations

from lxml import etree

from engine.errors import DiagramRefused, Problem

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SIZE_LIMIT = 2 * 1024 * 1024
ELEMENT_LIMIT = 20_000
ATTRIBUTE_LIMIT = 50
DEPTH_LIMIT = 100
_ENCODINGS = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII"}


def read_diagram(data: bytes) -> etree._Element:
    """The root of a BPMN 2.0 file. Raises DiagramRefused with one problem when the file is not one, or not safe."""
    if not data.strip():
        raise _refused("文件是空的。", "请从建模器重新导出。")
    if len(data) > SIZE_LIMIT:
        raise _refused(f"文件超过 {SIZE_LIMIT // 1024 // 1024} MB。", "流程图不会这么大，请检查是否选错了文件。")
    if data.startswith(b"PK"):
        raise _refused("这是压缩文件，不是流程图。", "请先解压，再部署其中的 .bpmn 文件。")
    if _mentions_doctype(data):
        raise _refused("文件里有 DOCTYPE 声明。", "BPMN 文件不需要它，请删除后再部署。")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"第 {line} 行附近" if line else "文件"
        raise _refused(f"{where}不是完整的 XML。", "请用建模器打开并重新保存。") from None
    _require_limits(root)
    if root.tag != f"{BPMN}definitions":
        raise _refused("这不是 BPMN 2.0 文件。", "请用 Camunda Modeler 或 bpmn.io 画图并导出 .bpmn。")
    return root


def _mentions_doctype(data: bytes) -> bool:
    return any("<!DOCTYPE".encode(encoding) in data or "<!doctype".encode(encoding) in data
               for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-7"))  # fmt: skip


def _require_limits(root: etree._Element) -> None:
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None or tree.docinfo.externalDTD is not None:
        raise _refused("文件里有 DOCTYPE 声明。", "BPMN 文件不需要它，请删除后再部署。")
    if (tree.docinfo.encoding or "UTF-8").upper() not in _ENCODINGS:
        raise _refused(f"文件编码是 {tree.docinfo.encoding}。", "请用 UTF-8 保存。")
    stack, count = [(root, 1)], 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > ELEMENT_LIMIT:
            raise _refused(f"文件里的元素超过 {ELEMENT_LIMIT} 个。", "请拆成几个流程。")
        if depth > DEPTH_LIMIT:
            raise _refused(f"文件嵌套超过 {DEPTH_LIMIT} 层。", "请用建模器重新导出。")
        if isinstance(node.tag, str) and len(node.attrib) > ATTRIBUTE_LIMIT:
            raise _refused(f"第 {node.sourceline} 行的元素属性超过 {ATTRIBUTE_LIMIT} 个。", "请用建模器重新导出。")
        stack.extend((child, depth + 1) for child in node)


def _refused(reason: str, remedy: str) -> DiagramRefused:
    return DiagramRefused([Problem("", "", reason, remedy)])
