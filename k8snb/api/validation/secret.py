"""Secrets: keys, size, what their types require, and no change of type or of immutable ones.

Reads `data` in base64; `stringData` was merged into it before. Follows `pkg/apis/core/validation` v1.36.
"""

import base64
from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.jsonsyntax import JSONError
from k8snb.api.validation.configdata import SIZE_MAX, binary_size, validate_keys, validate_unchanged
from k8snb.api.validation.field import FieldError, invalid, required, too_long
from k8snb.api.validation.metadata import validate_immutable

_ACCOUNT: Final = "kubernetes.io/service-account.name"
_JSON_KEYS: Final = {"kubernetes.io/dockercfg": ".dockercfg", "kubernetes.io/dockerconfigjson": ".dockerconfigjson"}


def validate_secret(obj: Any) -> list[FieldError]:
    """A new Secret, its common metadata apart."""
    errors = validate_keys(obj.data, "data")
    if binary_size(obj.data) > SIZE_MAX:
        errors.append(too_long("data", SIZE_MAX))
    return errors + _validate_type(obj)


def validate_secret_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Secret."""
    errors = validate_immutable(new.type, old.type, "type")
    return errors + validate_unchanged(new, old, ("data",)) + validate_secret(new)


def _validate_type(obj: Any) -> list[FieldError]:
    data = obj.data
    if obj.type == "kubernetes.io/service-account-token":
        present = obj.metadata.annotations.get(_ACCOUNT)
        return [] if present else [required(f"metadata.annotations[{_ACCOUNT}]")]
    if obj.type in _JSON_KEYS:
        return _validate_json(data, _JSON_KEYS[obj.type])
    if obj.type == "kubernetes.io/basic-auth":
        if "username" in data or "password" in data:
            return []
        return [required("data[username]"), required("data[password]")]
    if obj.type == "kubernetes.io/ssh-auth":
        return [] if data.get("ssh-privatekey") else [required("data[ssh-privatekey]")]
    if obj.type == "kubernetes.io/tls":
        return [required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in data]
    return []


def _validate_json(data: Any, key: str) -> list[FieldError]:
    if key not in data:
        return [required(f"data[{key}]")]
    try:
        value = jsontext.loads(base64.b64decode(data[key]).decode("utf-8", "replace"))
    except JSONError as error:
        return [invalid(f"data[{key}]", "<secret contents redacted>", str(error))]
    if value is None or isinstance(value, dict):
        return []
    shown = next(word for kind, word in _KINDS if isinstance(value, kind))
    detail = f"json: cannot unmarshal {shown} into Go value of type map[string]interface {{}}"
    return [invalid(f"data[{key}]", "<secret contents redacted>", detail)]


_KINDS: Final = ((bool, "bool"), (str, "string"), (list, "array"), (object, "number"))
