"""What admission does for storage and ingress: default classes, and finalizers that keep what is in use.

Source: `plugin/pkg/admission/storage/*` and `plugin/pkg/admission/network/defaultingressclass`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

_STORAGE_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_INGRESS_DEFAULT = "ingressclass.kubernetes.io/is-default-class"
_PROTECTION = {
    "persistentvolumeclaims": "kubernetes.io/pvc-protection",
    "persistentvolumes": "kubernetes.io/pv-protection",
}


class DefaultStorageClass(Plugin):
    """A claim that names no class gets the default one."""

    resources: ClassVar[frozenset[str]] = frozenset({"persistentvolumeclaims"})
    operations: ClassVar[frozenset[str]] = frozenset({"create"})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        if obj.spec.storageClassName is not None:
            return obj
        name = _default(ctx, "storageclasses.storage.k8s.io", _STORAGE_DEFAULT)
        return obj.replace(spec=obj.spec.replace(storageClassName=name)) if name else obj


class DefaultIngressClass(Plugin):
    """An Ingress that names no class gets the default one."""

    resources: ClassVar[frozenset[str]] = frozenset({"ingresses.networking.k8s.io"})
    operations: ClassVar[frozenset[str]] = frozenset({"create"})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        if obj.spec.ingressClassName is not None or "kubernetes.io/ingress.class" in obj.metadata.annotations:
            return obj
        name = _default(ctx, "ingressclasses.networking.k8s.io", _INGRESS_DEFAULT)
        return obj.replace(spec=obj.spec.replace(ingressClassName=name)) if name else obj


class StorageObjectInUseProtection(Plugin):
    """Claims and volumes cannot vanish under those who use them."""

    resources: ClassVar[frozenset[str]] = frozenset(_PROTECTION)
    operations: ClassVar[frozenset[str]] = frozenset({"create"})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        finalizer = _PROTECTION[ctx.resource.plural]
        if finalizer in obj.metadata.finalizers:
            return obj
        return obj.replace(metadata=obj.metadata.replace(finalizers=(*obj.metadata.finalizers, finalizer)))


def _default(ctx: Context, resource: str, annotation: str) -> str:
    """The newest class that is marked as default, by name among equals."""
    marked = [c for c in ctx.store.list(resource) if c.metadata.annotations.get(annotation) == "true"]
    marked.sort(key=lambda c: c.metadata.name)
    marked.sort(key=lambda c: c.metadata.creationTimestamp or "", reverse=True)
    return marked[0].metadata.name if marked else ""
