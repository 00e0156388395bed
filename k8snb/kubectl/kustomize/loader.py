"""The folder of a kustomization: its files may be read, nothing outside of it; other folders are kustomizations.

Source: kustomize `api/internal/loader/fileloader.go`, `kyaml/filesys`.
"""

from __future__ import annotations

import os
from pathlib import Path

from k8snb.kubectl.errors import CommandError


class Loader:
    """A folder. `above` are the folders that led here: none of them may be entered again."""

    def __init__(self, root: Path, above: tuple[Path, ...] = (), *, restricted: bool = True) -> None:
        for visited in above[::-1]:
            if visited == root or visited.is_relative_to(root):
                raise CommandError(f"cycle detected: candidate root '{root}' contains visited root '{visited}'")
        self.root, self._above, self._restricted = root, above, restricted

    def read(self, name: str) -> bytes:
        """A file in or below the folder. CommandError if there is none."""
        path = self.absolute(name)
        if not path.exists():
            raise CommandError(missing(path))
        if path.is_dir():
            raise CommandError(f"'{path}' must resolve to a file")
        if self._restricted and not path.resolve().is_relative_to(self.root):
            raise CommandError(f"security; file '{path.resolve()}' is not in or below '{self.root}'")
        return path.read_bytes()

    def below(self, name: str) -> Loader:
        """The folder of another kustomization."""
        if not name:
            raise CommandError("new root cannot be empty")
        return Loader(checked_root(self.absolute(name), name), (*self._above, self.root), restricted=self._restricted)

    def absolute(self, name: str) -> Path:
        return Path(os.path.normpath(self.root / name))


def checked_root(root: Path, shown: str, named: str = "") -> Path:
    """The folder, without links. CommandError if it is none, with the path as it was `named`."""
    if "://" in shown or shown.startswith(("git@", "github.com/")):
        raise CommandError(f"the lab has no network: {shown} cannot be fetched; copy it into a folder")
    path = Path(os.path.normpath(root))
    if not path.exists():
        raise CommandError(f"must build at directory: not a valid directory: {missing(path, named)}")
    if not path.is_dir():
        raise CommandError(f"must build at directory: '{path}': file is not directory")
    return path.resolve()


def missing(path: Path, named: str = "") -> str:
    """What the resolving of links says of a path that is not there; it names the first part that is missing."""
    first = next(part for part in [*path.parents[::-1], path] if not part.exists())
    return f"evalsymlink failure on '{named or path}' : lstat {first}: no such file or directory"
