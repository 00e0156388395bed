"""One object that a command line names: what kubectl knows of it while it works on it.

Source: cli-runtime `pkg/resource/visitor.go` (Info).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import quoted
from k8snb.kubectl.kinds import Kind


@dataclass
class Info:
    """One object that was named: its kind, where it is, and the object itself once it is known."""

    kind: Kind
    namespace: str
    name: str
    object: dict[str, Any] = field(default_factory=dict)
    #: the file it came from, "" if it was named on the command line
    source: str = ""

    @property
    def label(self) -> str:
        """`deployment.apps/web`"""
        return f"{self.kind.group_kind}/{self.name}"

    @property
    def reference(self) -> str:
        """`deployments/web`: how messages of apply and rollout name it."""
        return f"{self.kind.plural}/{self.name}"

    def __str__(self) -> str:
        return (
            f"Resource: {quoted(self.kind.resource_text)}, GroupVersionKind: {quoted(self.kind.kind_text)}\n"
            f"Name: {quoted(self.name)}, Namespace: {quoted(self.namespace)}"
        )

    def refresh(self, obj: dict[str, Any]) -> None:
        """Take over an answer of the server."""
        meta = obj.get("metadata") or {}
        self.name, self.namespace, self.object = meta.get("name", ""), meta.get("namespace", ""), obj


def get(
    invocation: Invocation, info: Info, subresource: str = "", table: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The object as the server has it. A namespace that does not exist is said to be what is missing."""
    try:
        found: dict[str, Any] = invocation.api.get(
            info.kind, info.namespace, info.name, table, subresource, table=table is not None
        )
        return found
    except StatusError as error:
        if error.reason == "NotFound" and info.namespace not in ("", "default"):
            path = f"/api/v1/namespaces/{info.namespace}"
            answer = invocation.client.request("GET", path)
            if answer.code == 404:
                raise StatusError(answer.body) from None
        raise
