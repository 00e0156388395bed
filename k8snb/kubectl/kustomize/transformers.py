"""What a kustomization changes in all its resources: namespace, names, labels, annotations, replicas, images.

Source: kustomize `api/internal/builtins`, field specs in `api/internal/konfig/builtinpluginconsts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize.resource import TEMPLATED, Json, Resource, split, visit

#: kinds whose names have a meaning of their own
_KEEP_NAMES = ("CustomResourceDefinition", "APIService", "Namespace")
_SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
_AFFINITY = tuple(
    f"spec/template/spec/affinity/{which}/{term}"
    for which in ("podAffinity", "podAntiAffinity")
    for term in (
        "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    )
)
#: kind -> (path, whether it is made if it is not there)
_SELECTORS: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "Service": (("spec/selector", True),),
    "ReplicationController": (("spec/selector", True),),
    "Deployment": (
        ("spec/selector/matchLabels", True),
        *((path, False) for path in _AFFINITY),
        ("spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", False),
    ),
    "ReplicaSet": (("spec/selector/matchLabels", True),),
    "DaemonSet": (("spec/selector/matchLabels", True),),
    "StatefulSet": (
        ("spec/selector/matchLabels", True),
        *((path, False) for path in _AFFINITY),
        ("spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", False),
        ("spec/volumeClaimTemplates/metadata/labels", True),
    ),
    "Job": (("spec/selector/matchLabels", False),),
    "CronJob": (("spec/jobTemplate/spec/selector/matchLabels", False),),
    "PodDisruptionBudget": (("spec/selector/matchLabels", False),),
    "NetworkPolicy": (
        ("spec/podSelector/matchLabels", False),
        ("spec/ingress/from/podSelector/matchLabels", False),
        ("spec/egress/to/podSelector/matchLabels", False),
    ),
}


def set_namespace(resources: Sequence[Resource], namespace: str) -> None:
    """Move everything that can be in a namespace there."""
    for resource in resources:
        if resource.kind == "Namespace":
            resource.rename(namespace)
        elif resource.namespaced:
            resource.object["metadata"]["namespace"] = namespace
        if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
            for subject in resource.object.get("subjects") or []:
                if subject.get("kind") == "ServiceAccount" and subject.get("name") == "default":
                    subject["namespace"] = namespace


def add_affixes(resources: Sequence[Resource], prefix: str, suffix: str) -> None:
    """`namePrefix` and `nameSuffix`."""
    for resource in resources:
        if resource.kind not in _KEEP_NAMES:
            resource.rename(f"{prefix}{resource.name}{suffix}")


def add_labels(resources: Sequence[Resource], entry: Json, *, common: bool = False) -> None:
    """One entry of `labels`, or all of `commonLabels`, which go into selectors, too."""
    pairs = {key: str(value) for key, value in (entry.get("pairs") or {}).items()}
    selectors = common or bool(entry.get("includeSelectors"))
    templates = selectors or bool(entry.get("includeTemplates"))
    for resource in resources:
        specs = [("metadata/labels", True)]
        specs += [(path, True) for path in _templates(resource.kind, "labels")] if templates else []
        specs += _SELECTORS.get(resource.kind, ()) if selectors else ()
        specs += list(_own_specs(resource, entry.get("fields") or []))
        for path, create in specs:
            _merge(resource.object, path, pairs, create=create)


def add_annotations(resources: Sequence[Resource], pairs: Mapping[str, Any]) -> None:
    """`commonAnnotations`."""
    texts = {key: str(value) for key, value in pairs.items()}
    for resource in resources:
        for path in ("metadata/annotations", *_templates(resource.kind, "annotations")):
            _merge(resource.object, path, texts, create=True)


def _templates(kind: str, what: str) -> Iterator[str]:
    if kind in TEMPLATED:
        yield f"spec/template/metadata/{what}"
    elif kind == "CronJob":
        yield f"spec/jobTemplate/metadata/{what}"
        yield f"spec/jobTemplate/spec/template/metadata/{what}"


def _own_specs(resource: Resource, fields: Sequence[Json]) -> Iterator[tuple[str, bool]]:
    for spec in fields:
        fits = all(
            spec.get(name) in (None, "", value)
            for name, value in (("group", resource.group), ("version", resource.version), ("kind", resource.kind))
        )
        if fits:
            yield spec["path"], bool(spec.get("create"))


def _merge(obj: Json, path: str, pairs: Mapping[str, str], *, create: bool) -> None:
    def change(holder: Json, key: str) -> None:
        holder[key] = {**(holder.get(key) or {}), **pairs}

    if pairs:
        visit(obj, split(path), change, create=create)


# -- replicas and images ------------------------------------------------------------------------------------------------------


def set_replicas(resources: Sequence[Resource], entries: Sequence[Json]) -> None:
    """`replicas`: CommandError if there is nothing of a name that could be scaled."""
    for entry in entries:
        found = [
            resource for resource in resources if entry.get("name", "") in resource.names and resource.kind in _SCALED
        ]
        if not found:
            kinds = f"[{' '.join(f'{kind}.[noVer].[noGrp]' for kind in _SCALED)}]"
            raise CommandError(
                f"resource with name {entry.get('name', '')} does not match a config with the following GVK {kinds}"
            )
        for resource in found:
            resource.object.setdefault("spec", {})["replicas"] = entry.get("count", 0)


def set_images(resources: Sequence[Resource], entries: Sequence[Json]) -> None:
    """`images`: every image of containers and init containers, wherever they are."""
    for resource in resources:
        if resource.kind != "CustomResourceDefinition":
            _images(resource.object, entries)


def _images(value: Any, entries: Sequence[Json]) -> None:
    if isinstance(value, list):
        for item in value:
            _images(item, entries)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("containers", "initContainers") and isinstance(inner, list):
                for container in inner:
                    if isinstance(container, dict) and isinstance(container.get("image"), str):
                        container["image"] = _image(container["image"], entries)
            _images(inner, entries)


def _image(image: str, entries: Sequence[Json]) -> str:
    for entry in entries:
        if not re.fullmatch(rf"{entry.get('name', '')}(@sha256:[a-zA-Z0-9_.{{}}-]*|:[a-zA-Z0-9_.{{}}-]*)*", image):
            continue
        name, tag, digest = _split(image)
        name = entry.get("newName") or name
        if entry.get("newTag") and entry.get("digest"):
            tag, digest = f":{entry['newTag']}", f"@{entry['digest']}"
        elif entry.get("newTag"):
            tag, digest = f":{entry['newTag']}", ""
        elif entry.get("digest"):
            tag, digest = "", f"@{entry['digest']}"
        if entry.get("tagSuffix"):
            tag, digest = f"{tag}{entry['tagSuffix']}", ""
        image = f"{name}{tag}{digest}"
    return image


def _split(image: str) -> tuple[str, str, str]:
    """(name, `:tag`, `@digest`)."""
    rest, at, digest = image.partition("@")
    slash = rest.rfind("/")
    colon = rest.find(":", slash + 1)
    name, tag = (rest, "") if colon < 0 else (rest[:colon], rest[colon:])
    return name, tag, f"@{digest}" if at else ""
