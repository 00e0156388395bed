"""`kubectl create configmap`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_configmap.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.validation.names import config_key
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.configsources import encoded, entries, name_hash, source_flags
from k8snb.kubectl.commands.create.generator import DRY_RUN_USE, Generator, generator, metadata
from k8snb.kubectl.errors import CommandError, quoted


def build(invocation: Invocation, name: str) -> dict[str, Any]:
    """The ConfigMap of the flags; what is not UTF-8 goes to binaryData."""
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, value in entries(invocation):
        _check_key(name, key, data, binary)
        try:
            data[key] = value.decode()
        except UnicodeDecodeError:
            binary[key] = encoded(value)
    if invocation.flag("append-hash"):
        hashed: dict[str, Any] = {"data": data, "kind": "ConfigMap", "name": name}
        if binary:
            hashed["binaryData"] = binary
        name = f"{name}-{name_hash(hashed)}"
    obj: dict[str, Any] = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata(invocation, name)}
    if data:
        obj["data"] = {key: data[key] for key in sorted(data)}
    if binary:
        obj["binaryData"] = {key: binary[key] for key in sorted(binary)}
    return obj


def _check_key(name: str, key: str, data: dict[str, str], binary: dict[str, str]) -> None:
    if problems := config_key(key):
        raise CommandError(f"{quoted(key)} is not a valid key name for a ConfigMap: {','.join(problems)}")
    for where, values in (("Data", data), ("BinaryData", binary)):
        if key in values:
            raise CommandError(
                f"cannot add key {quoted(key)}, another key by that name already exists in {where} for ConfigMap "
                f"{quoted(name)}"
            )


COMMAND = generator(
    "configmap",
    "Create a config map from a local file, directory or literal value",
    Generator("configmaps", build, "failed to create configmap: "),
    use=f"NAME [--from-file=[key=]source] [--from-literal=key1=value1] {DRY_RUN_USE}",
    aliases=("cm",),
    flags=source_flags(
        "configmap",
        "Key file can be specified using its file path, in which case file basename will be used as configmap key, or "
        "optionally with a key and file path, in which case the given key will be used.  Specifying a directory will "
        "iterate each named file in the directory whose basename is a valid configmap key.",
    ),
    examples="""
# Two settings
kubectl create configmap settings --from-literal=mode=dark --from-literal=lang=en

# A key for every file of a folder
kubectl create configmap site --from-file=html/

# One file under another name
kubectl create configmap conf --from-file=nginx.conf=my-nginx.conf

# Lines of NAME=value
kubectl create configmap env --from-env-file=app.env
""",
)
