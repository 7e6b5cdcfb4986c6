"""Where the files of procedures lie: in the folder of the one that uses them, or in `shared/` when several do.

A name is looked for in the procedure's own folder first, then in `shared/`, then among the files that lie in no folder and
whose name is nowhere else. Nothing is taken from anywhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SHARED = "shared"


@dataclass(frozen=True)
class Stray:
    """What is not found where it lies."""

    shown: str
    """The file, or the folder of no procedure, as people find it: from the folder of the diagrams on."""
    owner: str
    """Whose folder it is or lies in; empty for a file that lies in nobody's."""
    path: Path


@dataclass(frozen=True)
class Shelf:
    """The files of one kind beside the diagrams of a folder."""

    folder: Path
    files: Mapping[str, Mapping[str, Path]]
    """Place below the folder (empty for the folder itself) -> name of a file without its ending -> the file."""

    @property
    def kind(self) -> str:
        return self.folder.name

    def of(self, key: str) -> dict[str, Path]:
        """The files that this procedure finds, by name: its own ones, and of the shared and the loose ones all others."""
        return {**self.loose, **self.files.get(SHARED, {}), **self.files.get(key, {})}

    @cached_property
    def loose(self) -> dict[str, Path]:
        """The files that lie in no folder and whose name is nowhere else: whoever has one procedure makes no folders."""
        elsewhere = {name for place, name, _path in self._each() if place}
        return {name: path for name, path in self.files.get("", {}).items() if name not in elsewhere}

    def out_of_place(self, key: str) -> dict[str, Stray]:
        """By name, what this procedure does not find because it lies elsewhere, and what lies in nobody's folder."""
        found, strays = self.of(key), dict[str, Stray]()
        for place, name, path in self._each():
            if not self._is_a_place(place, name):
                strays[name] = Stray(self.shown(path), "", path)
            elif name not in found:
                strays.setdefault(name, Stray(self.shown(path), place, path))
        return strays

    def twice(self) -> dict[str, list[str]]:
        """Each name that several places have, with its files."""
        shown = defaultdict[str, list[str]](list)
        for place, name, path in self._each():
            if self._is_a_place(place, name):
                shown[name].append(self.shown(path))
        return {name: files for name, files in shown.items() if len(files) > 1}

    def stray(self, keys: Collection[str] | None) -> Iterator[Stray]:
        """Every file in nobody's folder, and every folder that belongs to none of these procedures.

        Without `keys` it is not known which procedures there are, and every folder is taken for one's.
        """
        for place, name, path in self._each():
            if not self._is_a_place(place, name):
                yield Stray(self.shown(path), "", path)
        if keys is not None:
            for place in self.files:
                if place and "/" not in place and place not in keys and place != SHARED:
                    yield Stray(self.shown(self.folder / place), place, self.folder / place)

    def _is_a_place(self, place: str, name: str) -> bool:
        return "/" not in place if place else name in self.loose

    def _each(self) -> Iterator[tuple[str, str, Path]]:
        """(place, name, file), in the order of their paths."""
        return ((place, name, path) for place, files in self.files.items() for name, path in files.items())

    def shown(self, path: Path) -> str:
        """The file as people find it: from the folder of the diagrams on."""
        return path.relative_to(self.folder.parent).as_posix()


def read_shelf(folder: Path, ending: str) -> Shelf:
    """The files with this ending in the folder and below it."""
    files: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(folder.rglob(f"*{ending}")):
        files[path.parent.relative_to(folder).as_posix().removeprefix(".")][path.stem] = path
    return Shelf(folder, files)
