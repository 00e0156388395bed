"""Confidential key/value pairs, such as passwords, tokens and keys; at most 1 MiB (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Bytes, Field
from k8snb.api.object import Object


class Secret(Object):
    """Confidential key/value pairs, such as passwords, tokens and keys; at most 1 MiB."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Secret"
    data: Mapping[str, Bytes] = Field(
        "map[string][]byte", 'Values in base64. Keys consist of letters, digits, "-", "_" and ".".', zero=EMPTY_MAP
    )
    immutable: bool | None = Field("*bool", "True forbids any later change of the data and of this field.")
    stringData: Mapping[str, str] = Field(
        "map[string]string",
        "Write-only convenience: plain text values, merged into data on write and never returned.",
        zero=EMPTY_MAP,
    )
    type: str = Field(
        "SecretType",
        "What the secret is for: Opaque (default), kubernetes.io/tls, kubernetes.io/dockerconfigjson and so on. Immutable.",
        zero="",
    )
