"""CustomResourceDefinitions: names, versions, one to store, schemas that are structural, columns and subresources.

What all versions have in common is named as upstream names it: the server moves it from the versions to the spec before it
looks (`spec.validation`, `spec.additionalPrinterColumns`). CEL rules are not compiled. Follows
`k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation` v1.36.
"""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.model import encode
from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, GoStruct, invalid, not_supported, required
from k8snb.api.validation.metadata import IMMUTABLE
from k8snb.api.validation.structuralschema import validate_structural_schema

_SCOPES: Final = ("Cluster", "Namespaced")
_STRATEGIES: Final = ("None", "Webhook")
_TYPES: Final = ("boolean", "date", "integer", "number", "string")
_FORMATS: Final = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_APPROVAL: Final = "api-approved.kubernetes.io"
_UNAPPROVED: Final = (
    f'protected groups must have approval annotation "{_APPROVAL}", see '
    "https://github.com/kubernetes/enhancements/pull/1111"
)
_PRESERVE: Final = (
    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
)


def validate_custom_resource_definition(obj: Any) -> list[FieldError]:
    """A new CustomResourceDefinition, its common metadata apart (but for its name)."""
    spec = obj.spec
    errors: list[FieldError] = []
    if obj.metadata.name != f"{spec.names.plural}.{spec.group}":
        errors.append(invalid("metadata.name", obj.metadata.name, 'must be spec.names.plural+"."+spec.group'))
    errors += _validate_spec(spec)
    protected = spec.group.endswith((".k8s.io", ".kubernetes.io")) or spec.group in ("k8s.io", "kubernetes.io")
    if protected and _APPROVAL not in obj.metadata.annotations:
        errors.append(required(f"metadata.annotations[{_APPROVAL}]", _UNAPPROVED))
    if spec.preserveUnknownFields:
        errors.append(invalid("spec.preserveUnknownFields", "true", _PRESERVE))
    return errors


