"""NetworkPolicies. Source: `pkg/registry/networking/networkpolicy/strategy.go`, `pkg/apis/networking/v1/defaults.go`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.networking.networkpolicy import NetworkPolicy, NetworkPolicyPort
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.addresswarnings import cidr_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import selector_cell


class NetworkPolicyStrategy(Strategy):
    """Who may talk to whom."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Pod-Selector"), Column("Age"))

    def defaults(self, obj: NetworkPolicy) -> NetworkPolicy:
        spec = obj.spec
        changes: dict[str, Any] = {}
        if not spec.policyTypes:
            changes["policyTypes"] = ("Ingress", "Egress") if spec.egress else ("Ingress",)
        for side in ("ingress", "egress"):
            rules = getattr(spec, side)
            if any(port.protocol is None for r in rules for port in r.ports):
                changes[side] = tuple(r.replace(ports=tuple(_port(p) for p in r.ports) or None) for r in rules)
        return obj.replace(spec=spec.replace(**changes)) if changes else obj

    def validate(self, ctx: Context, obj: NetworkPolicy) -> list[FieldError]:
        return rule("networkpolicy", "validate_network_policy")(obj)

    def validate_update(self, ctx: Context, obj: NetworkPolicy, old: NetworkPolicy) -> list[FieldError]:
        return rule("networkpolicy", "validate_network_policy_update")(obj, old)

    def warnings(self, ctx: Context, obj: NetworkPolicy, old: NetworkPolicy | None) -> list[str]:
        said: list[str] = []
        for side, peers in (("ingress", "from_"), ("egress", "to")):
            for i, one in enumerate(getattr(obj.spec, side)):
                for j, peer in enumerate(getattr(one, peers)):
                    path = f"spec.{side}[{i}].{peers.rstrip('_')}[{j}].ipBlock"
                    if peer.ipBlock is not None:
                        said += cidr_warnings(peer.ipBlock.cidr, f"{path}.cidr")
                        for k, block in enumerate(peer.ipBlock.except_):
                            said += cidr_warnings(block, f"{path}.except[{k}]")
        return said

    def row(self, obj: NetworkPolicy, now: float) -> list[Any]:
        return [obj.metadata.name, selector_cell(obj.spec.podSelector), age(obj, now)]


def _port(port: NetworkPolicyPort) -> NetworkPolicyPort:
    return port if port.protocol is not None else port.replace(protocol="TCP")
