"""Pods: a new one, and what of it may change: images, the deadline, more tolerations, and its status.

Follows `ValidatePodCreate`, `ValidatePodUpdate`, `ValidatePodStatusUpdate`, `ValidatePodEphemeralContainersUpdate` and
`ValidatePodResize` in `pkg/apis/core/validation` v1.36. Simplification: a resize may lower memory limits without more ado.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.affinity import validate_tolerations
from k8snb.api.validation.container import validate_image_spaces
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, duplicate, forbidden, invalid, not_supported, required
from k8snb.api.validation.godiff import diff
from k8snb.api.validation.metadata import validate_immutable, validate_names
from k8snb.api.validation.podspec import validate_pod_annotations, validate_pod_spec
from k8snb.api.validation.security import validate_profiles_match

UPDATABLE: Final = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_INT32_MAX: Final = 2**31 - 1
_MIRROR: Final = "kubernetes.io/config.mirror"
_APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"


def validate_pod(pod: Any) -> list[FieldError]:
    """A new Pod, its common metadata apart."""
    errors = validate_running_pod(pod)
    spec = pod.spec
    if spec.ephemeralContainers:
        errors.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if spec.nodeName and spec.schedulingGates:
        detail = "cannot be set until all schedulingGates have been cleared"
        errors.append(forbidden("spec.nodeName", detail))
    if pod.metadata.annotations:
        errors += validate_profiles_match(pod.metadata.annotations, spec, "spec")
    return errors


def validate_running_pod(pod: Any) -> list[FieldError]:
    """What holds for a Pod whenever it is written, its common metadata apart."""
    spec = pod.spec
    errors: list[FieldError] = []
    if pod.metadata.annotations:
        errors += validate_pod_annotations(pod.metadata.annotations, spec, "metadata.annotations")
    errors += validate_pod_spec(spec, "spec", pod.metadata)
    if not spec.serviceAccountName:
        errors += _validate_token_volumes(spec.volumes)
    for i, container in enumerate(spec.containers):
        errors += validate_image_spaces(container, f"spec.containers[{i}]")
    for i, container in enumerate(spec.initContainers):
        errors += validate_image_spaces(container, f"spec.initContainers[{i}]")
    return errors


def validate_pod_update(new: Any, old: Any) -> list[FieldError]:
    """An ordinary update of a Pod."""
    errors = validate_running_pod(new) + _validate_annotation_update(new, old)
    for field in ("containers", "initContainers"):
        found = _validate_images(getattr(new.spec, field), getattr(old.spec, field), f"spec.{field}")
        errors += found
        if len(getattr(new.spec, field)) != len(getattr(old.spec, field)):
            return errors
    found = _validate_deadline(new.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)
    errors += found
    if found and new.spec.activeDeadlineSeconds is not None:
        return errors
    errors += _validate_more_tolerations(new.spec.tolerations, old.spec.tolerations)
    errors += _validate_fewer_gates(new.spec.schedulingGates, old.spec.schedulingGates)
    munged, found = _munge(new.spec, old.spec)
    errors += found
    if not equal(munged, old.spec):
        detail = f"pod updates may not change fields other than {UPDATABLE}\n{diff(old.spec, munged)}"
        errors.append(forbidden("spec", detail))
    return errors


def validate_pod_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a Pod."""
    errors = _validate_annotation_update(new, old)
    for i, condition in enumerate(new.status.conditions):
        if condition.type not in ("PodScheduled", "Ready", "Initialized"):
            errors += validate_names(names.label_key, condition.type, f"metadata.conditions[{i}].Type")
    if new.spec.nodeName != old.spec.nodeName:
        errors.append(forbidden("status.nodeName", "may not be changed directly"))
    nominated = new.status.nominatedNodeName
    if nominated and nominated != old.status.nominatedNodeName:
        errors += validate_names(names.dns_subdomain, nominated, "status.nominatedNodeName")
    errors += validate_immutable(new.status.qosClass, old.status.qosClass, "status.qosClass")
    sidecars = {container.name for container in old.spec.initContainers if container.restartPolicy == "Always"}
    for field, policy in (
        ("containerStatuses", old.spec.restartPolicy),
        ("initContainerStatuses", old.spec.restartPolicy),
        ("ephemeralContainerStatuses", "Never"),
    ):
        excused = sidecars if field == "initContainerStatuses" else _own_policy(old.spec.containers)
        errors += _validate_terminated(
            getattr(new.status, field), getattr(old.status, field), policy, excused, f"status.{field}"
        )
    return errors + _validate_ips(new.status.podIPs, "status.podIPs") + _validate_host_ips(new.status)


