"""What the server remarks on volumes it accepts: plugins that are gone, files that cover each other.

Source: `pkg/api/pod/warnings.go`, `pkg/api/persistentvolume/util.go`, `pkg/api/persistentvolumeclaim/util.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8snb.api import quantity
from k8snb.api.validation.field import quote

#: plugin -> what became of it
_PLUGINS = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
#: how upstream spells a field in these remarks, where it is not the field's name
_SPELLED = {"storageos": "storageOS"}
_CLASS = "volume.beta.kubernetes.io/storage-class"
#: of a PersistentVolume only these are remarked on
_PERSISTENT = ("photonPersistentDisk", "scaleIO", "storageos", "cephfs", "rbd")


def volume_warnings(volumes: Sequence[Any], path: str) -> Iterator[str]:
    """Remarks on the volumes of a Pod."""
    for i, volume in enumerate(volumes):
        for name in _PLUGINS.keys() & volume.__dict__.keys():
            yield f"{path}[{i}].{_SPELLED.get(name, name)}: {_PLUGINS[name]}"
        if volume.ephemeral is not None and volume.ephemeral.volumeClaimTemplate is not None:
            at = f"{path}[{i}].ephemeral.volumeClaimTemplate.spec"
            yield from claim_warnings(volume.ephemeral.volumeClaimTemplate.spec, at)
    for volume in volumes:
        yield from _overlaps(volume)


def persistent_volume_warnings(spec: Any, path: str) -> Iterator[str]:
    """Remarks on the source of a PersistentVolume."""
    for name in _PERSISTENT:
        if name in spec.__dict__:
            yield f"{path}.{_SPELLED.get(name, name)}: {_PLUGINS[name]}"


def claim_warnings(spec: Any, path: str) -> Iterator[str]:
    """Remarks on what a claim asks for."""
    for side in ("requests", "limits"):
        amount = getattr(spec.resources, side).get("storage")
        if amount is not None and quantity.milli_value(amount) % 1000:
            at = f"{path}.resources.{side}[storage]"
            yield f"{at}: fractional byte value {quote(amount)} is invalid, must be an integer"


def storage_annotation_warnings(annotations: Mapping[str, str]) -> Iterator[str]:
    """A remark on a class that a volume or claim names in the way of before v1.6."""
    if _CLASS in annotations:
        yield f'metadata.annotations[{_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead'


def _overlaps(volume: Any) -> Iterator[str]:
    whose = f"volume {quote(volume.name)}"
    if volume.configMap is not None:
        text = f"{whose} (ConfigMap {quote(volume.configMap.name)}): overlapping paths"
        yield from _covered([item.path for item in volume.configMap.items], text)
    if volume.secret is not None:
        text = f"{whose} (Secret {quote(volume.secret.secretName)}): overlapping paths"
        yield from _covered([item.path for item in volume.secret.items], text)
    if volume.downwardAPI is not None:
        text = f"{whose} (DownwardAPI): overlapping paths"
        yield from _covered([item.path for item in volume.downwardAPI.items], text)
    if volume.projected is not None:
        yield from _projected(volume.projected.sources, whose)


def _projected(sources: Sequence[Any], whose: str) -> Iterator[str]:
    everything: set[str] = set()
    for source in sources:
        if not source.__dict__:
            yield f"{whose} (Projected) has no sources provided"
            continue
        paths, what = _files(source)
        if not paths:
            continue
        text = f"{whose} (Projected {what}): overlapping paths"
        yield from _covered(paths, text)
        yield from _covered(sorted([*set(paths), *everything]), text)
        everything.update(paths)


def _files(source: Any) -> tuple[list[str], str]:
    """The files that a source makes, and what to call it."""
    if source.configMap is not None:
        return [item.path for item in source.configMap.items], f"ConfigMap {quote(source.configMap.name)}"
    if source.secret is not None:
        return [item.path for item in source.secret.items], f"Secret {quote(source.secret.name)}"
    if source.downwardAPI is not None:
        return [item.path for item in source.downwardAPI.items], "DownwardAPI"
    if source.serviceAccountToken is not None:
        return [source.serviceAccountToken.path], "ServiceAccountToken"
    if source.clusterTrustBundle is not None:
        bundle = source.clusterTrustBundle
        return [bundle.path], f"ClusterTrustBundle {quote(bundle.name or bundle.signerName or '')}"
    return [], ""


def _covered(paths: Sequence[str], text: str) -> Iterator[str]:
    """A remark for every file that is another one, or lies where another one is."""
    seen: list[str] = []
    for path in paths:
        name = path.rstrip("/")
        other = next((item for item in seen if item and name and _collide(item, name)), None)
        if other is not None:
            yield f"{text}: {quote(name)} with {quote(other)}"
        if name not in seen:
            seen.append(name)


def _collide(left: str, right: str) -> bool:
    return f"{left}/".startswith(right) or f"{right}/".startswith(left)
