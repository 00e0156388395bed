"""`%podsh` and `%%podsh`: a shell in a container, cell by cell."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from IPython.core.magic import Magics, line_cell_magic, magics_class

from k8snb.api.errors import StatusError
from k8snb.cluster import Cluster
from k8snb.kubectl.command import OpenShell
from k8snb.kubectl.errors import status_message
from k8snb.kubelet.access import execute
from k8snb.magics.lab import Lab, LabError, words_of
from k8snb.magics.syntax import take

Write = Callable[[str], object]

_USAGE = "usage: %podsh POD [-c CONTAINER] [-n NAMESPACE] COMMAND…   or   %%podsh POD and a script in the cell"
#: printed by the shell after each script, so that its end and its status can be seen; never shown
_END = re.compile(r"\x01(\d+)\x02\n?")
_MARK = "printf '\\001%d\\002\\n' $?\n"


def open_shell(cluster: Cluster, namespace: str, pod: str, container: str) -> OpenShell:
    """Start `sh` in a container, its input left open. StatusError if the Pod cannot be entered."""
    with cluster.lock:
        cluster.engine.run_instant()
        stream = execute(cluster.kubelet, namespace, pod, container, ["sh"], stdin=b"", more=True)
    return OpenShell(namespace, pod, container, stream)


def type_into(cluster: Cluster, shell: OpenShell, script: str, write: Write, write_error: Write) -> int:
    """Type a script into an open shell; returns its exit status (0 for a container's own process, whose status is its end's).

    Output is written while it comes.
    """
    stream, status = shell.stream, list[int]()
    # What a container's own process prints is its log: no mark belongs in there.
    mark = _MARK if stream.session else ""

    def finished() -> bool:
        for name, data in stream.poll():
            text = data.decode(errors="replace")
            found = _END.search(text)
            if found:
                status.append(int(found[1]))
                text = _END.sub("", text)
            (write if name == "stdout" else write_error)(text)
        return bool(status or stream.done or (not mark and stream.waits_for_input))

    with cluster.lock:
        stream.write(f"{script.rstrip()}\n{mark}".encode())
        cluster.wait(finished)
        finished()
    return status[-1] if status else (stream.status or 0)


@magics_class
class PodShellMagics(Magics):
    """Shells."""

    lab: Lab

    @line_cell_magic
    def podsh(self, line: str, cell: str | None = None) -> None:
        """Run shell lines in a container; variables and the working directory stay until the next cell.

        A shell that `%kubectl run -it` or `exec -it` has opened in the Pod is gone on with.
        """
        expect_error, line = take(line, "--expect-error")
        pod, container, namespace, rest = _target(words_of(line, posix=cell is not None))
        lab = self.lab
        namespace = namespace or lab.cluster.session().config.namespace() or "default"
        if not pod or (cell is None and not rest):
            raise LabError(message=_USAGE)
        script = cell if cell is not None else " ".join(rest)
        errors = sys.stdout if expect_error else sys.stderr
        try:
            shell = lab.shell_in(namespace, pod, container)
            if shell is not None and shell.stream.done:
                lab.shells.remove(shell)
                shell = None
            if shell is None:
                shell = open_shell(lab.cluster, namespace, pod, container)
                lab.shells.append(shell)
            status = type_into(lab.cluster, shell, script, sys.stdout.write, errors.write)
            if shell.stream.done and shell in lab.shells:
                lab.shells.remove(shell)
                if shell.at_end is not None:
                    shell.at_end()
        except StatusError as error:
            errors.write(f"{status_message(error)}\n")
            status = 1
        lab.changed()
        if status and not expect_error:
            raise LabError(message=f"exit status {status}")


def _target(words: list[str]) -> tuple[str, str, str, list[str]]:
    pod, container, namespace = "", "", ""
    rest = list(words)
    while rest:
        if rest[0] == "--":
            return pod, container, namespace, rest[1:]
        if rest[0] in ("-c", "--container") and len(rest) > 1:
            container, rest = rest[1], rest[2:]
        elif rest[0] in ("-n", "--namespace") and len(rest) > 1:
            namespace, rest = rest[1], rest[2:]
        elif not pod:
            pod, rest = rest[0].removeprefix("pod/"), rest[1:]
        else:
            break
    return pod, container, namespace, rest
