"""join, comm and column through just-bash 0.2.1 (jq.py uses its query engine).

Its commands are coroutines over a filesystem interface; ours never wait, so they are driven by hand to their end at one
instant. It sees only the container's files and environment. Imported when such a tool first runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from k8snb.runtime.filesystem import Directory, File, FileError, Filesystem, Link, join
from k8snb.runtime.programs.program import Call, Failure, Outcome

if TYPE_CHECKING:
    from collections.abc import Coroutine

_CLASSES = {
    "join": ("join.join", "JoinCommand"),
    "comm": ("comm.comm", "CommCommand"),
    "column": ("column.column", "ColumnCommand"),
}


def run(call: Call) -> Outcome:
    """Run one of the borrowed tools over the whole of its input."""
    module, name = _CLASSES[call.name]
    command = getattr(import_module(f"just_bash.commands.{module}"), name)()
    types = import_module("just_bash.types")
    stdin = _input(call)
    context = types.CommandContext(
        fs=_Files(call.machine.fs),
        cwd=call.process.cwd,
        env=dict(call.env),
        stdin=stdin,
        limits=types.ExecutionLimits(max_sed_iterations=100_000),
    )
    try:
        result = _drive(command.execute(call.args, context))
    except RecursionError:
        raise Failure("out of memory", 137) from None
    except OSError as error:
        raise Failure(str(error).partition(": ")[2].capitalize() or str(error)) from None
    call.out(_bytes(result.stdout))
    call.err(_bytes(result.stderr))
    return int(result.exit_code)


def _input(call: Call) -> str:
    """Standard input; a tool whose files are all named does not wait for it."""
    if 0 not in call.process.fds:
        return ""
    operands = [arg for arg in call.args if not arg.startswith("-")]
    named = any(call.machine.fs.exists(call.path(arg)) for arg in operands[1:] or operands)
    return "" if named else call.stdin().decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _drive(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits for anything outside."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as done:
        return done.value


_ERRORS = {
    "ENOENT": FileNotFoundError,
    "EISDIR": IsADirectoryError,
    "ENOTDIR": NotADirectoryError,
    "EEXIST": FileExistsError,
}


class _Files:
    """just-bash's filesystem interface over a container's files."""

    def __init__(self, files: Filesystem) -> None:
        self.files = files

    def _do(self, action: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return action(*args, **kwargs)
        except FileError as error:
            raise _ERRORS.get(error.name, PermissionError)(f"{error.name}: {error.words.lower()}") from None

    async def read_file(self, path: str, encoding: str = "utf-8") -> str:
        data: bytes = self._do(self.files.read, path)
        return data.decode("utf-8", "surrogateescape")

    async def read_file_bytes(self, path: str) -> bytes:
        data: bytes = self._do(self.files.read, path)
        return data

    async def write_file(self, path: str, content: str | bytes, encoding: str = "utf-8") -> None:
        self._do(self.files.write, path, _bytes(content) if isinstance(content, str) else content)

    async def append_file(self, path: str, content: str | bytes) -> None:
        self._do(self.files.write, path, _bytes(content) if isinstance(content, str) else content, append=True)

    async def exists(self, path: str) -> bool:
        return self.files.exists(path)

    async def is_file(self, path: str) -> bool:
        return self.files.exists(path) and isinstance(self.files.lookup(path), File)

    async def is_directory(self, path: str) -> bool:
        return self.files.is_dir(path)

    async def mkdir(self, path: str, recursive: bool = False) -> None:
        self._do(self.files.mkdir, path, parents=recursive)

    async def readdir(self, path: str) -> list[str]:
        names: list[str] = self._do(self.files.listdir, path)
        return names

    async def rm(self, path: str, recursive: bool = False, force: bool = False) -> None:
        if not force or self.files.exists(path, follow=False):
            self._do(self.files.remove, path, recursive)

    async def stat(self, path: str) -> Any:
        return self._stat(path, True)

    async def lstat(self, path: str) -> Any:
        return self._stat(path, False)

    def _stat(self, path: str, follow: bool) -> Any:
        entry = self._do(self.files.lookup, path, follow)
        return import_module("just_bash.types").FsStat(
            is_file=isinstance(entry, File),
            is_directory=isinstance(entry, Directory),
            is_symbolic_link=isinstance(entry, Link),
            mode=entry.mode,
            size=entry.length if isinstance(entry, File) else 4096,
            mtime=entry.mtime,
        )

    async def chmod(self, path: str, mode: int) -> None:
        self._do(self.files.chmod, path, mode & 0o7777)

    async def symlink(self, target: str, link_path: str) -> None:
        self._do(self.files.symlink, target, link_path)

    async def readlink(self, path: str) -> str:
        entry = self._do(self.files.lookup, path, False)
        if not isinstance(entry, Link):
            raise OSError("EINVAL: invalid argument")
        return entry.target

    async def utimes(self, path: str, atime: float, mtime: float) -> None:
        self._do(self.files.utime, path, mtime)

    async def realpath(self, path: str) -> str:
        real: str = self._do(self.files.realpath, path)
        return real

    def resolve_path(self, base: str, path: str) -> str:
        return join(base, path)
