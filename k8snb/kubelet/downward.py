"""The downward API: what a container may know of its own Pod, as environment variables and as files.

Source: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ and pkg/fieldpath.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from k8snb.api import quantity
from k8snb.api.core.container import Container
from k8snb.api.core.pod import Pod
from k8snb.api.core.volume import ResourceFieldSelector


class DownwardFailure(Exception):
    """A field that the downward API does not have."""


def field_value(pod: Pod, path: str, node: Mapping[str, str], ip: str) -> str:
    """The text of `metadata.name`, `status.podIP`, `metadata.labels['x']`, …"""
    meta = pod.metadata
    subscript = re.fullmatch(r"metadata\.(labels|annotations)\['([^']*)'\]", path)
    if subscript:
        values = meta.labels if subscript[1] == "labels" else meta.annotations
        return values.get(subscript[2], "")
    simple = {
        "metadata.name": meta.name,
        "metadata.namespace": meta.namespace,
        "metadata.uid": meta.uid,
        "spec.nodeName": pod.spec.nodeName,
        "spec.serviceAccountName": pod.spec.serviceAccountName,
        "status.hostIP": node.get("ip", ""),
        "status.hostIPs": node.get("ip", ""),
        "status.podIP": ip,
        "status.podIPs": ip,
    }
    if path in simple:
        return simple[path]
    if path in ("metadata.labels", "metadata.annotations"):
        values = meta.labels if path.endswith("labels") else meta.annotations
        return "\n".join(f'{key}="{_quoted(value)}"' for key, value in sorted(values.items()))
    raise DownwardFailure(f"unsupported fieldPath: {path}")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def resource_value(pod: Pod, container: Container, selector: ResourceFieldSelector, node: Mapping[str, str]) -> str:
    """The text of `limits.cpu` and the like; a limit that is not set is the node's allocatable."""
    target = next(
        (item for item in (*pod.spec.containers, *pod.spec.initContainers) if item.name == selector.containerName),
        container,
    )
    kind, _, name = selector.resource.partition(".")
    values = target.resources.limits if kind == "limits" else target.resources.requests
    text = values.get(name)
    if text is None:
        text = node.get(name, "0") if kind == "limits" else "0"
    divisor = selector.divisor if selector.divisor not in ("", "0") else "1"
    return str(math.ceil(quantity.number(text) / quantity.number(divisor or "1")))
