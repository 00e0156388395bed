"""Identity: the stable name, labels and claims of each Pod of a StatefulSet.

Source: `pkg/controller/statefulset/stateful_set_utils.go`.
"""

from __future__ import annotations

import re
from typing import Any

from k8snb.api.core.persistentvolumeclaim import PersistentVolumeClaim
from k8snb.api.core.pod import Pod, PodTemplateSpec
from k8snb.api.core.volume import PersistentVolumeClaimVolumeSource, Volume
from k8snb.api.meta import ObjectMeta, OwnerReference
from k8snb.api.model import FrozenMap
from k8snb.controllers.fields import nonzero
from k8snb.controllers.ownership import controller_reference

POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name"
POD_INDEX_LABEL = "apps.kubernetes.io/pod-index"
REVISION_LABEL = "controller-revision-hash"

_NAME = re.compile(r"(.*)-([0-9]+)")


def ordinal(owner: Any, pod: Any) -> int:
    """The number of one of the owner's Pods; -1 for a Pod with a foreign name."""
    found = _NAME.fullmatch(pod.metadata.name)
    return int(found[2]) if found and found[1] == owner.metadata.name else -1


def start(owner: Any) -> int:
    """The first number."""
    return owner.spec.ordinals.start if owner.spec.ordinals is not None else 0


def revision_of(pod: Any) -> str:
    """The name of the ControllerRevision a Pod was made from."""
    return str(pod.metadata.labels.get(REVISION_LABEL, ""))


def stateful_pod(owner: Any, template: PodTemplateSpec, number: int, revision: str) -> Pod:
    """The Pod with this number."""
    name = f"{owner.metadata.name}-{number}"
    labels = {
        **template.metadata.labels,
        REVISION_LABEL: revision,
        POD_NAME_LABEL: name,
        POD_INDEX_LABEL: str(number),
    }
    meta = {
        "name": name,
        "generateName": f"{owner.metadata.name}-",
        "namespace": owner.metadata.namespace,
        "labels": FrozenMap(labels),
        "ownerReferences": (controller_reference(owner),),
        **nonzero(annotations=template.metadata.annotations, finalizers=template.metadata.finalizers),
    }
    claimed = {each.metadata.name: claim_name(owner, each, name) for each in owner.spec.volumeClaimTemplates}
    volumes = [
        Volume(name=volume, persistentVolumeClaim=PersistentVolumeClaimVolumeSource(claimName=claim))
        for volume, claim in sorted(claimed.items())
    ]
    volumes += [volume for volume in template.spec.volumes if volume.name not in claimed]
    changes: dict[str, Any] = {"hostname": name, "subdomain": owner.spec.serviceName or None}
    if volumes:
        changes["volumes"] = tuple(volumes)
    return Pod.of({"metadata": ObjectMeta.of(meta), "spec": template.spec.replace(**changes)})


def claim_name(owner: Any, template: PersistentVolumeClaim, pod: str) -> str:
    """`TEMPLATE-SET-NUMBER`."""
    return f"{template.metadata.name}-{pod}"


def claims(owner: Any, pod: str) -> list[PersistentVolumeClaim]:
    """The claims that a Pod of this name needs."""
    selector = owner.spec.selector.matchLabels if owner.spec.selector is not None else {}
    made = []
    for template in owner.spec.volumeClaimTemplates:
        meta = template.metadata.replace(
            name=claim_name(owner, template, pod),
            namespace=owner.metadata.namespace,
            labels=FrozenMap({**template.metadata.labels, **selector}) or None,
        )
        made.append(PersistentVolumeClaim.of({"metadata": meta, "spec": template.spec}))
    return made


def retention(owner: Any) -> tuple[str, str]:
    """What happens to claims: when the set is deleted, when it is scaled down."""
    policy = owner.spec.persistentVolumeClaimRetentionPolicy
    if policy is None:
        return "Retain", "Retain"
    return policy.whenDeleted or "Retain", policy.whenScaled or "Retain"


def claim_owners(owner: Any, pod: Any | None, condemned: bool) -> tuple[OwnerReference, ...]:
    """Who owns a claim, so that the garbage collector deletes it when the retention policy says so."""
    deleted, scaled = retention(owner)
    references = []
    if deleted == "Delete" and not (scaled == "Delete" and condemned):
        references.append(_reference(owner))
    if scaled == "Delete" and condemned and pod is not None and pod.metadata.uid:
        references.append(_reference(pod))
    return tuple(references)


def _reference(obj: Any) -> OwnerReference:
    meta = obj.metadata
    fields = {"apiVersion": obj.apiVersion, "kind": obj.kind, "name": meta.name, "uid": meta.uid}
    return OwnerReference.of(fields if obj.kind == "Pod" else {**fields, "controller": True})


def identity_matches(owner: Any, pod: Any) -> bool:
    """Whether a Pod still has the labels that tell who it is."""
    name = pod.metadata.name
    return bool(
        pod.metadata.labels.get(POD_NAME_LABEL) == name
        and pod.metadata.labels.get(POD_INDEX_LABEL) == str(ordinal(owner, pod))
    )


def with_identity(owner: Any, pod: Any) -> Any:
    """The Pod with those labels put right."""
    labels = {
        **pod.metadata.labels,
        POD_NAME_LABEL: pod.metadata.name,
        POD_INDEX_LABEL: str(ordinal(owner, pod)),
    }
    return pod.with_metadata(labels=FrozenMap(labels))
