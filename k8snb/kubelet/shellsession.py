"""A shell that stays open in a container: what `exec -it … -- sh` and `run -it … -- sh` are in a notebook.

The session's state (working directory, variables, functions, jobs) is the shell process inside the container, so it is forked
and restored with the cluster. What is typed is given to it as a whole; time goes on until it asks for more.
"""

from __future__ import annotations

from collections.abc import Callable

from k8snb.kubelet import access
from k8snb.kubelet.access import ExecStream
from k8snb.kubelet.kubelet import Kubelet
from k8snb.runtime.shell.complaints import syntax_message
from k8snb.runtime.shell.parser import parse
from k8snb.runtime.shell.words import Incomplete

#: Lets virtual time go on until a condition holds; False after so many seconds, or when nothing is to come.
Waiter = Callable[[Callable[[], bool], float | None], bool]
#: Takes output as it comes: (stdout or stderr, text).
Emit = Callable[[str, str], None]


class ShellSession:
    """One open shell. Refusals to open one are `StatusError`s, as for exec and attach."""

    def __init__(self, kubelet: Kubelet, wait: Waiter, stream: ExecStream) -> None:
        self._kubelet, self._wait, self.stream = kubelet, wait, stream

    @classmethod
    def open(
        cls,
        kubelet: Kubelet,
        wait: Waiter,
        namespace: str,
        pod: str,
        container: str = "",
        argv: tuple[str, ...] = ("sh",),
    ) -> ShellSession:
        """Start a shell in a running container (`kubectl exec -i`)."""
        return cls(kubelet, wait, access.execute(kubelet, namespace, pod, container, list(argv), more=True))

    @classmethod
    def attach(cls, kubelet: Kubelet, wait: Waiter, namespace: str, pod: str, container: str = "") -> ShellSession:
        """Join the shell that is a container's process 1 (`kubectl attach -i`)."""
        return cls(kubelet, wait, access.attach(kubelet, namespace, pod, container, stdin=True))

    @property
    def done(self) -> bool:
        """Has the shell ended? Its exit status is then `stream.status`."""
        return self.stream.done

    def run(self, script: str, timeout: float | None = None, emit: Emit | None = None) -> tuple[str, str, int | None]:
        """(stdout, stderr, exit status) of what is typed; the status is None while it still runs after `timeout` seconds."""
        if problem := self._problem(script):
            return "", problem, 2
        found: list[tuple[str, str]] = []

        def collect() -> bool:
            for kind, data in self.stream.poll():
                found.append((kind, data.decode("utf-8", "replace")))
                if emit is not None:
                    emit(*found[-1])
            return self.stream.done or self.stream.waits_for_input

        self.stream.write((script.rstrip("\n") + "\n").encode("utf-8", "surrogateescape"))
        finished = collect() or self._wait(collect, timeout)
        collect()
        out, err = ("".join(text for kind, text in found if kind == wanted) for wanted in ("stdout", "stderr"))
        return out, err, self._status() if finished else None

    def interrupt(self) -> None:
        """Ctrl-C: end what runs in the foreground, not the shell itself."""
        self.stream.interrupt()

    def close(self) -> None:
        self.stream.close()

    def _problem(self, script: str) -> str:
        """What the shell would say of a text that is no script: an unfinished one would make it wait for ever."""
        shell = self.stream.shell()
        try:
            parse(script, 1, False, shell.dialect if shell is not None else "ash")
        except Incomplete as unfinished:
            return syntax_message(shell, unfinished.fault) if shell is not None else ""
        return ""

    def _status(self) -> int | None:
        if self.stream.done:
            return self.stream.status
        shell = self.stream.shell()
        return shell.status if shell is not None else None
