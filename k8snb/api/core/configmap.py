"""Configuration as key/value pairs, for pods to read as files or environment variables; at most 1 MiB (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Bytes, Field
from k8snb.api.object import Object


class ConfigMap(Object):
    """Configuration as key/value pairs, for pods to read as files or environment variables; at most 1 MiB."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ConfigMap"
    binaryData: Mapping[str, Bytes] = Field(
        "map[string][]byte",
        "Values that are not UTF-8 text, in base64; keys must not repeat those of data.",
        zero=EMPTY_MAP,
    )
    data: Mapping[str, str] = Field(
        "map[string]string", 'Values as UTF-8 text. Keys consist of letters, digits, "-", "_" and ".".', zero=EMPTY_MAP
    )
    immutable: bool | None = Field("*bool", "True forbids any later change of data, binaryData and of this field.")
