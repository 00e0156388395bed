"""CSIDrivers: what a storage driver can do. Follows `pkg/apis/storage/validation` v1.36."""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.validation.field import FieldError, duplicate, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_immutable

_GROUP_POLICIES: Final = ("File", "None", "ReadWriteOnceWithFSType")
_LIFECYCLES: Final = ("Persistent", "Ephemeral")
_TOKEN_SECONDS_MIN: Final = 600
_TOKEN_SECONDS_MAX: Final = 1 << 32
_PERIOD_MIN: Final = 10


def validate_csi_driver(obj: Any) -> list[FieldError]:
    """A new CSIDriver, its common metadata apart. `attachedRequired` is upstream's spelling."""
    spec = obj.spec
    wanted = (("attachRequired", "attachedRequired"), ("podInfoOnMount",) * 2, ("storageCapacity",) * 2)
    errors = [required(f"spec.{shown}") for name, shown in wanted if getattr(spec, name) is None]
    if spec.fsGroupPolicy is not None and spec.fsGroupPolicy not in _GROUP_POLICIES:
        errors.append(not_supported("spec.fsGroupPolicy", spec.fsGroupPolicy, _GROUP_POLICIES))
    errors += _validate_token_requests(spec.tokenRequests, "spec.tokenRequests")
    errors += [
        not_supported("spec.volumeLifecycleModes", mode, _LIFECYCLES)
        for mode in spec.volumeLifecycleModes
        if mode not in _LIFECYCLES
    ]
    if spec.seLinuxMount is None:
        errors.append(required("spec.seLinuxMount"))
    period = spec.nodeAllocatableUpdatePeriodSeconds
    if period is not None and period < _PERIOD_MIN:
        detail = f"must be greater than or equal to {_PERIOD_MIN} seconds"
        errors.append(invalid("spec.nodeAllocatableUpdatePeriodSeconds", period, detail))
    in_secrets = spec.serviceAccountTokenInSecrets
    if in_secrets is not None and not spec.tokenRequests:
        detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified"
        errors.append(invalid("spec.serviceAccountTokenInSecrets", in_secrets, detail))
    return errors


def validate_csi_driver_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a CSIDriver: how volumes live and whether they are attached stays."""
    errors = validate_csi_driver(new)
    errors += validate_immutable(new.spec.attachRequired, old.spec.attachRequired, "spec.attachedRequired")
    return errors + validate_immutable(
        new.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, "spec.volumeLifecycleModes"
    )


def _validate_token_requests(requests: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, request in enumerate(requests):
        if request.audience in seen:
            errors.append(duplicate(f"{path}[{i}].audience", request.audience))
            continue
        seen.add(request.audience)
        seconds, at = request.expirationSeconds, f"{path}[{i}].expirationSeconds"
        if seconds is not None and seconds < _TOKEN_SECONDS_MIN:
            errors.append(invalid(at, seconds, "may not specify a duration less than 10 minutes"))
        if seconds is not None and seconds > _TOKEN_SECONDS_MAX:
            errors.append(invalid(at, seconds, "may not specify a duration larger than 2^32 seconds"))
    return errors
