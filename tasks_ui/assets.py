"""The built front end: which files a page needs, from the manifest that the build wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from markupsafe import Markup

from engine.errors import SettingsError
from engine.messages import gettext as _

PREFIX = "/static/dist/"


class Assets:
    def __init__(self, app: Flask) -> None:
        path = Path(app.static_folder or "") / "dist" / ".vite" / "manifest.json"
        if not path.exists():
            raise SettingsError(
                _(
                    "The styles and scripts of the pages are not built yet. Run 'make run' or 'python "
                    "frontend/build.py' first."
                )
            )
        self._manifest: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        app.jinja_env.globals["assets"] = self.tags

    def tags(self, entry: str) -> Markup:
        """The link and script elements of an entry; the files' names change with their content, so they keep for ever."""
        first = self._manifest[f"src/{entry}.js"]
        styles = dict.fromkeys(style for chunk in self._chunks(first) for style in chunk.get("css", []))
        links = [Markup('<link rel="stylesheet" href="{}">').format(PREFIX + style) for style in styles]
        script = Markup('<script type="module" src="{}"></script>').format(PREFIX + first["file"])
        return Markup("\n").join([*links, script])

    def _chunks(self, chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for name in chunk.get("imports", []):
            yield from self._chunks(self._manifest[name])
        yield chunk
