"""Files as a container sees them: an image's tree with a writable layer over it, and volumes mounted into it.

Trees are persistent: an entry never changes, a write makes new directories along its path and shares all the rest. So the
writable layer is simply another root, a fork costs nothing, and a thousand containers of an image share its files.
`Filesystem` is the working view of one running container; what it changed is read off again as new roots.
Simplifications: no hard links, no special modes (setuid, sticky), times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from k8snb.runtime.limits import TREE_BYTES

_LINKS = 40
_PATH = 4096


class FileError(OSError):
    """A failed file operation, with the errno's own words: `No such file or directory`."""

    def __init__(self, name: str, path: str = "", writing: bool = False) -> None:
        super().__init__(_WORDS[name])
        self.name, self.path, self.words, self.writing = name, path, _WORDS[name], writing


_WORDS = {
    "ENOENT": "No such file or directory",
    "EEXIST": "File exists",
    "ENOTDIR": "Not a directory",
    "EISDIR": "Is a directory",
    "EACCES": "Permission denied",
    "EPERM": "Operation not permitted",
    "EROFS": "Read-only file system",
    "ENOSPC": "No space left on device",
    "ENOTEMPTY": "Directory not empty",
    "ELOOP": "Too many levels of symbolic links",
    "EBUSY": "Resource busy",
    "EINVAL": "Invalid argument",
    "ENAMETOOLONG": "File name too long",
    "EBADF": "Bad file descriptor",
    "EXDEV": "Cross-device link",
}


@dataclass(frozen=True, slots=True)
class File:
    """A regular file, or a character device when `device` names one. `program` is what runs when it is executed; `size`
    stands for content that nobody reads (a 100 MB binary)."""

    content: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    program: str = ""
    device: str = ""
    size: int | None = None

    @property
    def length(self) -> int:
        return len(self.content) if self.size is None else self.size


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    mode: int = 0o777


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory; the mapping is never changed."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0


Entry = File | Link | Directory


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a tree is attached. `key` names it to whoever keeps the volumes; `sub` is a path inside it."""

    path: str
    key: str
    readonly: bool = False
    sub: str = ""
    kind: str = "ext4"


def tree(files: Mapping[str, str | bytes | Entry], mtime: float = 0.0) -> Directory:
    """A directory from paths and contents; a path that ends in `/` is an empty directory."""
    root = Directory(mtime=mtime)
    for path, what in files.items():
        entry = File(what.encode(), mtime=mtime) if isinstance(what, str) else what
        entry = File(entry, mtime=mtime) if isinstance(entry, bytes) else entry
        parts = split(path)
        root = _put(root, parts, Directory(mtime=mtime) if path.endswith("/") else entry, mtime)
    return root


def split(path: str) -> tuple[str, ...]:
    """The names along a path, `.` and empty ones left out, `..` applied."""
    parts: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del parts[-1:]
        elif name and name != ".":
            parts.append(name)
    return tuple(parts)


def join(cwd: str, path: str) -> str:
    """`path` as an absolute one, seen from `cwd`; symbolic links are not looked at."""
    return "/" + "/".join(split(path if path.startswith("/") else f"{cwd}/{path}"))


def _put(root: Directory, parts: tuple[str, ...], entry: Entry | None, mtime: float) -> Directory:
    """`root` with `entry` at `parts` (None removes); missing directories are made."""
    entries = dict(root.entries)
    if len(parts) > 1:
        child = entries.get(parts[0])
        inner = child if isinstance(child, Directory) else Directory(mtime=mtime)
        entries[parts[0]] = _put(inner, parts[1:], entry, mtime)
        return replace(root, entries=entries)
    if entry is None:
        entries.pop(parts[0], None)
    else:
        entries[parts[0]] = entry
    return replace(root, entries=entries, mtime=max(mtime, root.mtime))


def merge(lower: Directory, upper: Directory) -> Directory:
    """An image's layers laid over each other."""
    entries = dict(lower.entries)
    for name, entry in upper.entries.items():
        below = entries.get(name)
        both = isinstance(below, Directory) and isinstance(entry, Directory)
        entries[name] = merge(below, entry) if both else entry  # type: ignore[arg-type]
    return replace(upper, entries=entries)


def weigh(entry: Entry) -> int:
    """Bytes of all files below an entry."""
    if isinstance(entry, Directory):
        return sum(weigh(child) for child in entry.entries.values())
    return len(entry.content) if isinstance(entry, File) else 0


