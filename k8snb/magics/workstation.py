"""The learner's own machine, as a shell script sees it: bash and Debian's tools, with kubectl, minikube, docker and curl that
are the lab's real ones.

It is a simulated machine like a container's, so a pasted script can harm nothing but the lab: programs of the host are not
there. Variables, functions, the working directory and files outlive a script, as in a terminal that stays open. `~` is the
notebook's folder: the notebook's own files (`%%manifest --name`), and below them those of the folder on disk, which can be read
and not written. When one of the lab's programs is started, its process waits, the machine stands still, and whoever runs the
script (`shellcell.py`) does what the program would do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from k8snb.runtime import userland
from k8snb.runtime.container import Container, Spec
from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Filesystem, merge, split, tree
from k8snb.runtime.image import Image
from k8snb.runtime.machine import Machine, World
from k8snb.runtime.process import Fd, Process, Session, Wait

HOME = "/home/learner"
#: the learner's user and group
LEARNER = 1000
#: programs of the lab's own, run by whoever runs the script
PROGRAMS = ("kubectl", "minikube", "docker", "curl")
#: how the file of such a program is marked
_LAB = "lab:"
#: why a process of one of them does not run
WAITS_FOR_LAB = "lab"
_TOOLS = "jq less tree hexdump xxd watch diff cmp comm egrep fgrep"
#: variables that a shell makes itself
_OWN_VARIABLES = frozenset(
    {"PWD", "OLDPWD", "SHLVL", "PPID", "_", "OPTIND", "IFS", "$", "BASH", "BASH_VERSION", "EUID"}
)
#: files of the notebook's folder that are larger than this are listed, and cannot be read
_HOST_BYTES = 4 << 20


class _Workstation(Image):
    """A laptop with the tools of Kubernetes' documentation."""

    repository = "workstation"
    userland = "debian"

    def files(self) -> Directory:
        own = {f"/usr/local/bin/{name}": File(b"\x7fELF", 0o755, program=_LAB + name) for name in PROGRAMS}
        tools = {f"/usr/bin/{name}": userland.executable(name) for name in _TOOLS.split()}
        home = Directory({".kube": Directory(uid=LEARNER, gid=LEARNER)}, uid=LEARNER, gid=LEARNER)
        skeleton: dict[str, str | bytes | Entry] = {**own, **tools, HOME: home}
        return merge(userland.debian("13 (trixie)", f"learner:x:1000:1000::{HOME}:/bin/bash\n"), tree(skeleton))


@cache
def _image() -> Image:
    return _Workstation()


@dataclass
class Terminal:
    """What stays between two scripts."""

    variables: dict[str, str] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    functions: Mapping[str, Any] = field(default_factory=dict)
    cwd: str = HOME


def fresh_container() -> Container:
    """A workstation that was just switched on."""
    spec = Spec("workstation", ("/bin/sleep", "infinity"), {"USER": "learner", "LANG": "C.UTF-8"}, HOME)
    return Container("workstation", "workstation", spec, "workstation", _image().root)


class Shelves(Filesystem):
    """The files: those of the notebook's folder on disk can be read, and shadowed by writing, but not removed."""

    folder: Path | None = None

    def _place(self, real: str, entry: Entry | None, own: bool = False) -> None:
        if entry is None and held(self.root, real) is None and on_disk(self.folder, real) is not None:
            raise FileError("EROFS", real)
        super()._place(real, entry, own)


