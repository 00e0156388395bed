"""`k8snb serve`: an embedded cluster on https://127.0.0.1 for real tools, until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path


def run_serve(nodes: int, port: int, kubeconfig: Path, seed: int, rate: float, profile: str, without: list[str]) -> int:
    """Serve until a signal comes; returns the exit code. The kubeconfig and a bearer token beside it are written first."""
    from k8snb.cluster import Cluster

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    cluster = Cluster(nodes, seed, profile=profile, pace="live", rate=rate, epoch=float(int(time.time())))
    for component in without:
        cluster.stop_component(component)
    try:
        server = cluster.serve(port)
    except OSError as error:
        sys.stderr.write(f"error: cannot listen on 127.0.0.1:{port}: {error.strerror}\n")
        cluster.close()
        return 1
    server.write_kubeconfig(kubeconfig)
    sys.stdout.write(
        f"serving Kubernetes {cluster.config.version} on {server.url} (kubeconfig: {kubeconfig.resolve()})\n"
    )
    sys.stdout.flush()
    ended.wait()
    cluster.close()
    return 0