def inside(volume: Entry, sub: str, path: str) -> Entry:
    """What a path inside a volume leads to, links followed as long as they stay inside; FileError about `path`."""
    todo, stack, links = list(reversed(split(sub))), [volume], 0
    while todo:
        name, parent = todo.pop(), stack[-1]
        if name == "..":
            stack = stack[:1] + stack[1:-1]
            continue
        if not isinstance(parent, Directory):
            raise FileError("ENOTDIR", path)
        entry = parent.entries.get(name, Directory())
        if isinstance(entry, Link):
            links += 1
            if links > _LINKS or entry.target.startswith("/"):
                raise FileError("ENOENT", path)
            todo.extend(part for part in reversed(entry.target.split("/")) if part not in ("", "."))
            continue
        stack.append(entry)
    return stack[-1]


class Volumes(dict[str, "Entry"]):
    """Roots of mounted trees by key. The kubelet's own subclass makes them when they are first looked at."""

    def __init__(self, *given: Mapping[str, Entry]) -> None:
        super().__init__(*given)
        #: bytes that a tree may hold, where that is less than any tree may
        self.room: dict[str, int] = {}


#: Files the kernel makes up: gives the entry of an absolute path, or None.
Special = Callable[[str], Entry | None]


class Filesystem:
    """The working view of one container: a root, mounts, the acting user and the time."""

    def __init__(
        self,
        root: Directory,
        mounts: Iterable[Mount] = (),
        volumes: Volumes | None = None,
        special: Special | None = None,
        readonly: bool = False,
    ) -> None:
        self.root, self.readonly = root, readonly
        self.mounts = {mount.path: mount for mount in mounts}
        self.volumes = Volumes() if volumes is None else volumes
        self.special = special
        self.now, self.uid, self.gid = 0.0, 0, 0
        #: supplementary groups of whoever acts
        self.groups: tuple[int, ...] = ()
        self.changed: set[str] = set()
        self._room: dict[str, int] = {}

    # -- looking -----------------------------------------------------------------------------------------------------

    def lookup(self, path: str, follow: bool = True) -> Entry:
        """The entry at an absolute path; FileError ENOENT, ENOTDIR or ELOOP."""
        return self._walk(path, follow)[1]

    def exists(self, path: str, follow: bool = True) -> bool:
        try:
            self._walk(path, follow)
        except FileError:
            return False
        return True

    def is_dir(self, path: str) -> bool:
        try:
            return isinstance(self._walk(path, True)[1], Directory)
        except FileError:
            return False

    def realpath(self, path: str) -> str:
        """The path without symbolic links; FileError if it does not exist."""
        return self._walk(path, True)[0]

    def read(self, path: str) -> bytes:
        """The content of a file."""
        real, entry = self._walk(path, True)
        if isinstance(entry, Directory):
            raise FileError("EISDIR", path)
        self._allow(entry, 4, real)
        assert isinstance(entry, File)
        if entry.device:
            return b""
        return entry.content if entry.size is None else entry.content.ljust(min(entry.size, 1 << 20), b"\0")

    def listdir(self, path: str) -> list[str]:
        """Names in a directory, sorted, mount points included."""
        real, entry = self._walk(path, True)
        if not isinstance(entry, Directory):
            raise FileError("ENOTDIR", path)
        self._allow(entry, 4, real)
        names = set(entry.entries)
        prefix = real.rstrip("/") + "/"
        names.update(point[len(prefix) :].partition("/")[0] for point in self.mounts if point.startswith(prefix))
        return sorted(names - {""})

    def _walk(self, path: str, follow: bool) -> tuple[str, Entry]:
        """Follow a path to (its real absolute path, the entry there)."""
        if len(path) > _PATH:
            raise FileError("ENAMETOOLONG", path)
        todo, links = list(reversed(path.split("/"))), 0
        names: list[str] = []
        stack: list[Entry] = [self._at("/", self.root)]
        while todo:
            name = todo.pop()
            if name in ("", "."):
                continue
            if name == "..":
                if names:
                    names.pop(), stack.pop()
                continue
            here = "/" + "/".join([*names, name])
            entry = self._child(stack[-1], name, here)
            if isinstance(entry, Link) and (follow or any(part not in ("", ".") for part in todo)):
                links += 1
                if links > _LINKS:
                    raise FileError("ELOOP", path)
                if entry.target.startswith("/"):
                    names, stack = [], stack[:1]
                todo.extend(reversed(entry.target.split("/")))
                continue
            names.append(name)
            stack.append(entry)
        return "/" + "/".join(names), stack[-1]

    def _child(self, parent: Entry, name: str, path: str) -> Entry:
        if self.special is not None and (made := self.special(path)) is not None:
            return made
        if not isinstance(parent, Directory):
            raise FileError("ENOTDIR", path)
        if self.uid and not _permitted(parent, 1, self.uid, (self.gid, *self.groups)):
            raise FileError("EACCES", path)
        entry = parent.entries.get(name)
        if path in self.mounts:
            return self._at(path, entry)
        if entry is None:
            prefix = path + "/"
            if any(point.startswith(prefix) for point in self.mounts):
                return Directory()
            raise FileError("ENOENT", path)
        return entry

    def _at(self, path: str, entry: Entry | None) -> Entry:
        """What is mounted at a path, else `entry`."""
        mount = self.mounts.get(path)
        if mount is None:
            assert entry is not None
            return entry
        return inside(self.volumes[mount.key], mount.sub, path)

    # -- changing ----------------------------------------------------------------------------------------------------

    def write(self, path: str, content: bytes, append: bool = False, mode: int = 0o644) -> None:
        """Write a file, made with `mode` if it is new; what is written to a device is gone."""
        real, entry = self._target(path)
        if isinstance(entry, Directory):
            raise FileError("EISDIR", path)
        if isinstance(entry, File):
            if entry.device:
                if entry.device == "full":
                    raise FileError("ENOSPC", path)
                return
            self._allow(entry, 2, real)
            content = entry.content + content if append else content
            self._place(real, replace(entry, content=content, mtime=self.now, size=None, program=""))
        else:
            self._place(real, File(content, mode, self.uid, self.gid, self.now))

    def put(self, path: str, entry: Entry) -> None:
        """Place an entry as it is, with its own mode and owner."""
        real, _ = self._target(path, follow=False)
        self._place(real, entry)

    def mkdir(self, path: str, mode: int = 0o755, parents: bool = False) -> None:
        """Make a directory, with `parents` also those above it."""
        if parents:
            steps = split(path)
            for depth in range(1, len(steps) + 1):
                at = "/" + "/".join(steps[:depth])
                if not self.exists(at):
                    self.mkdir(at, mode)
                elif not self.is_dir(at):
                    raise FileError("EEXIST" if depth == len(steps) else "ENOTDIR", path)
            return
        real, entry = self._target(path.rstrip("/") or "/", follow=False)
        if entry is not None:
            raise FileError("EEXIST", path)
        self._place(real, Directory(mode=mode, uid=self.uid, gid=self.gid, mtime=self.now))

    def symlink(self, target: str, path: str) -> None:
        real, entry = self._target(path, follow=False)
        if entry is not None:
            raise FileError("EEXIST", path)
        self._place(real, Link(target, self.uid, self.gid, self.now))

    def remove(self, path: str, recursive: bool = False) -> None:
        """Unlink a file, an empty directory, or with `recursive` a whole tree."""
        real, entry = self._target(path.rstrip("/") or "/", follow=False)
        if entry is None:
            raise FileError("ENOENT", path)
        if real in self.mounts or real == "/" or any(point.startswith(real + "/") for point in self.mounts):
            raise FileError("EBUSY", path)
        if isinstance(entry, Directory) and entry.entries and not recursive:
            raise FileError("ENOTEMPTY", path)
        self._place(real, None)

    def rename(self, old: str, new: str) -> None:
        """Move an entry; an existing file at `new` is replaced."""
        source = self.lookup(old, follow=False)
        real_old, _ = self._target(old, follow=False)
        real_new, there = self._target(new, follow=False)
        if isinstance(there, Directory) and (there.entries or not isinstance(source, Directory)):
            raise FileError("EISDIR" if not isinstance(source, Directory) else "ENOTEMPTY", new)
        if (real_new + "/").startswith(real_old + "/") and real_new != real_old:
            raise FileError("EINVAL", new)
        self._place(real_old, None)
        self._place(real_new, source)

    def chmod(self, path: str, mode: int) -> None:
        self._alter(path, True, lambda entry: replace(entry, mode=mode))

    def chown(self, path: str, uid: int | None, gid: int | None, follow: bool = True) -> None:
        if self.uid:
            raise FileError("EPERM", path)

        def owned(entry: Entry) -> Entry:
            return replace(entry, uid=entry.uid if uid is None else uid, gid=entry.gid if gid is None else gid)

        self._alter(path, follow, owned)

    def utime(self, path: str, mtime: float) -> None:
        self._alter(path, True, lambda entry: replace(entry, mtime=mtime))

    def _alter(self, path: str, follow: bool, change: Callable[[Entry], Entry]) -> None:
        real, entry = self._walk(path, follow)
        if self.uid and entry.uid != self.uid:
            raise FileError("EPERM", path)
        self._place(real, change(entry), own=True)

    # -- where a path's bytes live ---------------------------------------------------------------------------------------

    def _target(self, path: str, follow: bool = True) -> tuple[str, Entry | None]:
        """Where a write to `path` lands: its real path, and what is there now."""
        try:
            return self._walk(path, follow)
        except FileError as error:
            if error.name != "ENOENT":
                raise
        head, _, name = path.rstrip("/").rpartition("/")
        if name in ("", ".", ".."):
            raise FileError("ENOENT", path)
        parent, entry = self._walk(head or "/", True)
        if not isinstance(entry, Directory):
            raise FileError("ENOTDIR", path)
        real = f"{parent.rstrip('/')}/{name}"
        there = entry.entries.get(name)
        if isinstance(there, Link):  # a dangling link: the file is made where it points
            return self._target(join(parent, there.target)) if follow else (real, there)
        return real, None

    def _place(self, real: str, entry: Entry | None, own: bool = False) -> None:
        """Put an entry at a real path; `own` replaces one where it stands and needs no right to the directory."""
        mount = self._mount_of(real)
        if (mount.readonly if mount else self.readonly) or real.startswith("/proc/"):
            raise FileError("EROFS", real)
        if real == (mount.path if mount else "/"):
            self._replace_root(mount, entry)
            return
        if not own and self.uid:
            above = self.lookup(real.rpartition("/")[0] or "/")
            there = self._entry_or_none(real)
            if (there is None or entry is None) and not _permitted(above, 2, self.uid, (self.gid, *self.groups)):
                raise FileError("EACCES", real)
        self._charge(mount, real, entry)
        if mount is None:
            self.root = _put(self.root, split(real), entry, self.now)
            return
        inside = split(mount.sub) + split(real[len(mount.path) :])
        base = self.volumes[mount.key]
        self.volumes[mount.key] = _put(base if isinstance(base, Directory) else Directory(), inside, entry, self.now)
        self.changed.add(mount.key)

    def _replace_root(self, mount: Mount | None, entry: Entry | None) -> None:
        """The root of the tree or of a mount gets a new mode or owner, or a mounted file new content."""
        if entry is None:
            raise FileError("EBUSY")
        if mount is None:
            assert isinstance(entry, Directory)
            self.root = entry
        elif mount.sub:
            base = self.volumes[mount.key]
            assert isinstance(base, Directory)
            self.volumes[mount.key] = _put(base, split(mount.sub), entry, self.now)
            self.changed.add(mount.key)
        else:
            self.volumes[mount.key] = entry
            self.changed.add(mount.key)

    def _mount_of(self, real: str) -> Mount | None:
        """The mount that a real path lies in: the one with the longest mount point."""
        while real != "/":
            if real in self.mounts:
                return self.mounts[real]
            real = real.rpartition("/")[0] or "/"
        return self.mounts.get("/")

    def _entry_or_none(self, real: str) -> Entry | None:
        try:
            return self._walk(real, False)[1]
        except FileError:
            return None

    def _charge(self, mount: Mount | None, real: str, entry: Entry | None) -> None:
        """Keep each tree under its bound."""
        growth = weigh(entry) if isinstance(entry, File) else 0
        if growth == 0:
            return
        key = mount.key if mount else ""
        if key not in self._room:
            limit = min(self.volumes.room.get(key, TREE_BYTES), TREE_BYTES)
            self._room[key] = limit - weigh(self.volumes[key] if key else self.root)
        there = self._entry_or_none(real)
        growth -= weigh(there) if isinstance(there, File) else 0
        if growth > self._room[key]:
            raise FileError("ENOSPC", real)
        self._room[key] -= growth

    def _allow(self, entry: Entry, bit: int, path: str) -> None:
        if self.uid and not _permitted(entry, bit, self.uid, (self.gid, *self.groups)):
            raise FileError("EACCES", path)


def _permitted(entry: Entry, bit: int, uid: int, groups: tuple[int, ...]) -> bool:
    """May this user read (4), write (2) or search and execute (1) the entry?"""
    if entry.uid == uid:
        return bool(entry.mode >> 6 & bit)
    if entry.gid in groups:
        return bool(entry.mode >> 3 & bit)
    return bool(entry.mode & bit)