class Workstation(Machine):
    """The machine while a script runs on it. `folder` is the notebook's folder on disk."""

    def __init__(self, container: Container, world: World, folder: Path | None, terminal: Terminal) -> None:
        super().__init__(container, _image(), world)
        self.folder, self.terminal = folder, terminal
        #: gives the text of ~/.kube/config
        self.kubeconfig: Callable[[], str] = str
        self._leader = 0

    @property
    def fs(self) -> Filesystem:
        if self._fs is None:
            self._fs = Shelves(self.container.root, (), self.world.volumes, self._special)
            self._fs.folder = self.folder
            self._fs.now = self.now
        return self._fs

    def _special(self, path: str) -> Any:
        found = super()._special(path)
        if path == f"{HOME}/.kube/config":
            return File(self.kubeconfig().encode(), 0o600, LEARNER, LEARNER)
        if found is not None or self.folder is None or not (path == HOME or path.startswith(HOME + "/")):
            return found
        kept, disk = held(self.fs.root, path), on_disk(self.folder, path)
        if disk is None or (kept is not None and not isinstance(kept, Directory)):
            return None
        if not disk.is_dir():
            return None if kept is not None else _host_file(disk)
        return _host_directory(disk, kept)

    def put(self, path: str, content: bytes) -> None:
        """Write a file as the learner, with the folders above it."""
        files = self.fs
        files.uid = files.gid = LEARNER
        try:
            files.mkdir(path.rpartition("/")[0], parents=True)
            files.write(path, content)
        finally:
            files.uid = files.gid = 0

    def tell_time(self, now: float) -> None:
        """Time has gone on outside."""
        self.now = self.world.now = now
        if self._fs is not None:
            self._fs.now = now
        self.spent.clear()

    # -- a script -----------------------------------------------------------------------------------------------------

    def begin(self, argv: tuple[str, ...], env: Mapping[str, str], *, leader: bool = False) -> int:
        """Start a command in a session of its own, without input; the session. NoSuchProgram if there is no such command.

        The shell that is the `leader` has the terminal's variables, and leaves it what it has made of them.
        """
        identifier = self.next_serial()
        self.sessions[identifier] = Session(identifier, 0)
        fds = {0: Fd("null"), 1: Fd("out", identifier, "stdout"), 2: Fd("out", identifier, "stderr")}
        base = dict(self.environment(self.container.spec.env)) | {"HOME": HOME, "SHELL": "/bin/bash"}
        try:
            process = self.spawn(0, argv, base | dict(env), self.terminal.cwd, fds, identifier, LEARNER, LEARNER)
        except Exception:
            del self.sessions[identifier]
            raise
        self.sessions[identifier] = replace(self.sessions[identifier], pid=process.pid)
        if leader:
            self._leader = process.pid
        return identifier

    def _run_program(self, process: Process, woken: Wait | None) -> None:
        if process.program.startswith(_LAB):
            process.wait = Wait(WAITS_FOR_LAB)
            return
        super()._run_program(process, woken)
        if process.pid == self._leader and process.shell is not None:
            shell, terminal = process.shell, self.terminal
            shell.variables.update(terminal.variables)
            shell.exported |= terminal.exported
            shell.functions = dict(terminal.functions)

    def exit(self, process: Process, status: int, signal: int = 0) -> None:
        self._keep(process)
        super().exit(process, status, signal)

    def load(self, process: Process, argv: tuple[str, ...], depth: int = 0) -> None:
        shell = process.shell
        if shell is not None and not shell.subshell:  # the shell's last command takes its place
            self._keep(process)
        super().load(process, argv, depth)

    def _keep(self, process: Process) -> None:
        """The shell is over: the terminal keeps what it has made of its variables."""
        shell, terminal = process.shell, self.terminal
        if process.pid != self._leader or shell is None:
            return
        own = _OWN_VARIABLES | set(self.environment(self.container.spec.env)) - {"PATH"}
        terminal.variables = {name: value for name, value in shell.variables.items() if name not in own}
        terminal.exported = frozenset(name for name in shell.exported if name in terminal.variables)
        terminal.functions, terminal.cwd = shell.functions, process.cwd

    def waiting_for_lab(self) -> list[Process]:
        """Processes of the lab's programs that have not been run yet, oldest first."""
        return [
            process
            for _, process in sorted(self.processes.items())
            if process.status is None and process.wait is not None and process.wait.kind == WAITS_FOR_LAB
        ]

    def wakes_at(self) -> float | None:
        """When the next process wants to go on by itself (Unix time); process 1 never does."""
        times = [
            process.wait.value if process.wait.kind == "time" else process.wait.until
            for pid, process in self.processes.items()
            if pid != 1 and process.wait is not None and process.status is None
        ]
        return min((time for time in times if time is not None), default=None)


# -- the notebook's folder ------------------------------------------------------------------------------------------------


def held(root: Entry, path: str) -> Entry | None:
    """What the simulated tree itself holds at a path, nothing that is made up."""
    entry: Entry | None = root
    for name in split(path):
        entry = entry.entries.get(name) if isinstance(entry, Directory) else None
    return entry


def on_disk(folder: Path | None, path: str) -> Path | None:
    """The file of the notebook's folder that a path of the workstation shows; None for others, and for hidden ones."""
    parts = split(path)[len(split(HOME)) :] if path == HOME or path.startswith(HOME + "/") else None
    if folder is None or parts is None or any(part.startswith(".") for part in parts):
        return None
    found = folder.joinpath(*parts)
    return found if found.is_dir() or found.is_file() else None


def _host_file(path: Path) -> Entry:
    try:
        facts = path.stat()
        big = facts.st_size > _HOST_BYTES
        content, size = (b"", facts.st_size) if big else (path.read_bytes(), None)
        return File(content, uid=LEARNER, gid=LEARNER, mtime=facts.st_mtime, size=size)
    except OSError:
        return File(mode=0o000)


def _host_directory(path: Path, kept: Entry | None) -> Directory:
    """A directory whose files are read when they are looked up."""
    own = kept.entries if isinstance(kept, Directory) else {}
    try:
        names = [item.name for item in path.iterdir() if not item.name.startswith(".")]
    except OSError:
        names = []
    mtime = kept.mtime if kept is not None else 0.0
    return Directory(_HostEntries(path, names, own), uid=LEARNER, gid=LEARNER, mtime=mtime)


class _HostEntries(Mapping[str, Entry]):
    """The entries of a directory on disk, under those of the notebook's own."""

    def __init__(self, path: Path, names: list[str], own: Mapping[str, Entry]) -> None:
        self._path, self._own = path, own
        self._names = list(dict.fromkeys([*own, *names]))

    def __getitem__(self, name: str) -> Entry:
        if name in self._own:
            return self._own[name]
        path = self._path / name
        if name not in self._names:
            raise KeyError(name)
        return Directory(uid=LEARNER, gid=LEARNER) if path.is_dir() else _host_file(path)

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