def validate_ephemeral_containers_update(new: Any, old: Any) -> list[FieldError]:
    """A Pod with debug containers added; those that are there stay as they are."""
    if _MIRROR in old.metadata.annotations:
        return [forbidden("[]", "static pods do not support ephemeral containers")]
    errors = validate_running_pod(new) + _validate_annotation_update(new, old)
    added = {container.name: container for container in new.spec.ephemeralContainers}
    for container in old.spec.ephemeralContainers:
        name = f'existing ephemeral containers "{container.name}"'
        if container.name not in added:
            errors.append(forbidden("spec.ephemeralContainers", f"{name} may not be removed\n"))
        elif not equal(container, added[container.name]):
            detail = f"{name} may not be changed\n{diff(container, added[container.name])}"
            errors.append(forbidden("spec.ephemeralContainers", detail))
    return errors


def validate_pod_resize(new: Any, old: Any) -> list[FieldError]:
    """Other requests and limits for running containers; nothing else may change."""
    if _MIRROR in old.metadata.annotations:
        return [forbidden("[]", "static pods cannot be resized")]
    if old.spec.os is not None and old.spec.os.name == "windows":
        return [forbidden("[]", "windows pods cannot be resized")]
    errors = validate_running_pod(new)
    for field in ("initContainers", "containers"):
        for i, (after, before) in enumerate(zip(getattr(new.spec, field), getattr(old.spec, field), strict=False)):
            if field == "containers" or before.restartPolicy == "Always":
                errors += _validate_resize(after, before, f"spec.{field}[{i}].resources")
    for container, before in zip(new.spec.initContainers, old.spec.initContainers, strict=False):
        if before.restartPolicy != "Always" and not equal(container, before):
            errors.append(forbidden("spec", "resources for non-sidecar init containers are immutable"))
    if not errors and not equal(_without_sizes(new.spec), _without_sizes(old.spec)):
        errors.append(forbidden("spec", "only cpu and memory resources are mutable"))
    return errors


def validate_binding(binding: Any) -> list[FieldError]:
    """A Pod's binding to a node."""
    errors: list[FieldError] = []
    if binding.target.kind not in ("", "Node"):
        errors.append(not_supported("target.kind", binding.target.kind, ("Node", "<empty>")))
    if not binding.target.name:
        errors.append(required("target.name"))
    return errors


def _validate_token_volumes(volumes: Sequence[Any]) -> list[FieldError]:
    detail = "must not be specified when serviceAccountName is not set"
    return [
        forbidden(f"spec.volumes[{i}].projected.sources[{j}].serviceAccountToken", detail)
        for i, volume in enumerate(volumes)
        if volume.projected is not None
        for j, source in enumerate(volume.projected.sources)
        if source.serviceAccountToken is not None
    ]


def _validate_images(new: Sequence[Any], old: Sequence[Any], path: str) -> list[FieldError]:
    if len(new) != len(old):
        return [forbidden(path, "pod updates may not add or remove containers")]
    errors: list[FieldError] = []
    for i, container in enumerate(new):
        if not container.image:
            errors.append(required(f"{path}[{i}].image"))
        if container.image.strip() != container.image:
            detail = "must not have leading or trailing whitespace"
            errors.append(invalid(f"{path}[{i}].image", container.image, detail))
    return errors


