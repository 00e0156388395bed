"""The kubelet of every node: turns the Pods bound to a node into containers, and what becomes of them into status and events.

One component serves all nodes; what each node has (records of Pods, images, files, the time of its last heartbeat) is data in
`state`. `kubelet` is the loop, `worker` what one Pod needs next, `status` what is written back, `access` the way in for
logs, exec, port-forward and the network.
"""

from __future__ import annotations

from k8snb.kubelet.kubelet import Kubelet
from k8snb.kubelet.node import NodeSetup, register_node

__all__ = ["Kubelet", "NodeSetup", "register_node"]