def validate_custom_resource_definition_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a definition: its group and plural stay, once it is established its scope and kind too."""
    after, before = new.spec, old.spec
    errors = _validate_spec(after)
    fixed = []
    if any(c.type == "Established" and c.status == "True" for c in old.status.conditions):
        fixed += [("scope", after.scope, before.scope), ("names.kind", after.names.kind, before.names.kind)]
    fixed += [("group", after.group, before.group), ("names.plural", after.names.plural, before.names.plural)]
    errors += [invalid(f"spec.{name}", value, IMMUTABLE) for name, value, was in fixed if value != was]
    return errors + _validate_stored_versions(new.status.storedVersions, after.versions, "status.storedVersions")


def _validate_stored_versions(stored: Sequence[str], versions: Sequence[Any], path: str) -> list[FieldError]:
    if not stored:
        return [invalid(path, stored, "must have at least one stored version")]
    errors = [
        invalid(path, stored, f"must have the storage version {version.name}")
        for version in versions
        if version.storage and version.name not in stored
    ]
    served = {version.name for version in versions}
    for i, name in enumerate(stored):
        if name not in served:
            detail = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions "
                f"until a storage migration ensures no data remains persisted in {name} and removes {name} from "
                "status.storedVersions"
            )
            errors.append(invalid(f"{path}[{i}]", name, detail))
    return errors


def _validate_spec(spec: Any) -> list[FieldError]:
    errors = _validate_group(spec.group, "spec.group") + _one_of(spec.scope, _SCOPES, "spec.scope")
    shared = {name: _shared(spec.versions, name) for name in ("schema_", "subresources", "additionalPrinterColumns")}
    for i, version in enumerate(spec.versions):
        if version.schema_ is None or version.schema_.openAPIV3Schema is None:
            errors.append(required(f"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required"))
    for i, version in enumerate(spec.versions):
        path = f"spec.versions[{i}]"
        wrong = names.dns_1035_label(version.name)
        if wrong:
            errors.append(invalid(f"{path}.name", version.name, ",".join(wrong)))
        errors += _validate_deprecation(version, path)
        if not shared["schema_"]:
            errors += _validate_schema(version.schema_, f"{path}.schema", _has_status(version))
        if not shared["subresources"]:
            errors += _validate_subresources(version.subresources, f"{path}.subresources")
        if not shared["additionalPrinterColumns"]:
            errors += _validate_columns(version.additionalPrinterColumns, f"{path}.additionalPrinterColumns")
    errors += _validate_versions(spec.versions, shared) + _validate_names(spec.names, "spec.names")
    if shared["schema_"]:
        with_status = any(_has_status(version) for version in spec.versions)
        errors += _validate_schema(spec.versions[0].schema_, "spec.validation", with_status)
    if shared["subresources"]:
        errors += _validate_subresources(spec.versions[0].subresources, "spec.subresources")
    if shared["additionalPrinterColumns"]:
        errors += _validate_columns(spec.versions[0].additionalPrinterColumns, "spec.additionalPrinterColumns")
    return errors + _validate_conversion(spec.conversion, "spec.conversion")


def _shared(versions: Sequence[Any], name: str) -> bool:
    """Whether all versions have the same in this field."""
    return bool(versions) and all(
        getattr(version, name) and equal(getattr(version, name), getattr(versions[0], name)) for version in versions
    )


def _has_status(version: Any) -> bool:
    return version.subresources is not None and version.subresources.status is not None


def _validate_group(group: str, path: str) -> list[FieldError]:
    if not group:
        return [required(path)]
    wrong = names.dns_subdomain(group)
    if wrong:
        return [invalid(path, group, ",".join(wrong))]
    return [] if "." in group else [invalid(path, group, "should be a domain with at least one dot")]


def _one_of(value: str, supported: Sequence[str], path: str) -> list[FieldError]:
    if not value:
        return [required(path)]
    return [] if value in supported else [not_supported(path, value, supported)]


def _validate_versions(versions: Sequence[Any], shared: dict[str, bool]) -> list[FieldError]:
    errors: list[FieldError] = []
    shown = [_go_version(version, shared) for version in versions] or None
    if len({version.name for version in versions}) != len(versions):
        errors.append(invalid("spec.versions", shown, "must contain unique version names"))
    if sum(version.storage for version in versions) != 1:
        detail = "must have exactly one version marked as storage version"
        errors.append(invalid("spec.versions", shown, detail))
    return errors


def _go_version(version: Any, shared: dict[str, bool]) -> GoStruct:
    def own(name: str) -> Any:
        return None if shared.get(name) else getattr(version, name) or None

    return GoStruct(
        Name=version.name,
        Served=version.served,
        Storage=version.storage,
        Deprecated=version.deprecated,
        DeprecationWarning=version.deprecationWarning,
        Schema=own("schema_"),
        Subresources=own("subresources"),
        AdditionalPrinterColumns=own("additionalPrinterColumns"),
        SelectableFields=version.selectableFields or None,
    )


def _validate_names(wanted: Any, path: str) -> list[FieldError]:
    errors = [required(f"{path}.{n}") for n in ("plural", "singular", "kind", "listKind") if not getattr(wanted, n)]
    for name in ("plural", "singular", "kind", "listKind"):
        value, mixed = getattr(wanted, name), name.lower().endswith("kind")
        wrong = names.dns_1035_label(value.lower() if mixed else value) if value else ()
        if wrong:
            hint = "may have mixed case, but should otherwise match: " if mixed else ""
            errors.append(invalid(f"{path}.{name}", value, hint + ",".join(wrong)))
    errors += _validate_labels(wanted.shortNames, f"{path}.shortNames")
    if wanted.kind and wanted.kind == wanted.listKind:
        errors.append(invalid(f"{path}.listKind", wanted.listKind, "kind and listKind may not be the same"))
    return errors + _validate_labels(wanted.categories, f"{path}.categories")


def _validate_labels(values: Sequence[str], path: str) -> list[FieldError]:
    return [
        invalid(f"{path}[{i}]", value, ",".join(names.dns_1035_label(value)))
        for i, value in enumerate(values)
        if names.dns_1035_label(value)
    ]


def _validate_deprecation(version: Any, path: str) -> list[FieldError]:
    warning, at = version.deprecationWarning, f"{path}.deprecationWarning"
    if warning is None:
        return []
    if not version.deprecated:
        return [invalid(at, warning, "can only be set for deprecated versions")]
    if len(warning) > 256:
        return [invalid(at, warning, "must be <= 256 characters long")]
    return [] if warning else [invalid(at, warning, "must not be an empty string")]


def _validate_schema(schema: Any, path: str, status: bool) -> list[FieldError]:
    if schema is None or schema.openAPIV3Schema is None:
        return []
    return validate_structural_schema(encode(schema.openAPIV3Schema), f"{path}.openAPIV3Schema", status)


def _validate_columns(columns: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    types = f"must be one of {','.join(_TYPES)}"
    for i, column in enumerate(columns):
        at = f"{path}[{i}]"
        if not column.name:
            errors.append(required(f"{at}.name"))
        if not column.type:
            errors.append(required(f"{at}.type", types))
        elif column.type not in _TYPES:
            errors.append(invalid(f"{at}.type", column.type, types))
        if column.format and column.format not in _FORMATS:
            errors.append(invalid(f"{at}.format", column.format, f"must be one of {','.join(_FORMATS)}"))
        if not column.jsonPath:
            errors.append(required(f"{at}.JSONPath"))
        else:
            errors += _validate_json_path(column.jsonPath, f"{at}.JSONPath")
    return errors


def _validate_json_path(text: str, path: str) -> list[FieldError]:
    return [] if text.startswith(".") else [invalid(path, text, "must be a simple json path starting with .")]


def _validate_subresources(subresources: Any, path: str) -> list[FieldError]:
    if subresources is None or subresources.scale is None:
        return []
    errors: list[FieldError] = []
    scale = subresources.scale
    for name, roots, words in (
        ("specReplicasPath", (".spec.",), ".spec"),
        ("statusReplicasPath", (".status.",), ".status"),
        ("labelSelectorPath", (".spec.", ".status."), "either .spec or .status"),
    ):
        at, text = f"{path}.scale.{name}", getattr(scale, name)
        if not text:
            errors += [] if name == "labelSelectorPath" else [required(at)]
            continue
        wrong = _validate_json_path(text, at)
        if not wrong and not text.startswith(roots):
            wrong = [invalid(at, text, f"should be a json path under {words}")]
        errors += wrong
    return errors


def _validate_conversion(conversion: Any, path: str) -> list[FieldError]:
    if conversion is None:
        return []
    errors = _one_of(conversion.strategy, _STRATEGIES, f"{path}.strategy")
    if conversion.strategy == "Webhook":
        webhook = conversion.webhook
        config = webhook.clientConfig if webhook is not None else None
        at = f"{path}.webhookClientConfig"
        if config is None:
            errors.append(required(at, "required when strategy is set to Webhook"))
        elif (config.url is None) == (config.service is None):
            errors.append(required(at, "exactly one of url or service is required"))
        if webhook is None or not webhook.conversionReviewVersions:
            errors.append(required(f"{path}.conversionReviewVersions"))
    return errors
