"""VolumeAttachments: one volume, one node, and what became of it. Follows `pkg/apis/storage/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, forbidden, invalid, required, too_long
from k8snb.api.validation.metadata import IMMUTABLE, validate_names
from k8snb.api.validation.persistentvolume import validate_persistent_volume_spec
from k8snb.api.validation.volume import validate_csi_driver_name

_METADATA_SIZE: Final = 256 * 1024
_MESSAGE_SIZE: Final = 1024
_INT32_MAX: Final = 2**31 - 1


def validate_volume_attachment(obj: Any) -> list[FieldError]:
    """A new VolumeAttachment, its common metadata apart."""
    errors = _validate_common(obj) + validate_csi_driver_name(obj.spec.attacher, "spec.attacher")
    volume = obj.spec.source.persistentVolumeName
    if volume is not None:
        errors += validate_names(names.dns_subdomain, volume, "spec.source.persistentVolumeName")
    return errors


def validate_volume_attachment_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a VolumeAttachment, or of its status: the spec stays."""
    errors = _validate_common(new)
    if not equal(new.spec, old.spec):
        errors.append(invalid("spec", new.spec, IMMUTABLE))
    return errors


def _validate_common(obj: Any) -> list[FieldError]:
    spec, status = obj.spec, obj.status
    errors = [] if spec.attacher else [required("spec.attacher")]
    errors += _validate_source(spec.source, "spec.source")
    errors += validate_names(names.dns_subdomain, spec.nodeName, "spec.nodeName")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in status.attachmentMetadata.items())
    if size > _METADATA_SIZE:
        errors.append(too_long("status.attachmentMetadata", _METADATA_SIZE))
    for name in ("attachError", "detachError"):
        errors += _validate_error(getattr(status, name), f"status.{name}")
    return errors


def _validate_source(source: Any, path: str) -> list[FieldError]:
    inline, name = source.inlineVolumeSpec, source.persistentVolumeName
    one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
    if inline is None and name is None:
        return [required(path, one)]
    if inline is not None and name is not None:
        return [forbidden(path, one)]
    if inline is not None:
        return validate_persistent_volume_spec(inline, f"{path}.inlineVolumeSpec", inline=True)
    return [] if name else [required(f"{path}.persistentVolumeName", "must specify non empty persistentVolumeName")]


def _validate_error(error: Any, path: str) -> list[FieldError]:
    if error is None:
        return []
    errors: list[FieldError] = []
    if len(error.message.encode()) > _MESSAGE_SIZE:
        errors.append(too_long(f"{path}.message", _METADATA_SIZE))  # upstream names the other limit
    if error.errorCode is not None and error.errorCode < 0:
        errors.append(invalid(f"{path}.errorCode", error.errorCode, names.out_of_range(0, _INT32_MAX)))
    return errors