def _validate_deadline(new: int | None, old: int | None) -> list[FieldError]:
    path = "spec.activeDeadlineSeconds"
    if new is None:
        if old is None:
            return []
        return [invalid(path, None, "must not update from a positive integer to nil value")]
    if not 0 <= new <= _INT32_MAX:
        return [invalid(path, new, names.out_of_range(0, _INT32_MAX))]
    if old is not None and old < new:
        return [invalid(path, new, "must be less than or equal to previous value")]
    return []


def _validate_more_tolerations(new: Sequence[Any], old: Sequence[Any]) -> list[FieldError]:
    for toleration in old:
        if not any(equal(_timeless(toleration), _timeless(other)) for other in new):
            detail = "existing toleration can not be modified except its tolerationSeconds"
            return [forbidden("spec.tolerations", detail)]
    return validate_tolerations(new, "spec.tolerations")


def _timeless(toleration: Any) -> Any:
    return toleration if toleration.tolerationSeconds is None else toleration.replace(tolerationSeconds=None)


def _validate_fewer_gates(new: Sequence[Any], old: Sequence[Any]) -> list[FieldError]:
    known = {gate.name for gate in old}
    return [
        forbidden(
            f"spec.schedulingGates[{i}].name", f"only deletion is allowed, but found new scheduling gate '{gate.name}'"
        )
        for i, gate in enumerate(new)
        if gate.name not in known
    ]


def _munge(new: Any, old: Any) -> tuple[Any, list[FieldError]]:
    """The new spec with all that may change set back, and what is wrong with the changes of a gated Pod."""
    spec = new.replace(
        containers=_with_images(new.containers, old.containers),
        initContainers=_with_images(new.initContainers, old.initContainers),
        activeDeadlineSeconds=old.activeDeadlineSeconds,
        schedulingGates=old.schedulingGates,
        tolerations=old.tolerations,
    )
    if (old.terminationGracePeriodSeconds or 0) < 0 and spec.terminationGracePeriodSeconds == 1:
        spec = spec.replace(terminationGracePeriodSeconds=old.terminationGracePeriodSeconds)
    if not old.schedulingGates:
        return spec, []
    errors = _validate_node_selector_additions(spec.nodeSelector, old.nodeSelector)
    before = old.affinity.nodeAffinity if old.affinity is not None else None
    after = spec.affinity.nodeAffinity if spec.affinity is not None else None
    if not equal(after, before):
        errors += _validate_node_affinity_additions(after, before)
        affinity = spec.affinity.replace(nodeAffinity=before) if spec.affinity is not None else old.affinity
        if old.affinity is None and affinity is not None and not affinity.__dict__:
            affinity = None
        spec = spec.replace(affinity=affinity)
    return spec.replace(nodeSelector=old.nodeSelector), errors


def _with_images(new: Sequence[Any], old: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        container if container.image == before.image else container.replace(image=before.image)
        for container, before in zip(new, old, strict=True)
    )


def _validate_node_selector_additions(new: Mapping[str, str], old: Mapping[str, str]) -> list[FieldError]:
    if all(new.get(key) == value for key, value in old.items()):
        return []
    detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
    return [invalid("spec.nodeSelector", new, detail)]


def _validate_node_affinity_additions(new: Any, old: Any) -> list[FieldError]:
    before = _terms(old)
    if not before:
        return []
    after = _terms(new)
    path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    if len(before) != len(after):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        return [invalid(path, after, detail)]
    detail = "only additions are allowed (no mutations or deletions)"
    return [
        invalid(f"{path}[{i}]", after[i], detail) for i, term in enumerate(before) if not _only_adds(after[i], term)
    ]


def _terms(affinity: Any) -> tuple[Any, ...]:
    needed = affinity.requiredDuringSchedulingIgnoredDuringExecution if affinity is not None else None
    return tuple(needed.nodeSelectorTerms) if needed is not None else ()


