"""`kubectl describe`: one module a kind, which writes the text about one object; every other kind is described generically.

A module defines `describe(w, obj, reader)`, with `obj` of the kind's typed class. To add one: write the module, add its
row here. Source: kubectl `pkg/describe/describe.go`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.errors import StatusError
from k8snb.api.resources import RESOURCES
from k8snb.kubectl.describe import events, generic
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kinds import Kind

#: (group, kind) -> module
DESCRIBERS: dict[tuple[str, str], str] = {
    ("", "Pod"): "pod",
    ("", "ReplicationController"): "replicationcontroller",
    ("", "Secret"): "secret",
    ("", "Service"): "service",
    ("", "ServiceAccount"): "serviceaccount",
    ("", "Node"): "node",
    ("", "LimitRange"): "limitrange",
    ("", "ResourceQuota"): "resourcequota",
    ("", "PersistentVolume"): "persistentvolume",
    ("", "PersistentVolumeClaim"): "persistentvolumeclaim",
    ("", "Namespace"): "namespace",
    ("", "Endpoints"): "endpoints",
    ("", "ConfigMap"): "configmap",
    ("discovery.k8s.io", "EndpointSlice"): "endpointslice",
    ("autoscaling", "HorizontalPodAutoscaler"): "horizontalpodautoscaler",
    ("networking.k8s.io", "Ingress"): "ingress",
    ("networking.k8s.io", "IngressClass"): "ingressclass",
    ("networking.k8s.io", "ServiceCIDR"): "servicecidr",
    ("networking.k8s.io", "IPAddress"): "ipaddress",
    ("networking.k8s.io", "NetworkPolicy"): "networkpolicy",
    ("batch", "Job"): "job",
    ("batch", "CronJob"): "cronjob",
    ("apps", "StatefulSet"): "statefulset",
    ("apps", "Deployment"): "deployment",
    ("apps", "DaemonSet"): "daemonset",
    ("apps", "ReplicaSet"): "replicaset",
    ("certificates.k8s.io", "CertificateSigningRequest"): "certificatesigningrequest",
    ("storage.k8s.io", "StorageClass"): "storageclass",
    ("storage.k8s.io", "CSINode"): "csinode",
    ("storage.k8s.io", "VolumeAttributesClass"): "volumeattributesclass",
    ("policy", "PodDisruptionBudget"): "poddisruptionbudget",
    ("rbac.authorization.k8s.io", "Role"): "role",
    ("rbac.authorization.k8s.io", "ClusterRole"): "role",
    ("rbac.authorization.k8s.io", "RoleBinding"): "rolebinding",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "rolebinding",
    ("scheduling.k8s.io", "PriorityClass"): "priorityclass",
}
#: kinds whose description never ends with events
WITHOUT_EVENTS = frozenset(
    {
        "Secret",
        "LimitRange",
        "ResourceQuota",
        "Namespace",
        "Role",
        "ClusterRole",
        "RoleBinding",
        "ClusterRoleBinding",
        "NetworkPolicy",
    }
)


def describe(reader: Reader, kind: Kind, obj: dict[str, Any], *, show_events: bool = True) -> str:
    """The description of an object. StatusError if the server refuses what it takes, CommandError for broken data."""
    module = DESCRIBERS.get((kind.group, kind.kind))
    model = next(
        (row.model for row in RESOURCES if (row.group, row.version, row.kind) == (kind.group, kind.version, kind.kind)),
        None,
    )
    w = PrefixWriter()
    if module is None or model is None:
        generic.describe(w, obj)
    else:
        try:
            typed, _ = decode_object(model, obj)
        except DecodeError as error:
            raise CommandError(f"failed to convert unstructured to {kind.kind}: {error}") from None
        import_module(f"{__name__}.{module}").describe(w, typed, reader)
    if show_events and not (module and kind.kind in WITHOUT_EVENTS):
        events.table(w, _events(reader, kind, obj), reader.now)
    return w.text()


def _events(reader: Reader, kind: Kind, obj: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of an object; only for a ConfigMap is it an error if they cannot be read."""
    try:
        return reader.events(kind, obj)
    except StatusError:
        if (kind.group, kind.kind) == ("", "ConfigMap"):
            raise
        return []
