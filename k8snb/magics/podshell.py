"""`%podsh` and `%%podsh`: a shell in a container, cell by cell.

What is typed goes to the shell as a whole, and time goes on until it is back at its prompt. A terminal would answer an open
quotation with its `> ` prompt and wait for the rest; a cell is all there is, so the shell's own error is given instead, and
nothing is typed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from k8snb.api.errors import StatusError
from k8snb.cluster import Cluster
from k8snb.kubectl.command import LAB_MARK, OpenShell
from k8snb.kubectl.errors import status_message
from k8snb.kubelet.access import ExecStream, execute
from k8snb.magics.lab import Lab, LabError, words_of
from k8snb.magics.syntax import take

Write = Callable[[str], object]

_USAGE = (
    "usage: %podsh POD [-c CONTAINER] [-n NAMESPACE] COMMAND…   or   %%podsh POD and a script in the cell\n"
    "       %podsh POD --interrupt   ends what still runs in the shell, as Ctrl-C does"
)
_WORD = re.compile(r"\s*(\S+)")
#: the status of what was interrupted: 128 + SIGINT
_INTERRUPTED = 130


def open_shell(cluster: Cluster, namespace: str, pod: str, container: str) -> OpenShell:
    """Start `sh` in a container, its input left open. StatusError if the Pod cannot be entered."""
    with cluster.lock:
        cluster.engine.run_instant()
        stream = execute(cluster.kubelet, namespace, pod, container, ["sh"], stdin=b"", more=True)
    return OpenShell(namespace, pod, container, stream)


def type_into(cluster: Cluster, shell: OpenShell, script: str, write: Write, write_error: Write) -> int:
    """Type a script into an open shell; its exit status. Output is written while it comes.

    What does not come back to the prompt by itself is interrupted: by Ctrl-C, or in jump pace when nothing more can happen.
    """
    stream: ExecStream = shell.stream

    def finished() -> bool:
        for name, data in stream.poll():
            (write if name == "stdout" else write_error)(data.decode(errors="replace"))
        return stream.done or stream.waits_for_input

    with cluster.lock:
        problem = unfinished(stream, script)
        if problem:
            write_error(problem)
            return 2
        stream.write(f"{script.rstrip()}\n".encode())
        try:
            over = cluster.wait(finished)
        except KeyboardInterrupt:
            stream.interrupt()
            finished()
            return _INTERRUPTED
        finished()
        if not over and not stream.done:
            write_error(
                f"{LAB_MARK}the command would go on for ever: it was interrupted, as Ctrl-C does in a terminal\n"
            )
            stream.interrupt()
            finished()
            return _INTERRUPTED
        return _status(stream, shell.pod, write_error)


def unfinished(stream: ExecStream, script: str) -> str:
    """What the shell says of a script that stops in the middle of a command; nothing for others, or if a program reads it."""
    from k8snb.runtime.shell.complaints import syntax_message
    from k8snb.runtime.shell.parser import parse
    from k8snb.runtime.shell.words import Incomplete

    shell = stream.shell()
    if shell is None or not stream.at_prompt:
        return ""
    try:
        parse(f"{script.rstrip()}\n", 1, False, shell.dialect)
    except Incomplete as incomplete:
        return syntax_message(shell, incomplete.fault)
    return ""


def _status(stream: ExecStream, pod: str, write_error: Write) -> int:
    if stream.done:
        return stream.status or 0
    if not stream.at_prompt:
        write_error(
            f"{LAB_MARK}a program waits for input: the next %%podsh cell is typed into it; "
            f"%podsh {pod} --interrupt ends it, as Ctrl-C does\n"
        )
        return 0
    shell = stream.shell()
    return shell.status if shell is not None else 0


@magics_class
class PodShellMagics(Magics):
    """Shells."""

    lab: Lab

    @no_var_expand  # `$x` and `{…}` are the container's shell's
    @line_cell_magic
    def podsh(self, line: str, cell: str | None = None) -> None:
        """Run shell lines in a container; variables and the working directory stay until the next cell.

        A shell that `%kubectl run -it` or `exec -it` has opened in the Pod is gone on with.
        """
        expect_error, line = take(line, "--expect-error")
        if cell is not None:
            line = " ".join(words_of(line))
        pod, container, namespace, rest = target_of(line)
        lab = self.lab
        namespace = namespace or lab.cluster.session().config.namespace() or "default"
        script = cell if cell is not None else rest
        if not pod or not script.strip():
            raise LabError(message=_USAGE)
        errors = sys.stdout if expect_error else sys.stderr
        try:
            status = self._type(namespace, pod, container, script, errors.write)
        except StatusError as error:
            errors.write(f"{status_message(error)}\n")
            status = 1
        lab.changed()
        if status and not expect_error:
            raise LabError(message=f"exit status {status}")

    def _type(self, namespace: str, pod: str, container: str, script: str, write_error: Write) -> int:
        """Type a script into the Pod's open shell, or into a new one. StatusError if there is no such Pod."""
        lab = self.lab
        shell = lab.shell_in(namespace, pod, container)
        if shell is not None and shell.stream.done:
            lab.shells.remove(shell)
            shell = None
        if script.strip() == "--interrupt":
            if shell is not None:
                with lab.cluster.lock:
                    shell.stream.interrupt()
            return 0
        if shell is None:
            shell = open_shell(lab.cluster, namespace, pod, container)
            lab.shells.append(shell)
        status = type_into(lab.cluster, shell, script, sys.stdout.write, write_error)
        if shell.stream.done and shell in lab.shells:
            lab.shells.remove(shell)
            if shell.at_end is not None:
                shell.at_end()
        return status


def target_of(line: str) -> tuple[str, str, str, str]:
    """(Pod, container, namespace, the rest as it was typed) of a magic's line."""
    pod, container, namespace = "", "", ""
    while (match := _WORD.match(line)) is not None:
        word, rest = match[1], line[match.end() :]
        value = _WORD.match(rest)
        if word == "--":
            return pod, container, namespace, rest.strip()
        if word in ("-c", "--container") and value is not None:
            container, line = value[1], rest[value.end() :]
        elif word in ("-n", "--namespace") and value is not None:
            namespace, line = value[1], rest[value.end() :]
        elif not pod:
            pod, line = word.removeprefix("pod/"), rest
        else:
            break
    return pod, container, namespace, line.strip()