def _only_adds(new: Any, old: Any) -> bool:
    if not old.matchExpressions and not old.matchFields:
        return not new.matchExpressions and not new.matchFields
    return equal(new.matchExpressions[: len(old.matchExpressions)], old.matchExpressions) and equal(
        new.matchFields[: len(old.matchFields)], old.matchFields
    )


def _validate_annotation_update(new: Any, old: Any) -> list[FieldError]:
    before, after = old.metadata.annotations, new.metadata.annotations
    if before is after:
        return []
    errors: list[FieldError] = []
    for key in sorted(before):
        if after.get(key) != before[key]:
            errors += _validate_fixed_annotation(key, "remove or update")
    for key in sorted(after.keys() - before.keys()):
        errors += _validate_fixed_annotation(key, "add")
    return errors


def _validate_fixed_annotation(key: str, verb: str) -> list[FieldError]:
    path = f"metadata.annotations[{key}]"
    if key.startswith(_APP_ARMOR):
        return [forbidden(path, f"may not {verb} AppArmor annotations")]
    return [forbidden(path, f"may not {verb} mirror pod annotation")] if key == _MIRROR else []


def _own_policy(containers: Sequence[Any]) -> set[str]:
    """Containers that decide for themselves when they restart."""
    return {container.name for container in containers if container.restartPolicy or container.restartPolicyRules}


def _validate_terminated(
    new: Sequence[Any], old: Sequence[Any], policy: str, excused: set[str], path: str
) -> list[FieldError]:
    """A container that has ended for good stays ended."""
    if policy == "Always":
        return []
    errors: list[FieldError] = []
    states = {status.name: status.state for status in new}
    for i, status in enumerate(old):
        ended = status.state.terminated if status.state is not None else None
        if ended is None or status.name in excused or (ended.exitCode and policy == "OnFailure"):
            continue
        state = states.get(status.name)
        if status.name in states and (state is None or state.terminated is None):
            errors.append(forbidden(f"{path}[{i}].state", "may not be transitioned to non-terminated state"))
    return errors


def _validate_ips(addresses: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, address in enumerate(addresses):
        errors += validate_names(names.ip, address.ip, f"{path}[{i}]")
    families = [":" in address.ip for address in addresses]
    if len(addresses) > 2 or len(set(families)) != len(families):
        detail = "may specify no more than one IP for each IP family"
        errors.append(invalid(path, [{"IP": address.ip} for address in addresses], detail))
    for i, address in enumerate(addresses):
        if address.ip in seen:
            errors.append(duplicate(f"{path}[{i}]", {"IP": address.ip}))
        seen.add(address.ip)
    return errors


def _validate_host_ips(status: Any) -> list[FieldError]:
    if not status.hostIPs:
        return []
    first = status.hostIPs[0].ip
    errors: list[FieldError] = []
    if first != status.hostIP:
        errors.append(invalid("status.hostIPs[0].ip", first, "must be equal to `hostIP`"))
    return errors + _validate_ips(status.hostIPs, "status.hostIPs")


def _validate_resize(new: Any, old: Any, path: str) -> list[FieldError]:
    return [
        forbidden(f"{path}.{field}", f"resource {field} cannot be removed")
        for field in ("requests", "limits")
        if getattr(old.resources, field).keys() - getattr(new.resources, field).keys()
    ]


def _without_sizes(spec: Any) -> Any:
    def strip(container: Any) -> Any:
        resources = container.resources
        kept = {
            field: {name: amount for name, amount in getattr(resources, field).items() if name not in _RESIZABLE}
            for field in ("requests", "limits")
        }
        return container.replace(resources=resources.replace(**kept))

    return spec.replace(
        containers=tuple(map(strip, spec.containers)), initContainers=tuple(map(strip, spec.initContainers))
    )


_RESIZABLE: Final = ("cpu", "memory")
