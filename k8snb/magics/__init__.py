"""IPython magics: thin adapters between a notebook's cells and the Python API. One class a topic, listed in the table.

Nothing here knows Kubernetes; everything can be done without magics too (`from k8snb import Cluster`).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: module -> class of magics
TOPICS: dict[str, str] = {
    "kubectl": "KubectlMagics",
    "manifest": "ManifestMagics",
    "minikube": "MinikubeMagics",
    "docker": "DockerMagics",
    "traffic": "TrafficMagics",
    "clock": "ClockMagics",
    "cluster": "ClusterMagics",
    "view": "ViewMagics",
    "podshell": "PodShellMagics",
    "lesson": "LessonMagics",
}


def register(ipython: Any) -> None:
    """Give an IPython shell the lab's magics, completion and input forms."""
    from k8snb.magics.completion import add_matcher
    from k8snb.magics.inspection import add_inspection
    from k8snb.magics.lab import lab_of
    from k8snb.magics.syntax import add_transformers, capture_in_this_cell

    lab = lab_of(ipython)
    for module, name in TOPICS.items():
        magics = getattr(import_module(f"{__name__}.{module}"), name)(ipython)
        magics.lab = lab
        ipython.register_magics(magics)
    add_transformers(ipython)
    capture_in_this_cell()
    add_matcher(ipython, lab)
    add_inspection(ipython, lab)
