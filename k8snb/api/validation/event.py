"""Events: they live with what they are about; the newer form says who reports what. Follows `pkg/apis/core/validation`."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import validate_names

_LIMIT: Final = 128
_NOTE_LIMIT: Final = 1024


def validate_event(obj: Any) -> list[FieldError]:
    """A new or changed Event of the core group, its common metadata apart."""
    namespace, about = obj.metadata.namespace, obj.involvedObject.namespace
    errors: list[FieldError] = []
    if obj.eventTime is None:
        fits = namespace == about if about else namespace in ("", "default")
    else:
        fits = bool(about) or namespace in ("default", "kube-system")
    if not fits:
        errors.append(invalid("involvedObject.namespace", about, "does not match event.namespace"))
    if obj.eventTime is not None:
        errors += _validate_reported(obj)
    return errors + validate_names(names.dns_subdomain, namespace, "namespace")


def validate_event_update(new: Any, old: Any) -> list[FieldError]:
    """A change of an Event of the core group."""
    return validate_event(new)


def _validate_reported(obj: Any) -> list[FieldError]:
    controller = obj.reportingComponent
    errors = [] if controller else [required("reportingController")]
    errors += validate_names(names.label_key, controller, "reportingController")
    for name, limit in (("reportingInstance", _LIMIT), ("action", _LIMIT), ("reason", _LIMIT)):
        value = getattr(obj, name)
        if not value:
            errors.append(required(name))
        if len(value.encode()) > limit:
            errors.append(invalid(name, "", f"can have at most {limit} characters"))
    if len(obj.message.encode()) > _NOTE_LIMIT:
        errors.append(invalid("message", "", f"can have at most {_NOTE_LIMIT} characters"))
    return errors
