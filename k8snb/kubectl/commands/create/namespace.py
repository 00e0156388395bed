"""`kubectl create namespace` and `kubectl create serviceaccount`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_{namespace,serviceaccount}.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import Generator, generator, metadata


def build_namespace(invocation: Invocation, name: str) -> dict[str, Any]:
    """A Namespace."""
    return {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "spec": {}, "status": {}}


def build_account(invocation: Invocation, name: str) -> dict[str, Any]:
    """A ServiceAccount."""
    return {"kind": "ServiceAccount", "apiVersion": "v1", "metadata": metadata(invocation, name)}


NAMESPACE = generator(
    "namespace",
    "Create a namespace with the specified name",
    Generator("namespaces", build_namespace),
    aliases=("ns",),
    examples="""
# A namespace for a team
kubectl create namespace team-a
""",
)

SERVICE_ACCOUNT = generator(
    "serviceaccount",
    "Create a service account with the specified name",
    Generator("serviceaccounts", build_account, "failed to create serviceaccount: "),
    aliases=("sa",),
    examples="""
# An identity for the pods of a robot
kubectl create serviceaccount robot
""",
)
