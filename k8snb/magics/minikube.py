"""`%minikube`: minikube's command line on the lab's cluster."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class

from k8snb.kubectl.cli import Result
from k8snb.magics.lab import Lab, LabError
from k8snb.magics.syntax import CAPTURE, take

if TYPE_CHECKING:
    from k8snb.minikube.host import Options


@magics_class
class MinikubeMagics(Magics):
    """minikube in a cell."""

    lab: Lab

    @line_magic
    def minikube(self, line: str) -> Result | None:
        """Run minikube: `%minikube start --nodes 3`, `status`, `service NAME --url`, `tunnel`, `ssh`, `stop`, `delete`.

        A fresh lab has a running cluster already; `start` replaces it as long as nothing has been done on it.
        """
        capture, line = take(line, CAPTURE)
        expect_error, line = take(line, "--expect-error")
        lab = self.lab
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise LabError(message=f"error: {error} in: {line}") from None

        def command(write: Any, write_error: Any) -> Result:
            return lab_minikube(lab, words, write, write_error)

        result = lab.run(command, expect_error=expect_error, capture=capture)
        return result if capture else None


def lab_minikube(lab: Lab, words: list[str], write: Any, write_error: Any) -> Result:
    """One minikube command line on the lab's cluster."""
    from k8snb.minikube.cli import run

    if lab.real is not None:
        raise LabError(message=f"error: {lab.real.refusal('minikube')}")
    host = lab_host(lab, words)
    cluster = host.cluster
    if cluster is not None:
        cluster.journal.record("minikube", "command", words=tuple(words))
    # A cluster that is closed waits for its threads, which may want the lock themselves.
    held = nullcontext() if cluster is None or "delete" in words else cluster.lock
    with held:
        return run(host, words, "", write, write_error)


def lab_host(lab: Lab, words: list[str]) -> Any:
    """What minikube's commands can do to a lab."""
    from k8snb.minikube.host import Host

    # A cluster that nobody asked for and nobody has changed is nobody's: `start` then makes the one that was asked for.
    starting = "start" in words and "node" not in words and (not lab.is_started or lab.is_nobodys)
    cluster = None if starting or not (lab.is_started or lab.may_start_implicitly) else lab.cluster

    def create(options: Options) -> Any:
        return lab.start(options.nodes, asked_for=True, version=options.version, node_ports=options.node_ports)

    def show(url: str) -> None:
        from IPython.display import display

        display(lab.view())  # type: ignore[no-untyped-call]

    host = Host(cluster, config=lab.config, addons=lab.addons, kubectl=lab.kubectl)
    host.create, host.destroy, host.open_url = create, lab.delete, show
    if cluster is not None:
        host.add_node, host.remove_node = cluster.add_node, cluster.remove_node
        host.load_image, host.terminal = cluster.load_image, cluster.session
    return host
