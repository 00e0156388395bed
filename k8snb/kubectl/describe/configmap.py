"""ConfigMaps: their data as it is, the sizes of their binary data."""

from __future__ import annotations

import base64

from k8snb.api.core.configmap import ConfigMap
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: ConfigMap, reader: Reader) -> None:
    """A ConfigMap."""
    metadata.head(w, obj)
    w.write(0, "\nData\n====\n")
    for key in sorted(obj.data):
        w.write(0, f"{key}:\n----\n")
        w.write(0, f"{obj.data[key]}\n")
        w.write(0, "\n")
    w.write(0, "\nBinaryData\n====\n")
    for key in sorted(obj.binaryData):
        w.line(0, f"{key}: {len(base64.b64decode(obj.binaryData[key]))} bytes")
    w.write(0, "\n")
