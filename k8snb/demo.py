"""`make demo`: Day 5's story in the terminal: a Pod is made, looked at, reached in two ways, and drawn.

Every line is really run on an embedded cluster; the picture is written as SVG beside it.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from k8snb.cluster import Cluster
from k8snb.sim.limits import TYPING_SECONDS

_POD = """apiVersion: v1
kind: Pod
metadata:
  name: my-pod
  labels:
    app: webserver
spec:
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
    ports:
    - containerPort: 3000
"""


class _Terminal:
    """Types commands on a cluster and prints what they answer."""

    def __init__(self, cluster: Cluster, write: Callable[[str], object]) -> None:
        self.cluster, self.write = cluster, write
        self.failures = 0

    def say(self, text: str) -> None:
        self.write(f"\n# {text}\n")

    def kubectl(self, line: str, stdin: str = "", fails: bool = False) -> str:
        self.cluster.advance(TYPING_SECONDS)
        shown = f"$ kubectl {line}\n" if not stdin else f"$ kubectl {line} <<'EOF'\n{stdin}EOF\n"
        self.write(shown)
        result = self.cluster.kubectl(shlex.split(line), stdin=stdin)
        self.write(result.stdout + result.stderr)
        self.failures += bool(result.exit_code) != fails
        return result.stdout

    def minikube(self, line: str) -> str:
        from k8snb.minikube.cli import run

        self.write(f"$ minikube {line}\n")
        result = run(self.cluster, line)
        self.write(result.stdout + result.stderr)
        self.failures += bool(result.exit_code)
        return result.stdout

    def curl(self, url: str, source: str = "host") -> None:
        self.cluster.advance(TYPING_SECONDS)
        self.write(f"$ curl {url}\n")
        output = self.cluster.network.curl([url], source)
        self.write(f"{output.stdout.decode()}{output.stderr}\n")
        self.failures += bool(output.exit_code)


def run_demo(svg: str) -> int:
    """Tell the story; returns 0 if every command did what it should."""
    terminal = _Terminal(Cluster(nodes=3), sys.stdout.write)
    terminal.say("A cluster of three nodes, made a moment ago in this process.")
    terminal.kubectl("get nodes")
    terminal.say("The smallest thing that runs: a Pod.")
    terminal.kubectl("create -f -", stdin=_POD)
    terminal.kubectl("get pods")
    terminal.say("Its image is being pulled. Virtual time only goes on when somebody waits:")
    terminal.kubectl("wait --for=condition=Ready pod/my-pod --timeout=120s")
    terminal.kubectl("get pods -o wide")
    terminal.kubectl("exec my-pod -- ls /app")
    terminal.say("A Service opens a port on every node.")
    terminal.kubectl("expose pod my-pod --type=NodePort --name=my-pod-service")
    url = terminal.minikube("service my-pod-service --url").strip().splitlines()[-1]
    terminal.curl(url)
    terminal.say("The way of that request, hop by hop:")
    sys.stdout.write(terminal.cluster.traces[-1].table() + "\n")
    terminal.say("What happened to the Pod:")
    terminal.kubectl("events --for pod/my-pod")
    _draw(terminal.cluster, svg)
    terminal.say(f"The picture is in {svg}.")
    return 1 if terminal.failures else 0


def _draw(cluster: Any, path: str) -> None:
    from k8snb.views.source import ClusterSource
    from k8snb.views.widget import ClusterView

    ClusterView(ClusterSource(lambda: cluster), live=False).save(Path(path))
