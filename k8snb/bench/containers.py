"""What the simulated containers cost: execs, a learner's own server, idle containers, an image build. Part of `make bench`.

Wall clock and memory are read here and nowhere in the engine; each function is measured in a process of its own.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from k8snb.bench.measurement import Measurement

_INDEX = """const express = require('express');
const app = express();

app.get('/', function (req, res) {
  res.send('Hello World!');
});

app.listen(3000, function () {
  console.log('listening');
});
"""
_FILES = {
    "docker-demo/Dockerfile": "FROM node:6.2.2\nWORKDIR /app\nADD . /app\nRUN npm install\nEXPOSE 300\nCMD npm start\n",
    "docker-demo/index.js": _INDEX,
    "docker-demo/package.json": '{"name": "myapp", "version": "1.0.0", "main": "index.js", '
    '"scripts": {"start": "node index.js"}, "dependencies": {"express": "^4.16.2"}}\n',
}


def _with_pod(image: str = "nginx") -> Any:
    from k8snb.cluster import Cluster

    cluster = Cluster()
    cluster.kubectl(f"run web --image={image}")
    cluster.settle()
    return cluster


def _ls(cluster: Any) -> None:
    found = cluster.kubectl(["exec", "web", "--", "ls"])
    if "etc\n" not in found.stdout:
        raise RuntimeError(found.stderr)


def exec_first() -> float:
    """Seconds of the first `kubectl exec web -- ls` of a process."""
    cluster = _with_pod()
    start = time.perf_counter()
    _ls(cluster)
    return time.perf_counter() - start


def exec_warm() -> float:
    """Milliseconds of one that is not the first."""
    cluster = _with_pod()
    best = float("inf")
    for _ in range(30):
        start = time.perf_counter()
        _ls(cluster)
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def _docker(cluster: Any, line: str) -> None:
    from k8snb.docker.cli import run
    from k8snb.docker.host import Host

    done = run(Host(cluster, Path("/nowhere"), dict(_FILES), ""), line, None)
    if done.exit_code:
        raise RuntimeError(done.stderr)


def build() -> float:
    """Seconds of `docker build` of the notes' Dockerfile, nothing cached."""
    from k8snb.cluster import Cluster

    cluster = Cluster()
    start = time.perf_counter()
    _docker(cluster, "build -t me/app docker-demo")
    return time.perf_counter() - start


def javascript_requests() -> float:
    """Seconds of 1,000 HTTP requests to the learner's own Express server in a Pod."""
    from k8snb.cluster import Cluster

    cluster = Cluster()
    _docker(cluster, "build -t me/app docker-demo")
    _docker(cluster, "login -u me -p dummy")
    _docker(cluster, "push me/app")
    cluster.kubectl("run web --image=me/app --port=3000")
    cluster.kubectl("expose pod web --type=NodePort")
    cluster.settle()
    port = cluster.client.get("services", "web", "default").spec.ports[0].nodePort
    url = f"http://192.168.49.2:{port}/"
    if cluster.http(url).text != "Hello World!":
        raise RuntimeError("the server does not answer")
    start = time.perf_counter()
    for _ in range(1000):
        cluster.http(url)
    return time.perf_counter() - start


def _children(item: Any) -> Iterable[Any]:
    """What a piece of state refers to."""
    if isinstance(item, Mapping):
        yield from item.keys()
        yield from item.values()
    elif isinstance(item, tuple | list | set | frozenset):
        yield from item
    yield from getattr(item, "__dict__", {}).values()
    for kind in type(item).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if hasattr(item, name):
                yield getattr(item, name)


def _weigh(roots: Iterable[Any], known: set[int]) -> int:
    """Bytes of everything that can be reached and is not `known` yet; afterwards it is."""
    total, todo = 0, list(roots)
    while todo:
        item = todo.pop()
        if id(item) in known or isinstance(item, type | bool) or item is None or callable(item):
            continue
        known.add(id(item))
        total += sys.getsizeof(item)
        todo += _children(item)
    return total


def idle_container() -> float:
    """KiB that each of 1,000 idle containers takes beyond its Pod's objects in the store."""
    from k8snb.cluster import Cluster

    cluster = Cluster(nodes=20)
    cluster.kubectl("create deployment web --image=nginx --replicas=1000")
    cluster.settle(timeout=7200)
    ready = cluster.client.get("deployments.apps", "web", "default").status.readyReplicas
    if ready != 1000:
        raise RuntimeError(f"only {ready} of 1000 Pods became Ready")
    gc.collect()
    known: set[int] = set()
    records = list(cluster.kubelet.pods.values())
    for kind in ("pods", "nodes", "services", "configmaps", "secrets"):
        _weigh(cluster.client.list(kind).items, known)
    _weigh([record.pod for record in records], known)
    return _weigh(records, known) / 1000 / 1024


ROWS: Final = (
    Measurement("exec-first", "kubectl exec of ls, the first", "s", 1, 0, exec_first),
    Measurement("exec-warm", "kubectl exec of ls, warm", "ms", 5, 0, exec_warm),
    Measurement("javascript", "1,000 requests to a learner's Express server", "s", 1, 0, javascript_requests),
    Measurement("idle-container", "1,000 idle containers, each beyond its objects", "KiB", 5, 0, idle_container),
    Measurement("build", "docker build of the notes' Dockerfile", "s", 0.5, 0, build),
)
