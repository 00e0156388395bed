"""What a process that runs a stranger's notebook may still do: compute, read the interpreter, write into one folder.

Linux's own means, reached through ctypes, in the order in which they can be given up: resource limits, capabilities, Landlock
(files, ports, signals: https://docs.kernel.org/userspace-api/landlock.html) and a seccomp filter (no sockets, programs,
processes or signals to others). Each is a layer: where a kernel lacks one, the others stay, and `confine` says which hold.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_EPERM, _ENOSYS = 1, 38
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER, _DEATH_SIGNAL, _KILL = 38, 22, 2, 1, 9
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446

# Landlock's rights: to read a file and list a folder; and everything else that concerns files
_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE | 1

#: system calls refused, by machine: programs, processes, sockets, signals, other processes' memory, namespaces, the kernel
_REFUSED = {
    "x86_64": {
        "arch": 0xC000003E, "clone": 56, "tgkill": 234, "prlimit64": 302,
        "refused": (
            57, 58, 59, 322, 41, 62, 200, 129, 297, 424, 434, 438, 101, 310, 311, 165, 166, 272, 308, 155, 161,
            321, 298, 323, 425, 250, 248, 249, 29, 64, 68, 133, 259,
        ),
    },
    "aarch64": {
        "arch": 0xC00000B7, "clone": 220, "tgkill": 131, "prlimit64": 261,
        "refused": (
            221, 281, 198, 129, 130, 138, 240, 424, 434, 438, 117, 270, 271, 40, 39, 97, 268, 41, 51,
            280, 241, 282, 425, 219, 217, 218, 194, 190, 186, 33,
        ),
    },
}  # fmt: skip
_CLONE3, _CLONE_THREAD, _X32 = 435, 0x10000, 0x40000000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: bytes of address space more than it has, CPU seconds, bytes a file."""

    memory: int = 768 * 2**20
    seconds: int = 60
    file: int = 16 * 2**20


def confine(bounds: Bounds, *, readable: Iterable[Path], writable: Sequence[Path]) -> tuple[str, ...]:
    """Give up everything that computing does not need; the layers that now hold. There is no way back."""
    held = ["limits"]
    die_with_parent()
    _limit(bounds)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if _drop_capabilities(libc):
            held.append("capabilities")
        libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        if _landlock(libc, [*readable], writable):
            held.append("landlock")
        if _seccomp(libc):
            held.append("seccomp")
    if "seccomp" not in held:
        _refuse_in_python()
        held.append("audit")
    return tuple(held)


def die_with_parent() -> None:
    """End this process when the one that has started it ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, _KILL, 0, 0, 0)


def interpreter_paths() -> list[Path]:
    """What Python reads while it runs, without the lessons (their solutions lie beside them)."""
    package = Path(__file__).resolve().parents[2]
    own = [each for each in package.iterdir() if each.name != "lessons"]
    system = [Path(each) for each in ("/usr", "/lib", "/lib64", "/etc", "/dev/null", "/dev/urandom", "/dev/zero")]
    libraries = [Path(each) for each in {sys.prefix, sys.base_prefix, sys.exec_prefix}]
    if any(package.is_relative_to(each.resolve()) for each in libraries):
        libraries = [inner for each in libraries for inner in _beside(each.resolve(), package)]
    return [each for each in (*system, *libraries, *own) if each.exists()]


def _beside(folder: Path, package: Path) -> list[Path]:
    """A folder's parts without the package."""
    if folder == package:
        return []
    if not package.is_relative_to(folder):
        return [folder]
    return [inner for each in folder.iterdir() for inner in (_beside(each, package) if each.is_dir() else [each])]


def address_space() -> int:
    """Bytes of address space that this process has now; 0 where nobody says."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit(bounds: Bounds) -> None:
    limits = {
        resource.RLIMIT_CPU: bounds.seconds,
        resource.RLIMIT_FSIZE: bounds.file,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_AS: address_space() + bounds.memory,
    }
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):  # macOS has no RLIMIT_AS to speak of
            continue


def _drop_capabilities(libc: ctypes.CDLL) -> bool:
    header, none = struct.pack("=II", 0x20080522, 0), bytes(24)
    return bool(libc.capset(header, none) == 0)


def _landlock(libc: ctypes.CDLL, readable: Sequence[Path], writable: Sequence[Path]) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = _RIGHTS[max(each for each in _RIGHTS if each <= version)]
    attributes = struct.pack("=QQQ", rights, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = libc.syscall(_CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return False
    for path, allowed in [(each, _READ_FILE | _READ_DIR) for each in readable] + [(each, rights) for each in writable]:
        _add_rule(libc, rules, path, allowed)
    held = libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(held)


def _add_rule(libc: ctypes.CDLL, rules: int, path: Path, allowed: int) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        allowed &= _OF_FILES
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", allowed, fd), 0)
    os.close(fd)


def _seccomp(libc: ctypes.CDLL) -> bool:
    table = _REFUSED.get(platform.machine())
    if table is None:
        return False
    program = _program(table)
    code = ctypes.create_string_buffer(b"".join(program), 8 * len(program))
    # struct sock_fprog {unsigned short len; struct sock_filter *filter}
    filters = struct.pack("@HP", len(program), ctypes.addressof(code))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, filters, 0, 0) == 0)


def _program(table: dict[str, object]) -> list[bytes]:
    """The filter as classic BPF: numbers refused outright, then those whose first argument decides."""

    def line(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, k)

    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse = line(give, 0x7FFF0000), line(give, 0x00050000 | _EPERM)
    refused, own = table["refused"], os.getpid()
    assert isinstance(refused, tuple)
    numbers = [line(equal, number, 0, 1) for number in refused]
    return [
        line(load, 4),
        line(equal, int(str(table["arch"])), 1, 0),
        line(give, 0x80000000),
        line(load, 0),
        *([line(at_least, _X32, 0, 1), refuse] if platform.machine() == "x86_64" else []),
        *(part for number in numbers for part in (number, refuse)),
        line(equal, _CLONE3, 0, 1),
        line(give, 0x00050000 | _ENOSYS),  # the C library then takes clone, whose flags can be read here
        line(equal, int(str(table["clone"])), 0, 4),
        line(load, 16),
        line(any_bit, _CLONE_THREAD, 0, 1),
        allow,
        refuse,
        line(equal, int(str(table["tgkill"])), 0, 4),
        line(load, 16),
        line(equal, own, 0, 1),
        allow,
        refuse,
        line(equal, int(str(table["prlimit64"])), 0, 5),
        line(load, 16),
        line(equal, 0, 2, 0),
        line(equal, own, 1, 0),
        refuse,
        allow,
        allow,
    ]


def _refuse_in_python() -> None:
    """Without seccomp: an audit hook, which cannot be taken off again, but which native code goes past."""
    refused = ("socket.connect", "socket.bind", "os.kill", "os.system", "os.exec", "os.fork", "subprocess.Popen")

    def hook(event: str, _: object) -> None:
        if event.startswith(refused):
            raise PermissionError(_EPERM, f"{event} is refused while a notebook is marked")

    sys.addaudithook(hook)
