"""Nodes. Source: `pkg/registry/core/node/strategy.go` and printers' printNode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api.core.node import Node
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

ROLE_PREFIX = "node-role.kubernetes.io/"


class NodeStrategy(Strategy):
    """A machine of the cluster, as its kubelet reports it."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Status"),
        Column("Roles"),
        Column("Age"),
        Column("Version"),
        Column("Internal-IP", priority=1),
        Column("External-IP", priority=1),
        Column("OS-Image", priority=1),
        Column("Kernel-Version", priority=1),
        Column("Container-Runtime", priority=1),
    )
    selectable: ClassVar[tuple[str, ...]] = ("spec.unschedulable",)

    def defaults(self, obj: Node) -> Node:
        """The first of the ranges also stands on its own; where the two differ, that one counts."""
        one, all_ = obj.spec.podCIDR, obj.spec.podCIDRs
        if one and one != next(iter(all_), ""):
            return obj.replace(spec=obj.spec.replace(podCIDRs=(one,)))
        return obj if one or not all_ else obj.replace(spec=obj.spec.replace(podCIDR=all_[0]))

    def prepare_create(self, ctx: Context, obj: Node) -> Node:
        return obj  # a kubelet registers its node together with its status

    def selectable_fields(self, obj: Node) -> Mapping[str, str]:
        return {"spec.unschedulable": str(obj.spec.unschedulable).lower()}

    def validate(self, ctx: Context, obj: Node) -> list[FieldError]:
        return rule("node", "validate_node")(obj)

    def validate_update(self, ctx: Context, obj: Node, old: Node) -> list[FieldError]:
        return rule("node", "validate_node_update")(obj, old)

    def warnings(self, ctx: Context, obj: Node, old: Node | None) -> list[str]:
        said = ["spec.configSource: the feature is removed"] if obj.spec.configSource is not None else []
        if obj.spec.externalID:
            said.append("spec.externalID: this field is deprecated, and is unused by Kubernetes")
        return said

    def row(self, obj: Node, now: float) -> list[Any]:
        info = obj.status.nodeInfo
        addresses = {a.type: a.address for a in reversed(obj.status.addresses)}
        return [
            obj.metadata.name,
            _status(obj),
            ",".join(_roles(obj)) or "<none>",
            age(obj, now),
            info.kubeletVersion,
            addresses.get("InternalIP", "<none>"),
            addresses.get("ExternalIP", "<none>"),
            info.osImage or "<unknown>",
            info.kernelVersion or "<unknown>",
            info.containerRuntimeVersion or "<unknown>",
        ]


def _status(node: Node) -> str:
    ready = next((c for c in node.status.conditions if c.type == "Ready"), None)
    words = ["Unknown" if ready is None else "Ready" if ready.status == "True" else "NotReady"]
    return ",".join([*words, "SchedulingDisabled"] if node.spec.unschedulable else words)


def _roles(node: Node) -> list[str]:
    roles = set()
    for key, value in node.metadata.labels.items():
        if key.startswith(ROLE_PREFIX) and len(key) > len(ROLE_PREFIX):
            roles.add(key.removeprefix(ROLE_PREFIX))
        elif key == "kubernetes.io/role" and value:
            roles.add(value)
    return sorted(roles)
