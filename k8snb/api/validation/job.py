"""Jobs: how many Pods, how they may fail, and a selector that nobody else uses.

Reads `Job` objects with their selector generated. Follows `pkg/apis/batch/validation` v1.36; the checks of a Job's status
are in `jobstatus.py`. A template in an error is printed as the API spells it, not as the server's internal struct.
"""

from typing import Any, Final

from k8snb.api import selector as selectors
from k8snb.api.validation import names
from k8snb.api.validation.domainpath import validate_domain_prefixed_path
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, invalid, not_supported, required, too_long
from k8snb.api.validation.jobpolicy import (
    validate_failure_policy,
    validate_replacement_policy,
    validate_success_policy,
)
from k8snb.api.validation.metadata import IMMUTABLE, validate_label_selector
from k8snb.api.validation.podspec import validate_pod_template
from k8snb.api.validation.workload import MISMATCH, validate_counts

INDEXED: Final = "Indexed"

_COUNTS: Final = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_MODES: Final = ("NonIndexed", INDEXED)
_RESTARTS: Final = ("OnFailure", "Never")
_MANAGED_BY_MAX: Final = 63
#: the most Pods or failed indexes an Indexed Job may have at a time: its status lists them
_INDEXES_MAX: Final = 100_000
_COMPLETIONS_HIGH: Final = 100_000
_WITH_HIGH_MAX: Final = 10_000
#: fields of the template that queueing systems may set while a Job is suspended
_DIRECTIVES: Final = ("nodeSelector", "tolerations", "schedulingGates")


def validate_job(obj: Any) -> list[FieldError]:
    """A new Job, its common metadata apart."""
    spec = obj.spec
    errors = _validate_generated_selector(obj) + _validate_selected(spec)
    if spec.completionMode == INDEXED and spec.completions is not None and spec.completions > 0:
        hostname = f"{obj.metadata.name}-{spec.completions - 1}"
        if names.dns_label(hostname):
            detail = f"will not able to create pod with invalid DNS label: {hostname}"
            errors.append(invalid("metadata.name", obj.metadata.name, detail))
    return errors


