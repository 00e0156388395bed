"""StatefulSets: Pods with names and claims of their own, of which little may change later.

The template is checked as its Pods will be: with a volume for each claim template. Follows `pkg/apis/apps/validation` v1.36.
"""

from typing import Any, Final

from k8snb.api import selector as selectors
from k8snb.api.core.volume import PersistentVolumeClaimVolumeSource, Volume
from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, GoStruct, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_names, validate_not_negative
from k8snb.api.validation.persistentvolumeclaim import validate_claim_spec
from k8snb.api.validation.workload import (
    is_zero,
    validate_at_most_all,
    validate_collisions,
    validate_count_or_percent,
    validate_counts,
    validate_long_running_template,
    validate_replica_status,
    validate_selector,
)

_MANAGEMENT: Final = ("OrderedReady", "Parallel")
_RETENTION: Final = ("Retain", "Delete")
_COUNTS: Final = (
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
)
_MUTABLE: Final = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)


def validate_stateful_set(obj: Any) -> list[FieldError]:
    """A new StatefulSet, its common metadata apart."""
    spec = obj.spec
    errors: list[FieldError] = []
    if spec.podManagementPolicy not in _MANAGEMENT:
        at = "spec.podManagementPolicy"
        detail = "must be 'OrderedReady' or 'Parallel'"
        wrong = invalid(at, spec.podManagementPolicy, detail) if spec.podManagementPolicy else required(at)
        errors.append(wrong)
    errors += _validate_strategy(spec.updateStrategy, "spec.updateStrategy")
    policy = spec.persistentVolumeClaimRetentionPolicy
    for name in ("whenDeleted", "whenScaled") if policy is not None else ():
        if getattr(policy, name) not in _RETENTION:
            at = f"spec.persistentVolumeClaimRetentionPolicy.{name}"
            errors.append(not_supported(at, getattr(policy, name), _RETENTION))
    errors += validate_counts(spec, ("replicas", "minReadySeconds"), "spec")
    if spec.ordinals is not None:
        errors += validate_not_negative(spec.ordinals.start, "spec.ordinals.start")
    if spec.serviceName:
        errors += validate_names(names.dns_label, spec.serviceName, "spec.serviceName")
    errors += validate_selector(spec.selector, "spec.selector", "empty selector is invalid for statefulset")
    for i, claim in enumerate(spec.volumeClaimTemplates):
        errors += validate_claim_spec(claim.spec, f"spec.volumeClaimTemplates[{i}].spec")
    return errors + _validate_template(spec)


def validate_stateful_set_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a StatefulSet."""
    errors = validate_stateful_set(new)
    kept = {name: old.spec.__dict__.get(name) for name in _MUTABLE}
    if not equal(new.spec.replace(**kept), old.spec):
        listed = ", ".join(f"'{name}'" for name in _MUTABLE[:-1])
        detail = f"updates to statefulset spec for fields other than {listed} and '{_MUTABLE[-1]}' are forbidden"
        errors.append(forbidden("spec", detail))
    return errors


def validate_stateful_set_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a StatefulSet."""
    within = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
    errors = validate_replica_status(new.status, _COUNTS, within, ready="status.readyReplicas")
    return errors + validate_collisions(new.status, old.status)


def _validate_strategy(strategy: Any, path: str) -> list[FieldError]:
    rolling = strategy.rollingUpdate
    if not strategy.type:
        return [required(path)]
    if strategy.type == "OnDelete":
        detail = "only allowed for updateStrategy 'RollingUpdate'"
        return [] if rolling is None else [invalid(f"{path}.rollingUpdate", _shown(rolling), detail)]
    if strategy.type != "RollingUpdate":
        shown = GoStruct(Type=strategy.type, RollingUpdate=_shown(rolling))
        return [invalid(path, shown, "must be 'RollingUpdate' or 'OnDelete'")]
    if rolling is None:
        return []
    errors = validate_not_negative(rolling.partition, f"{path}.rollingUpdate.partition")
    down, at = rolling.maxUnavailable, f"{path}.rollingUpdate.maxUnavailable"
    if down is None:
        return errors
    errors += validate_count_or_percent(down, at)
    if is_zero(down):
        errors.append(invalid(at, down, "cannot be 0"))
    return errors + validate_at_most_all(down, at)


def _shown(rolling: Any) -> GoStruct | None:
    if rolling is None:
        return None
    return GoStruct(Partition=rolling.partition or 0, MaxUnavailable=rolling.maxUnavailable)


def _validate_template(spec: Any) -> list[FieldError]:
    try:
        selector = selectors.from_label_selector(spec.selector)
    except selectors.SelectorError:
        return [invalid("spec.selector", spec.selector, "")]
    template, pod = spec.template, spec.template.spec
    claims = {claim.metadata.name: claim for claim in spec.volumeClaimTemplates if claim.metadata.name}
    if claims:
        added = tuple(
            Volume(name=name, persistentVolumeClaim=PersistentVolumeClaimVolumeSource(claimName=name))
            for name in claims
        )
        kept = tuple(volume for volume in pod.volumes if volume.name not in claims)
        template = template.replace(spec=pod.replace(volumes=(*kept, *added)))
    return validate_long_running_template(template, selector, "spec.template", "StatefulSet")
