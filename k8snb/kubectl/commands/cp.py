"""`kubectl cp`: files into and out of a container, through the container's own tar.

Source: kubectl `pkg/cmd/cp/{cp,filespec}.go`.
"""

from __future__ import annotations

import io
import os
import posixpath
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from k8snb.api.errors import StatusError
from k8snb.kubectl import pods, streams
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.exec import CONTAINER
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.kinds import compiled
from k8snb.kubectl.pflag import Flag

_LEARNER = 1000


class Place(NamedTuple):
    """A path, in a Pod or (without a Pod's name) on the learner's machine."""

    namespace: str
    pod: str
    path: str


def run(invocation: Invocation) -> None:
    """Copy in one direction."""
    if len(invocation.args) != 2:
        raise CommandError("source and destination are required")
    source, target = (_place(word) for word in invocation.args)
    if source.pod and target.pod:
        raise CommandError("one of src or dest must be a local file specification")
    if not source.path or not target.path:
        raise CommandError("filepath can not be empty")
    if source.pod:
        _copy_out(invocation, source, target)
    elif target.pod:
        _copy_in(invocation, source, target)
    else:
        raise CommandError("one of src or dest must be a remote file specification")


def _place(word: str) -> Place:
    pod, colon, path = word.partition(":")
    parts = pod.split("/")
    if not colon:
        return Place("", "", _without_slash(word))
    if not pod or len(parts) > 2:
        raise CommandError("filespec must match the canonical format: [[namespace/]pod:]file/path")
    return Place(parts[0] if len(parts) == 2 else "", parts[-1], _without_slash(path.replace("\\", "/")))


def _without_slash(path: str) -> str:
    return path[:-1] if path.endswith("/") and path != "/" else path


# -- into a container ---------------------------------------------------------------------------------------------------


def _copy_in(invocation: Invocation, source: Place, target: Place) -> None:
    local = Path(invocation.session.cwd, source.path)
    if not local.exists():
        raise CommandError(f"{source.path} doesn't exist in local filesystem")
    path = target.path
    if _is_folder(invocation, target):
        path = posixpath.join(path, os.path.basename(os.path.normpath(local)))
    path = posixpath.normpath(path)
    words = ["tar", "-xmf", "-", "-C", posixpath.dirname(path) or "."]
    if invocation.flag("no-preserve"):
        words[1:1] = ["--no-same-permissions", "--no-same-owner"]
    archive = _packed(local, posixpath.basename(path))
    status = _execute(invocation, target, words, archive, bytearray().extend, invocation.err)
    streams.finish(invocation, status, "the copying")


def _is_folder(invocation: Invocation, target: Place) -> bool:
    """Whether the path is a folder of the container; not, if it cannot be told."""
    try:
        return _execute(invocation, target, ["test", "-d", target.path], None, bytearray().extend, len) == 0
    except (CommandError, StatusError):
        return False


