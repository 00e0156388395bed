"""`%podsh` and `%%podsh`: a shell in a container, cell by cell."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

from k8snb.api.errors import StatusError
from k8snb.cluster import Cluster
from k8snb.kubectl.errors import status_message
from k8snb.kubelet.access import ExecStream, execute
from k8snb.magics.lab import Lab, LabError

_USAGE = "usage: %podsh POD [-c CONTAINER] [-n NAMESPACE] COMMAND…   or   %%podsh POD and a script in the cell"


#: printed by the shell after each script, so that its end and its status can be seen; never shown
_END = re.compile(r"\x01(\d+)\x02\n?")
_MARK = "printf '\\001%d\\002\\n' $?\n"


class PodShell:
    """One shell in a container, kept open between cells: `sh` reading what the cells give it."""

    def __init__(self, cluster: Cluster, namespace: str, pod: str, container: str) -> None:
        self._cluster = cluster
        self._where = (namespace, pod, container)
        self._stream: ExecStream | None = None

    @property
    def ended(self) -> bool:
        """Whether the shell is gone (`exit`, the Pod deleted, the container restarted)."""
        return self._stream is not None and self._stream.done

    def run(self, script: str, write: Callable[[str], object], write_error: Callable[[str], object]) -> int:
        """Run a script; returns its exit status. Output is written while it comes. StatusError if the Pod cannot be entered."""
        cluster, status = self._cluster, list[int]()
        with cluster.lock:
            if self._stream is None:
                namespace, pod, container = self._where
                cluster.engine.run_instant()
                self._stream = execute(cluster.kubelet, namespace, pod, container, ["sh"], stdin=b"", more=True)
            stream = self._stream
            stream.write(f"{script.rstrip()}\n{_MARK}".encode())

            def finished() -> bool:
                for name, data in stream.poll():
                    text = data.decode(errors="replace")
                    found = _END.search(text)
                    if found:
                        status.append(int(found[1]))
                        text = _END.sub("", text)
                    (write if name == "stdout" else write_error)(text)
                return bool(status) or stream.done

            cluster.wait(finished)
        return status[-1] if status else (stream.status or 0)


@magics_class
class PodShellMagics(Magics):
    """Shells."""

    lab: Lab

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shells: dict[tuple[str, str, str], PodShell] = {}

    @line_cell_magic
    def podsh(self, line: str, cell: str | None = None) -> None:
        """Run shell lines in a container; variables and the working directory stay until the next cell."""
        capture_error, words = False, shlex.split(line, posix=cell is not None)
        if words[:1] == ["--expect-error"]:
            capture_error, words = True, words[1:]
        pod, container, namespace, rest = _target(words)
        namespace = namespace or self.lab.cluster.session().config.namespace() or "default"
        if not pod or (cell is None and not rest):
            raise LabError(message=_USAGE)
        script = cell if cell is not None else " ".join(rest)
        cluster = self.lab.cluster
        shell = self._shells.get((namespace, pod, container))
        if shell is None or shell.ended:
            shell = self._shells[namespace, pod, container] = PodShell(cluster, namespace, pod, container)
        try:
            status = shell.run(script, sys.stdout.write, sys.stderr.write if not capture_error else sys.stdout.write)
        except StatusError as error:
            sys.stderr.write(f"{status_message(error)}\n")
            status = 1
        self.lab.changed()
        if status and not capture_error:
            raise LabError(message=f"exit status {status}")


def _target(words: list[str]) -> tuple[str, str, str, list[str]]:
    pod, container, namespace = "", "", ""
    rest = list(words)
    while rest:
        if rest[0] in ("-c", "--container") and len(rest) > 1:
            container, rest = rest[1], rest[2:]
        elif rest[0] in ("-n", "--namespace") and len(rest) > 1:
            namespace, rest = rest[1], rest[2:]
        elif not pod:
            pod, rest = rest[0].removeprefix("pod/"), rest[1:]
        else:
            break
    return pod, container, namespace, rest
