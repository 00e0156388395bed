"""Programs that show what files there are: ls, stat, du, df, tree, with busybox's and GNU's layouts."""

from __future__ import annotations

from datetime import UTC, datetime

from k8snb.runtime.filesystem import Directory, Entry, FileError, Filesystem, Link, join, weigh
from k8snb.runtime.programs.files import _below, _complain, group_name, human, mode_text, options, user_name
from k8snb.runtime.programs.program import Call, Outcome


def ls(call: Call) -> Outcome:
    found, names = options(call, "aAl1RhdFSrtinpsCxuLHcvkq", "")
    status = [0]
    files: list[tuple[str, Entry]] = []
    directories: list[str] = []
    for name in names or ["."]:
        path = call.path(name)
        try:
            entry = call.machine.fs.lookup(path, follow="L" in found or not found.keys() & set("ld"))
        except FileError as error:
            shown = f"{name}: {error.words}" if call.busybox else f"cannot access '{name}': {error.words}"
            _complain(call, status, shown)
            status[0] = 1 if call.busybox else 2
            continue
        if isinstance(entry, Directory) and "d" not in found:
            directories.append(name)
        else:
            files.append((name, entry))
    _print_entries(call, files, found)
    for index, name in enumerate(directories):
        several = len(names) > 1 or "R" in found
        _list_directory(call, name, found, status, header=several, gap=bool(index or files))
    return status[0]


def _list_directory(call: Call, name: str, found: dict[str, str], status: list[int], header: bool, gap: bool) -> None:
    fs, base = call.machine.fs, call.path(name)
    try:
        listed = fs.listdir(base)
    except FileError as error:
        shown = (
            f"can't open '{name}': {error.words}" if call.busybox else f"cannot open directory '{name}': {error.words}"
        )
        _complain(call, status, shown)
        return
    if header:
        call.out(f"{chr(10) if gap else ''}{name}:\n")
    if "a" in found:
        listed = [".", "..", *listed]
    elif "A" not in found:
        listed = [item for item in listed if not item.startswith(".")]
    entries = [(item, _entry(fs, join(base, item), "L" in found)) for item in listed]
    if "l" in found:
        blocks = sum(_blocks(entry) for item, entry in entries if item not in (".", ".."))
        call.out(f"total {blocks}\n")
    _print_entries(call, entries, found)
    if "R" in found:
        for item, entry in entries:
            if isinstance(entry, Directory) and item not in (".", ".."):
                _list_directory(call, f"{name.rstrip('/')}/{item}", found, status, header=True, gap=True)


def _entry(fs: Filesystem, path: str, follow: bool) -> Entry:
    """What is there; with `-L` what a link leads to, if it leads anywhere."""
    try:
        return fs.lookup(path, follow=follow)
    except FileError:
        return fs.lookup(path, follow=False)


def _size(entry: Entry) -> int:
    if isinstance(entry, Directory):
        return 4096
    return len(entry.target) if isinstance(entry, Link) else entry.length


def _blocks(entry: Entry) -> int:
    """KiB on disk: whole pages; a link's few letters fit into its inode."""
    return 0 if isinstance(entry, Link) else (_size(entry) + 4095) // 4096 * 4


def _print_entries(call: Call, entries: list[tuple[str, Entry]], found: dict[str, str]) -> None:
    if "S" in found:
        entries = sorted(entries, key=lambda item: -_size(item[1]))
    if "t" in found:
        entries = sorted(entries, key=lambda item: -item[1].mtime)
    if "r" in found:
        entries = entries[::-1]
    shown = [name + _mark(entry, found) for name, entry in entries]
    if "l" not in found:
        call.out("".join(f"{name}\n" for name in shown))
        return
    rows = [_long_row(call, entry, found) for _, entry in entries]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    for row, name, (_, entry) in zip(rows, shown, entries, strict=True):
        owner = (
            f"{row[1]:<{max(widths[1], 8 if call.busybox else 0)}} {row[2]:<{max(widths[2], 8 if call.busybox else 0)}}"
        )
        links = "1" if not isinstance(entry, Directory) else "2"
        arrow = f" -> {entry.target}" if isinstance(entry, Link) else ""
        width = max(widths[3], 9) if call.busybox else widths[3]
        link_width = 5 if call.busybox else 1
        call.out(f"{row[0]} {links:>{link_width}} {owner} {row[3]:>{width}} {row[4]} {name}{arrow}\n")


def _mark(entry: Entry, found: dict[str, str]) -> str:
    if "F" not in found and "p" not in found:
        return ""
    if isinstance(entry, Directory):
        return "/"
    if "F" not in found:
        return ""
    return "@" if isinstance(entry, Link) else "*" if entry.mode & 0o111 else ""


