"""Secrets: the sizes of their values, except for the token of a service account, which is shown."""

from __future__ import annotations

import base64

from k8snb.api.core.secret import Secret
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: Secret, reader: Reader) -> None:
    """A Secret."""
    metadata.head(w, obj)
    w.write(0, f"\nType:\t{obj.type}\n")
    w.write(0, "\nData\n====\n")
    for key in sorted(obj.data):
        value = base64.b64decode(obj.data[key])
        if key == "token" and obj.type == "kubernetes.io/service-account-token":
            w.field(0, key, value.decode("utf-8", "replace"))
        else:
            w.field(0, key, f"{len(value)} bytes")