def validate_job_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Job: what makes its Pods is fixed, but for scheduling while it is suspended."""
    after, before = new.spec, old.spec
    errors = _validate_selected(after) + _validate_completions(after, before)
    errors += _validate_fixed(after, before, "selector")
    if not equal(after.template, _adjusted(after.template, before.template) if _is_idle(old) else before.template):
        errors.append(invalid("spec.template", after.template, IMMUTABLE))
    for name in ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"):
        errors += _validate_fixed(after, before, name)
    return errors


def validate_job_spec(spec: Any, path: str) -> list[FieldError]:
    """A Job's spec, its selector apart; `path` is its own (`spec`, or `spec.jobTemplate.spec`)."""
    errors = validate_counts(spec, _COUNTS, path)
    if spec.maxFailedIndexes is not None and spec.backoffLimitPerIndex is None:
        errors.append(required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    if spec.managedBy is not None:
        errors += validate_domain_prefixed_path(spec.managedBy, f"{path}.managedBy")
        if len(spec.managedBy) > _MANAGED_BY_MAX:
            errors.append(too_long(f"{path}.managedBy", _MANAGED_BY_MAX))
    errors += _validate_mode(spec, path)
    if spec.podFailurePolicy is not None:
        errors += validate_failure_policy(spec, f"{path}.podFailurePolicy")
    if spec.successPolicy is not None:
        at = f"{path}.successPolicy"
        if spec.completionMode == INDEXED:
            errors += validate_success_policy(spec, at)
        else:
            errors.append(invalid(at, spec.successPolicy, "requires indexed completion mode"))
    errors += validate_replacement_policy(spec, f"{path}.podReplacementPolicy")
    errors += validate_pod_template(spec.template, f"{path}.template")
    return errors + _validate_restart_policy(spec, f"{path}.template.spec.restartPolicy")


def _validate_mode(spec: Any, path: str) -> list[FieldError]:
    mode, errors = spec.completionMode, list[FieldError]()
    if mode is not None and mode not in _MODES:
        errors.append(not_supported(f"{path}.completionMode", mode, _MODES))
    if mode == INDEXED:
        return errors + _validate_indexed(spec, path)
    if mode in (None, "NonIndexed"):
        for name in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if getattr(spec, name) is not None:
                errors.append(invalid(f"{path}.{name}", getattr(spec, name), "requires indexed completion mode"))
    return errors


def _validate_indexed(spec: Any, path: str) -> list[FieldError]:
    completions, parallelism, failed = spec.completions, spec.parallelism, spec.maxFailedIndexes
    most, errors = "must be less than or equal to", list[FieldError]()
    if completions is None:
        errors.append(required(f"{path}.completions", f"when completion mode is {INDEXED}"))
    if parallelism is not None and parallelism > _INDEXES_MAX:
        detail = f"{most} {_INDEXES_MAX} when completion mode is {INDEXED}"
        errors.append(invalid(f"{path}.parallelism", parallelism, detail))
    if completions is not None and failed is not None and failed > completions:
        errors.append(invalid(f"{path}.maxFailedIndexes", failed, f"{most} completions"))
    if failed is not None and failed > _INDEXES_MAX:
        errors.append(invalid(f"{path}.maxFailedIndexes", failed, f"{most} {_INDEXES_MAX}"))
    if completions is None or completions <= _COMPLETIONS_HIGH or spec.backoffLimitPerIndex is None:
        return errors
    if failed is None:
        detail = f"must be specified when completions is above {_COMPLETIONS_HIGH}"
        errors.append(required(f"{path}.maxFailedIndexes", detail))
    condition = f"when completions are above {_COMPLETIONS_HIGH} and used with backoff limit per index"
    for name in ("parallelism", "maxFailedIndexes"):
        value = getattr(spec, name)
        if value is not None and value > _WITH_HIGH_MAX:
            errors.append(invalid(f"{path}.{name}", value, f"{most} {_WITH_HIGH_MAX} {condition}"))
    return errors


def _validate_restart_policy(spec: Any, path: str) -> list[FieldError]:
    policy = spec.template.spec.restartPolicy
    if policy in ("", "Always"):
        return [required(path, 'valid values: "OnFailure", "Never"')]
    if policy not in _RESTARTS:
        return [not_supported(path, policy, _RESTARTS)]
    if spec.podFailurePolicy is not None and policy != "Never":
        return [invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []


def _validate_selected(spec: Any) -> list[FieldError]:
    errors = validate_job_spec(spec, "spec")
    if spec.selector is None:
        return [*errors, required("spec.selector")]
    errors += validate_label_selector(spec.selector, "spec.selector")
    labels = spec.template.metadata.labels
    try:
        matches = selectors.from_label_selector(spec.selector).matches(labels)
    except selectors.SelectorError:
        return errors
    return errors if matches else [*errors, invalid("spec.template.metadata.labels", labels or None, MISMATCH)]


def _validate_generated_selector(job: Any) -> list[FieldError]:
    spec = job.spec
    if spec.manualSelector or spec.selector is None:
        return []
    uid, name = job.metadata.uid, job.metadata.name
    wanted = {
        "controller-uid": uid,
        "job-name": name,
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
    }
    errors = [] if uid else [required("metadata.uid")]
    labels, path = spec.template.metadata.labels, "spec.template.metadata.labels"
    for key, value in wanted.items():
        if key not in labels:
            errors.append(required(f"{path}[{key}]", f"must be '{value}'"))
        elif labels[key] != value:
            errors.append(invalid(f"{path}[{key}]", labels[key], f"must be '{value}'"))
    try:
        if not selectors.from_label_selector(spec.selector).matches(wanted):
            errors.append(invalid("spec.selector", spec.selector, "`selector` not auto-generated"))
    except selectors.SelectorError:
        pass  # what is wrong with the selector itself is said of the spec
    return errors


def _validate_completions(new: Any, old: Any) -> list[FieldError]:
    if equal(new.completions, old.completions) or (new.completionMode == INDEXED and new.completions is None):
        return []
    if new.completionMode != INDEXED:
        return [invalid("spec.completions", new.completions, IMMUTABLE)]
    if new.completions == new.parallelism:
        return []
    return [invalid("spec.completions", new.completions, "can only be modified in tandem with spec.parallelism")]


def _validate_fixed(new: Any, old: Any, name: str) -> list[FieldError]:
    value = getattr(new, name)
    return [] if equal(value, getattr(old, name)) else [invalid(f"spec.{name}", value, IMMUTABLE)]


def _is_idle(job: Any) -> bool:
    """Whether a Job is suspended and has nothing running, so that where its Pods go may still change."""
    if not job.spec.suspend:
        return False
    held = any(c.type == "Suspended" and c.status == "True" for c in job.status.conditions)
    return job.status.startTime is None or (held and not job.status.active)


def _adjusted(new: Any, old: Any) -> Any:
    """The old template with the scheduling directives and resources of the new one."""
    spec = old.spec.replace(**{name: new.spec.__dict__.get(name) for name in _DIRECTIVES})
    mine = new.spec.affinity.nodeAffinity if new.spec.affinity is not None else None
    affinity = spec.affinity
    if affinity is not None:
        affinity = affinity.replace(nodeAffinity=mine)
        if not affinity.__dict__ and new.spec.affinity is None:
            affinity = None
    elif new.spec.affinity is not None:
        affinity = type(new.spec.affinity)(nodeAffinity=mine)
    changes: dict[str, Any] = {"affinity": affinity}
    for name in ("containers", "initContainers"):
        sizes = {c.name: c.resources for c in getattr(new.spec, name)}
        kept = tuple(c.replace(resources=sizes.get(c.name, c.resources)) for c in getattr(spec, name))
        changes[name] = kept or None
    metadata = old.metadata.replace(
        labels=new.metadata.__dict__.get("labels"), annotations=new.metadata.__dict__.get("annotations")
    )
    return old.replace(metadata=metadata, spec=spec.replace(**changes))