def _packed(local: Path, name: str) -> bytes:
    """An archive of a file or folder under another name; only empty folders have entries of their own."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, inside in _below(local, name):
            info = archive.gettarinfo(path, inside)
            info.uid = info.gid = _LEARNER
            info.uname = info.gname = "learner"
            if info.isreg():
                with path.open("rb") as file:
                    archive.addfile(info, file)
            else:
                archive.addfile(info)
    return buffer.getvalue()


def _below(path: Path, name: str) -> Iterator[tuple[Path, str]]:
    if path.is_symlink() or not path.is_dir():
        yield path, name
        return
    entries = sorted(path.iterdir())
    if not entries:
        yield path, name
    for entry in entries:
        yield from _below(entry, posixpath.join(name, entry.name))


# -- out of a container -------------------------------------------------------------------------------------------------


def _copy_out(invocation: Invocation, source: Place, target: Place) -> None:
    archive = bytearray()
    words = ["tar", "cf", "-", source.path]
    # upstream joins what the container's tar complains of to its own output
    status = _execute(invocation, source, words, None, archive.extend, invocation.out)
    streams.finish(invocation, status, "the copying")
    prefix = _stripped(posixpath.normpath(source.path.lstrip("/")))
    warned = False
    for info, content in _members(bytes(archive)):
        if not info.name.startswith(prefix):
            raise CommandError("tar contents corrupted")
        shown = posixpath.normpath(posixpath.join(target.path, info.name[len(prefix) :].lstrip("/")))
        if posixpath.relpath(shown, target.path).startswith("../"):
            invocation.error_line(f"warning: file {quoted(shown)} is outside target destination, skipping")
            continue
        if info.issym():
            hint = "" if warned else _hint(invocation, source)
            invocation.error_line(f"warning: skipping symlink: {quoted(shown)} -> {quoted(info.linkname)}{hint}")
            warned = True
            continue
        _store(Path(invocation.session.cwd, shown), shown, None if info.isdir() else content)


def _hint(invocation: Invocation, source: Place) -> str:
    namespace, pod, path = quoted(source.namespace), quoted(source.pod), quoted(source.path)
    return f' (consider using "kubectl exec -n {namespace} {pod} -- tar cf - {path} | tar xf -")'


def _stripped(path: str) -> str:
    """The path without what leads out of the folder."""
    while path.startswith("../"):
        path = path[3:]
    return "" if path in (".", "..") else path.removeprefix("/")


def _members(archive: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as opened:
            for info in opened:
                file = opened.extractfile(info) if info.isreg() else None
                yield info, file.read() if file is not None else b""
    except tarfile.ReadError:
        if archive:
            raise CommandError("archive/tar: invalid tar header") from None


def _store(path: Path, shown: str, content: bytes | None) -> None:
    """Write a file, or make a folder."""
    try:
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"open {shown}: {(error.strerror or str(error)).lower()}") from None


# -- programs in the container --------------------------------------------------------------------------------------------


def _execute(
    invocation: Invocation,
    place: Place,
    words: Sequence[str],
    data: bytes | None,
    out: Callable[[bytes], object],
    say: Callable[[str], object],
) -> int | None:
    """Run a program in the Pod with this input; its exit code, None if it would never end."""
    pod = invocation.api.get(compiled("pods"), place.namespace or invocation.namespace, place.pod)
    phase = (pod.get("status") or {}).get("phase")
    if phase in ("Succeeded", "Failed"):
        raise CommandError(f"cannot exec into a container in a completed pod; current phase is {phase}")
    container = invocation.flag("container") or pods.default_container(invocation, pod, say=say)["name"]
    query = {"container": container, "stdout": "true", "stderr": "true"}
    query |= {"stdin": "true"} if data is not None else {}
    stream = streams.connect(invocation, pod, "exec", query, words)
    sinks = {"stdout": out, "stderr": lambda piece: say(piece.decode("utf-8", "replace"))}
    return streams.drain(invocation, stream, sinks, data)


COMMAND = Command(
    "cp",
    "Copy files and directories to and from containers",
    use="cp <file-spec-src> <file-spec-dest>",
    long="Copy files and directories to and from containers.",
    examples="""# Copying is done by the 'tar' of the container: it fails where the image has none.
# Symbolic links, wildcards and file modes are better served by 'kubectl exec' and tar:

# Bring the folder /tmp/foo into the same folder of a pod in the namespace shop
tar cf - /tmp/foo | kubectl exec -i -n shop web -- tar xf - -C /

# Copy the folder foo into the pod web as /tmp/bar
kubectl cp foo web:/tmp/bar

# Copy a file into one of the pod's containers
kubectl cp foo web:/tmp/bar -c ruby

# Copy a file into a pod of the namespace shop
kubectl cp foo shop/web:/tmp/bar

# Copy a file out of a pod of the namespace shop
kubectl cp shop/web:/tmp/foo bar""",
    flags=(
        CONTAINER,
        Flag(
            "no-preserve",
            "bool",
            usage="The copied file/directory's ownership and permissions will not be preserved in the container",
        ),
        Flag(
            "retries",
            "int",
            usage="Set number of retries to complete a copy operation from a container. Specify 0 to disable or any "
            "negative value for infinite retrying. The default is 0 (no retry).",
        ),
    ),
    run=run,
)
