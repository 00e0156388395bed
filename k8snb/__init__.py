"""k8snb: a Kubernetes v1.36 learning lab inside a notebook kernel. `%load_ext k8snb`, or `from k8snb import Cluster`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from k8snb.cluster import Cluster as Cluster

__version__ = "0.1.0"
__all__ = ["Cluster", "__version__", "load_ipython_extension"]


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext k8snb`: register the magics."""
    from k8snb.sim.collector import held_off

    with held_off():  # hundreds of classes, none of them garbage
        from k8snb.magics import register

        register(ipython)


def __getattr__(name: str) -> Any:
    # Importing k8snb must stay light: the engine comes with the first use of it.
    if name == "Cluster":
        from k8snb.cluster import Cluster

        return Cluster
    raise AttributeError(f"module 'k8snb' has no attribute {name!r}")
