"""The root CA publisher: every namespace has the cluster's certificate authority as `kube-root-ca.crt`, for Pods to
mount.

Reads the authority from `kube-system/extension-apiserver-authentication`, where the API server publishes it. Source:
`pkg/controller/certificates/rootcacertpublisher`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from k8snb.api.core.configmap import ConfigMap
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch

NAME = "kube-root-ca.crt"
SOURCE = "extension-apiserver-authentication"
_DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
    "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes "
    "clusters."
)


class RootCAPublisher:
    """Reconciles namespaces."""

    name: ClassVar[str] = "root-ca-certificate-publisher-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("namespaces"), Watch("configmaps", self._touched))

    def _touched(self, change: Change) -> Iterable[str]:
        meta = change.object.metadata
        if meta.name == NAME:
            return (meta.namespace,)
        if (meta.namespace, meta.name) == ("kube-system", SOURCE):
            return [namespace.metadata.name for namespace in self.client.list("namespaces").items]
        return ()

    def reconcile(self, key: str) -> After | None:
        namespace = self.client.find("namespaces", key)
        source = self.client.find("configmaps", SOURCE, "kube-system")
        authority = source.data.get("client-ca-file") if source is not None else None
        if namespace is None or namespace.status.phase == "Terminating" or authority is None:
            return None
        data = FrozenMap({"ca.crt": authority})
        present = self.client.find("configmaps", NAME, key)
        if present is None:
            annotations = FrozenMap({"kubernetes.io/description": _DESCRIPTION})
            meta = ObjectMeta(name=NAME, namespace=key, annotations=annotations)
            self.client.create(ConfigMap(metadata=meta, data=data))
        elif present.data != data:
            annotations = FrozenMap({**present.metadata.annotations, "kubernetes.io/description": _DESCRIPTION})
            self.client.update(present.replace(data=data, metadata=present.metadata.replace(annotations=annotations)))
        return None
