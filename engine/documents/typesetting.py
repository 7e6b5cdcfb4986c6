"""Papers as pages: the words of a paper and a layout in, PDF/A-2b or pictures out. The same in gives the same bytes out.

The words reach Typst as data and are never read as markup. Slow (a tenth of a second to several): never within a step's
transaction.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from engine.clock import SHANGHAI
from engine.documents.fonts import Fonts
from engine.errors import LianbanError
from engine.messages import Text, clauses
from engine.messages import gettext as _

COMMON = "common.typ"
_MAIN = "main"
_WHERE = re.compile(r"(?P<file>[\w.-]+\.typ|main):(?P<line>\d+):\d+")


class NotTypeset(LianbanError):
    default = _(
        "The document could not be typeset. Its text is not lost, and the system will try again. Tell the system "
        "administrator."
    )
    code = "not_typeset"


def pdf(layout: Mapping[str, str], words: Mapping[str, Any], issued_on: date, fonts: Fonts) -> bytes:
    """The paper as PDF/A-2b; its time stamp is the midnight at which its day began. Raises NotTypeset."""
    stamp = int(datetime.combine(issued_on, time(), SHANGHAI).timestamp())
    return _compile(layout, words, fonts, format="pdf", pdf_standards=["a-2b"], timestamp=stamp)[0]


def pictures(
    layout: Mapping[str, str], words: Mapping[str, Any], fonts: Fonts, dots_per_inch: int = 110
) -> list[bytes]:
    """Each page as a PNG. Raises NotTypeset."""
    return _compile(layout, words, fonts, format="png", ppi=dots_per_inch)


def _compile(layout: Mapping[str, str], words: Mapping[str, Any], fonts: Fonts, **output: Any) -> list[bytes]:
    main = next(name for name in layout if name != COMMON)
    files = {name: text.encode() for name, text in layout.items()}
    files[_MAIN] = files.pop(main)
    inputs = {
        "paper": json.dumps(words, ensure_ascii=False, sort_keys=True),
        "fonts": json.dumps(fonts.chains, ensure_ascii=False, sort_keys=True),
    }
    opened = _opened(tuple((path, path.stat().st_mtime_ns) for path in fonts.files))
    try:
        made, warnings = typst.compile_with_warnings(files, font_paths=opened, sys_inputs=inputs, **output)
    except (typst.TypstError, RuntimeError) as error:
        raise NotTypeset(_wrong(main, _said(error, main))) from error
    if warnings:
        raise NotTypeset(_wrong(main, clauses(map(str, warnings))))
    return made if isinstance(made, list) else [made]


@lru_cache(maxsize=2)
def _opened(files: tuple[tuple[Path, int], ...]) -> typst.Fonts:
    """The fonts of these files, each with when it was written last; reading them is half of what a paper costs."""
    folders = list(dict.fromkeys(path.parent for path, _ in files))
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def _wrong(main: str, why: Text) -> Text:
    return _("The layout %(file)s has an error: %(why)s", file=main, why=why)


def _said(error: Exception, main: str) -> Text:
    """What Typst says, with the place that it names."""
    trace = getattr(error, "diagnostic", "")
    found = _WHERE.search(trace)
    if found is None:
        return str(error)
    return _(
        "%(file)s, line %(line)s: %(why)s",
        file=main if found["file"] == _MAIN else found["file"],
        line=found["line"],
        why=str(error),
    )


def key(layout: Mapping[str, str], words: Mapping[str, Any]) -> str:
    """The same for the same words in the same layout."""
    told = json.dumps([layout, words], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
