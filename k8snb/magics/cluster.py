"""`%cluster`: what is particular to an embedded cluster: snapshots, switching parts off, serving it to real tools. And which
cluster the notebook works on: the embedded one, or a real one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from k8snb.api.errors import StatusError
from k8snb.kubectl.errors import FAILURES, message_of
from k8snb.magics.lab import Lab, LabError, words_of

_USAGE = """usage: %cluster [status]
       %cluster snapshot NAME | restore NAME | snapshots
       %cluster stop COMPONENT | start COMPONENT     (scheduler, controller-manager, kubelet/NODE, kube-proxy/NODE, …)
       %cluster components
       %cluster journal [N]
       %cluster forwards | unforward PORT
       %cluster serve [--port P] [--kubeconfig FILE] | unserve
       %cluster use [--kubeconfig FILE] [--context NAME]     (a real cluster: kubectl, views and checks work on it)
       %cluster use --embedded"""


@magics_class
class ClusterMagics(Magics):
    """The cluster as a thing."""

    lab: Lab

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._snapshots: dict[str, Any] = {}

    @line_magic
    def cluster(self, line: str) -> None:
        """Look at the embedded cluster, keep and restore snapshots, switch components off and on, serve it to real tools."""
        words = words_of(line) or ["status"]
        actions: dict[str, Callable[[list[str]], None]] = {
            "status": self._status,
            "snapshot": self._snapshot,
            "restore": self._restore,
            "snapshots": self._list_snapshots,
            "stop": self._stop,
            "start": self._start,
            "components": self._components,
            "journal": self._journal,
            "forwards": self._forwards,
            "unforward": self._unforward,
            "serve": self._serve,
            "unserve": self._unserve,
            "use": self._use,
        }
        action = actions.get(words[0])
        if action is None:
            raise LabError(message=f"error: unknown argument {words[0]!r}\n{_USAGE}")
        try:
            action(words[1:])
        except IndexError:
            raise LabError(message=f"error: an argument is missing\n{_USAGE}") from None
        except KeyError as error:
            raise LabError(message=f"error: there is no component {error}\n{_USAGE}") from None
        except ValueError as error:
            raise LabError(message=f"error: {error}\n{_USAGE}") from None
        except StatusError as error:  # only a real cluster refuses
            raise LabError(message=message_of(error)) from None
        self.lab.changed()

    def _use(self, words: list[str]) -> None:
        options = {"--kubeconfig": "", "--context": ""}
        left = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
        if left == ["--embedded"]:
            self.lab.use_real(None)
            return self._status([])
        while left:
            if left[0] not in options or len(left) < 2:
                raise LabError(message=f"error: unknown argument {left[0]!r}\n{_USAGE}")
            options[left[0]] = left[1]
            left = left[2:]
        self.lab.use_real(_connected(options["--kubeconfig"], options["--context"]))
        return self._status([])

    def _status(self, words: list[str]) -> None:
        real = self.lab.real
        if real is not None:
            _say(f"{real.name}: Kubernetes {real.version} at {real.server}, {real.extent()}")
            _say(
                "a real cluster: %kubectl, %view, %check work on it; `%cluster use --embedded` goes back to the lab's own"
            )
            return
        cluster = self.lab.cluster
        nodes, pods = cluster.nodes, cluster.client.list("pods").items
        off = [name for name in cluster.engine.components if cluster.engine.is_stopped(name)]
        _say(f"{cluster.config.name}: Kubernetes {cluster.config.version}, {len(nodes)} nodes, {len(pods)} Pods")
        _say(f"revision {cluster.store.revision}, up {cluster.now:.0f} s of virtual time, seed {cluster.config.seed}")
        if off:
            _say(f"switched off: {', '.join(off)}")

    def _snapshot(self, words: list[str]) -> None:
        self._snapshots[words[0]] = self.lab.cluster.snapshot()
        _say(f"snapshot {words[0]} taken")

    def _restore(self, words: list[str]) -> None:
        if words[0] not in self._snapshots:
            raise ValueError(f"there is no snapshot {words[0]!r}")
        self.lab.cluster.restore(self._snapshots[words[0]])
        _say(f"back at snapshot {words[0]}")

    def _list_snapshots(self, words: list[str]) -> None:
        for name, snapshot in self._snapshots.items():
            _say(f"{name}  t={snapshot.parts['clock'].now:.0f} s")

    def _stop(self, words: list[str]) -> None:
        self.lab.cluster.stop_component(words[0])
        _say(f"{words[0]} stopped")

    def _start(self, words: list[str]) -> None:
        self.lab.cluster.start_component(words[0])
        self.lab.cluster.run_ready()
        _say(f"{words[0]} started")

    def _components(self, words: list[str]) -> None:
        engine = self.lab.cluster.engine
        for name in engine.components:
            _say(f"{name:36} {'off' if engine.is_stopped(name) else 'on'}")

    def _journal(self, words: list[str]) -> None:
        count = int(words[0]) if words else 20
        for record in list(self.lab.cluster.journal)[-count:]:
            fields = " ".join(f"{key}={value!r}" for key, value in record.fields.items())
            _say(f"{record.time:10.3f}  {record.component:28} {record.message}  {fields}")

    def _forwards(self, words: list[str]) -> None:
        for port, target in sorted(self.lab.cluster.network.fabric.forwards.items()):
            pod = f"{target.address or f'pod/{target.pod} -n {target.namespace}'}:{target.port}"
            _say(f"127.0.0.1:{port} -> {pod if target.proxy is None else 'the API'}")

    def _unforward(self, words: list[str]) -> None:
        port, fabric = int(words[0]), self.lab.cluster.network.fabric
        if port not in fabric.forwards:
            raise ValueError(f"nothing is forwarded from port {port}")
        fabric.unforward(port)
        _say(f"127.0.0.1:{port} closed")

    def _serve(self, words: list[str]) -> None:
        options = dict(zip(words[::2], words[1::2], strict=False))
        server = self.lab.cluster.serve(int(options.get("--port", "0")))
        file = Path(options.get("--kubeconfig", ".k8snb/kubeconfig"))
        server.write_kubeconfig(file)
        _say(f"serving on {server.url}\nexport KUBECONFIG={file.resolve()}")

    def _unserve(self, words: list[str]) -> None:
        self.lab.cluster.unserve()
        _say("no longer serving")


def _connected(kubeconfig: str, context: str) -> Any:
    """A real cluster that answers. LabError in kubectl's words if it does not."""
    from k8snb.magics.realcluster import RealCluster, load_config

    try:
        return RealCluster(load_config(kubeconfig, Path.cwd()), context)
    except FAILURES as error:
        raise LabError(message=message_of(error)) from None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