def _long_row(call: Call, entry: Entry, found: dict[str, str]) -> tuple[str, str, str, str, str]:
    numeric = "n" in found
    size = _size(entry)
    text = human(size) if "h" in found else str(size)
    when = datetime.fromtimestamp(max(entry.mtime, 0.0), UTC)
    recent = call.now - entry.mtime < 15778476
    stamp = f"{when:%b} {when.day:2d} {when:%H:%M}" if recent else f"{when:%b} {when.day:2d}  {when.year}"
    return mode_text(entry), user_name(call, entry.uid, numeric), group_name(call, entry.gid, numeric), text, stamp


def stat(call: Call) -> Outcome:
    found, names = options(call, "Lt", "cf")
    status = [0]
    for name in names:
        try:
            entry = call.machine.fs.lookup(call.path(name), follow="L" in found)
        except FileError as error:
            shown = f"can't stat '{name}': " if call.busybox else f"cannot statx '{name}': "
            _complain(call, status, shown + error.words)
            continue
        call.out(_stat_text(call, name, entry, found.get("c")))
    return status[0]


def _stat_text(call: Call, name: str, entry: Entry, template: str | None) -> str:
    when = datetime.fromtimestamp(max(entry.mtime, 0.0), UTC)
    stamp = f"{when:%Y-%m-%d %H:%M:%S}.000000000 +0000"
    kind = (
        "directory" if isinstance(entry, Directory) else "symbolic link" if isinstance(entry, Link) else "regular file"
    )
    values = {
        "%n": name, "%s": str(_size(entry)), "%a": f"{entry.mode:o}", "%A": mode_text(entry), "%u": str(entry.uid),
        "%g": str(entry.gid), "%U": user_name(call, entry.uid), "%G": group_name(call, entry.gid), "%F": kind,
        "%Y": str(int(entry.mtime)), "%y": stamp,
    }  # fmt: skip
    if template is not None:
        for key, value in values.items():
            template = template.replace(key, value)
        return template + "\n"
    return (
        f"  File: {name}\n  Size: {_size(entry):<10}\tBlocks: {(_size(entry) + 511) // 512:<10} IO Block: 4096   {kind}\n"
        f"Access: ({entry.mode:04o}/{mode_text(entry)})  Uid: ({entry.uid:5d}/{user_name(call, entry.uid):>8})   "
        f"Gid: ({entry.gid:5d}/{group_name(call, entry.gid):>8})\nAccess: {stamp}\nModify: {stamp}\nChange: {stamp}\n"
    )


def du(call: Call) -> Outcome:
    found, names = options(call, "shakcx", "d")
    for name in names or ["."]:
        paths = [call.path(name)] if "s" in found else _below(call, call.path(name), True)
        for path in reversed(paths):
            entry = call.machine.fs.lookup(path, follow=False)
            if isinstance(entry, Directory) or "a" in found or "s" in found or len(paths) == 1:
                kib = max(4, -(-weigh(entry) // 1024))
                shown = name + path[len(call.path(name)) :]
                call.out(f"{human(kib * 1024) if 'h' in found else kib}\t{shown}\n")
    return 0


def df(call: Call) -> Outcome:
    found, _ = options(call, "hkTPiam")
    total, used = 17_784_752, 3_419_132
    heading = "Filesystem           1K-blocks      Used Available Use% Mounted on"
    if "h" in found:
        heading = "Filesystem                Size      Used Available Use% Mounted on"
    call.out(heading + "\n")
    rows = [("overlay", "/", total, used), ("tmpfs", "/dev", 65_536, 0)]
    for mount in call.machine.container.spec.mounts:
        tmpfs = mount.kind == "tmpfs"
        rows.append(
            ("tmpfs" if tmpfs else "/dev/vda1", mount.path, 3_932_160 if tmpfs else total, 12 if tmpfs else used)
        )
    for source, path, blocks, taken in rows:
        percent = -(-taken * 100 // blocks)
        cells = [blocks, taken, blocks - taken]
        shown = [human(cell * 1024) if "h" in found else str(cell) for cell in cells]
        call.out(f"{source:<20} {shown[0]:>9} {shown[1]:>9} {shown[2]:>9} {percent:>3}% {path}\n")
    return 0


def tree(call: Call) -> Outcome:
    _, names = options(call, "adfL")
    counts = [0, 0]

    def walk(path: str, indent: str) -> None:
        names = [name for name in call.machine.fs.listdir(path) if not name.startswith(".")]
        for index, name in enumerate(names):
            last = index == len(names) - 1
            entry = call.machine.fs.lookup(join(path, name), follow=False)
            call.out(f"{indent}{'└── ' if last else '├── '}{name}\n")
            counts[not isinstance(entry, Directory)] += 1
            if isinstance(entry, Directory):
                walk(join(path, name), indent + ("    " if last else "│   "))

    for name in names or ["."]:
        call.out(name + "\n")
        walk(call.path(name), "")
    call.out(f"\n{counts[0]} directories, {counts[1]} files\n")
    return 0
