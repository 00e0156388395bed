"""ServiceAccounts."""

from __future__ import annotations

from k8snb.api.core.serviceaccount import ServiceAccount
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter

_HEADER = "Image pull secrets:"


def describe(w: PrefixWriter, obj: ServiceAccount, reader: Reader) -> None:
    """A ServiceAccount."""
    metadata.head(w, obj)
    if not obj.imagePullSecrets:
        w.row(0, _HEADER, "<none>")
    for position, secret in enumerate(obj.imagePullSecrets):
        w.row(0, " " * len(_HEADER) if position else _HEADER, secret.name)
