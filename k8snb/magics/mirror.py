"""The workstation's files as a directory on disk, while one of the lab's programs runs: what kubectl and docker read by path
(`-f DIR`, `-k`, `cp`) is then where the script has put it, and what they write comes back to the script.

Files of the notebook's own folder stand in it as symbolic links, so nothing is copied; where links are not allowed, they are.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from k8snb.magics.workstation import HOME, held
from k8snb.runtime.filesystem import Directory, Entry, File, Filesystem, split

#: the trees that are mirrored
_TREES = (HOME, "/tmp")


class Mirror:
    """A temporary directory that shows the files of a workstation."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._temporary = tempfile.TemporaryDirectory(prefix="k8snb-", ignore_cleanup_errors=True)
        self.root = Path(self._temporary.name)
        self._shown: dict[str, bytes] = {}
        if folder is not None:
            self._link(folder, self.path(HOME))

    def path(self, path: str) -> Path:
        """Where a path of the workstation is on disk."""
        return self.root.joinpath(*split(path))

    def close(self) -> None:
        self._temporary.cleanup()

    def _link(self, source: Path, target: Path) -> None:
        """Show a directory of the notebook's folder: its entries as links."""
        if target.is_symlink():
            target.unlink()
        target.mkdir(parents=True, exist_ok=True)
        for item in source.iterdir() if source.is_dir() else ():
            place = target / item.name
            if not place.exists() and not place.is_symlink() and not item.name.startswith("."):
                _shown_as(item, place)

    def show(self, files: Filesystem) -> None:
        """Bring the directory up to date with the workstation."""
        found = {path: entry for tree in _TREES for path, entry in _files(held(files.root, tree), tree)}
        for path in self._shown.keys() - found.keys():
            self.path(path).unlink(missing_ok=True)
            del self._shown[path]
        for path, entry in found.items():
            if isinstance(entry, Directory):
                self._directory(path)
            elif self._shown.get(path) != entry.content:
                self._directory(path.rpartition("/")[0])
                place = self.path(path)
                if place.is_symlink():
                    place.unlink()
                place.write_bytes(entry.content)
                self._shown[path] = entry.content

    def _directory(self, path: str) -> None:
        """Make a directory real that may be a link into the notebook's folder, with all above it."""
        for depth in range(1, len(split(path)) + 1):
            place = self.root.joinpath(*split(path)[:depth])
            if place.is_symlink():
                self._link(place.resolve(), place)
            place.mkdir(exist_ok=True)

    def take_back(self, put: Callable[[str, bytes], None]) -> None:
        """Bring what has been written to the directory to the workstation, by `put`."""
        for tree in _TREES:
            top = self.path(tree)
            for place in sorted(_real_files(top)):
                path = f"{tree}/{place.relative_to(top).as_posix()}"
                content = place.read_bytes()
                if self._shown.get(path) != content:
                    put(path, content)
                    self._shown[path] = content


def _files(entry: Entry | None, path: str) -> Iterator[tuple[str, File | Directory]]:
    """(path, entry) of the files and directories below one."""
    if not isinstance(entry, Directory):
        return
    for name, child in entry.entries.items():
        if isinstance(child, File | Directory):
            yield f"{path}/{name}", child
        yield from _files(child, f"{path}/{name}")


def _real_files(top: Path) -> Iterator[Path]:
    for item in top.iterdir() if top.is_dir() else ():
        if item.is_symlink():
            continue
        if item.is_dir():
            yield from _real_files(item)
        elif item.is_file():
            yield item


def _shown_as(item: Path, place: Path) -> None:
    try:
        place.symlink_to(item.resolve(), target_is_directory=item.is_dir())
    except OSError:  # Windows without the right to make links
        if item.is_file():
            shutil.copyfile(item, place)


def kept_files(root: Entry) -> Mapping[str, str]:
    """The texts below `~` by their paths there: what the notebook keeps. Settings (`.kube/config`) are none of them."""
    found: dict[str, str] = {}
    for path, entry in _files(held(root, HOME), HOME):
        name = path.removeprefix(f"{HOME}/")
        if isinstance(entry, File) and not (name.startswith(".") and "/" in name):
            try:
                found[name] = entry.content.decode()
            except UnicodeDecodeError:
                continue  # a text is what a cell can hold
    return found
