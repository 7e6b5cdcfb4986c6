"""Where the files of procedures lie: in the folder of the one that uses them, or in `shared/` when several do.

A name is looked for in the procedure's own folder first, then in `shared/`. Nothing is taken from anywhere else: a file
that lies there is named, with the place where it belongs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SHARED = "shared"


@dataclass(frozen=True)
class Shelf:
    """The files of one kind beside the diagrams of a folder."""

    folder: Path
    files: Mapping[str, Mapping[str, Path]]
    """Place below the folder (empty for the folder itself) -> name of a file without its ending -> the file."""

    def of(self, key: str) -> dict[str, Path]:
        """The files that this procedure finds, by name: its own ones, and of the shared ones all others."""
        return {**self.files.get(SHARED, {}), **self.files.get(key, {})}

    def out_of_place(self, key: str) -> dict[str, str]:
        """What to do about each name that this procedure does not find, or could find twice, for people."""
        found, sentences = self.of(key), dict[str, str]()
        for place, files in self.files.items():
            for name, path in files.items():
                if not _is_a_place(place):
                    sentences[name] = self._belongs(path, key)
                elif name not in found:
                    sentences.setdefault(name, self._elsewhere(path, place, key))
        return sentences

    def twice(self) -> dict[str, str]:
        """What to do about each name that several places have, for people."""
        places: dict[str, list[Path]] = defaultdict(list)
        for place, files in self.files.items():
            for name, path in files.items():
                if _is_a_place(place):
                    places[name].append(path)
        return {
            name: f"{name} 有几份：{'、'.join(map(self.shown, paths))}。这样的名字全系统只有一份，各流程都按它引用。"
            f"内容相同的请只留一份，放进 {self.folder.name}/{SHARED}/；不同的请改掉其中一个的文件名。"
            for name, paths in sorted(places.items())
            if len(paths) > 1
        }

    def stray(self, keys: Collection[str] | None) -> Iterator[tuple[str, str]]:
        """Every file in no place, and every folder that belongs to none of these procedures, with what to do.

        Without `keys` it is not known which procedures there are, and folders are taken for theirs.
        """
        for place, files in sorted(self.files.items()):
            if not _is_a_place(place):
                yield from ((self.shown(path), self._belongs(path, "流程的 id")) for path in files.values())
            elif keys is not None and place not in keys and place != SHARED:
                yield (
                    f"{self.folder.name}/{place}",
                    f"没有 id 是 {place} 的流程。请把文件夹改成流程的 id；几个流程都用的，放进 {self.folder.name}/{SHARED}/。",
                )

    def shown(self, path: Path) -> str:
        """The file as people find it, from the folder of the diagrams on."""
        return path.relative_to(self.folder.parent).as_posix()

    def _belongs(self, path: Path, key: str) -> str:
        kind = self.folder.name
        return (
            f"{self.shown(path)} 放错了地方。请移到 {kind}/{key}/；几个流程都用的，移到 {kind}/{SHARED}/；"
            "那里已经有同名文件的，请只留一份。"
        )

    def _elsewhere(self, path: Path, place: str, key: str) -> str:
        kind = self.folder.name
        return f"{self.shown(path)} 在 {place} 的文件夹里。{key} 也用的，请移到 {kind}/{SHARED}/；放错了的，移到 {kind}/{key}/。"


def read_shelf(folder: Path, ending: str) -> Shelf:
    """The files with this ending in the folder and below it."""
    files: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(folder.rglob(f"*{ending}")):
        files[path.parent.relative_to(folder).as_posix().removeprefix(".")][path.stem] = path
    return Shelf(folder, files)


def _is_a_place(place: str) -> bool:
    return bool(place) and "/" not in place
