"""Webhook configurations, admission policies and their bindings.

They are checked and shown as upstream's, but none is kept: this server asks no webhooks and evaluates no policies, and the
admission plugin of that name refuses them. Source: `pkg/registry/admissionregistration`,
`pkg/apis/admissionregistration/v1/defaults.go`, printers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.meta import LabelSelector
from k8snb.api.selector import from_label_selector
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_NAME = Column("Name", format="name")
_AGE = Column("Age")
_UNSET = "<unset>"
_EVERYTHING = LabelSelector()


class _Configuration(Strategy):
    """What all six kinds do alike: what is demanded of a new one is demanded of a changed one."""

    unconditional_update: ClassVar[bool] = False

    def prepare_create(self, ctx: Context, obj: Any) -> Any:
        return super().prepare_create(ctx, obj.replace(metadata=obj.metadata.replace(generation=1)))

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return self.validate(ctx, obj)


class WebhookConfigurationStrategy(_Configuration):
    """Webhooks that are to be asked about writes."""

    columns: ClassVar[tuple[Column, ...]] = (_NAME, Column("Webhooks", "integer"), _AGE)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("webhookconfiguration", "validate_webhook_configuration")(obj)

    def defaults(self, obj: Any) -> Any:
        return obj.replace(webhooks=tuple(_webhook(hook) for hook in obj.webhooks) or None)

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, len(obj.webhooks), age(obj, now)]


class ValidatingAdmissionPolicyStrategy(_Configuration):
    """Demands of objects, in CEL."""

    columns: ClassVar[tuple[Column, ...]] = (_NAME, Column("Validations", "integer"), Column("ParamKind"), _AGE)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("admissionpolicy", "validate_validating_admission_policy")(obj)

    def defaults(self, obj: Any) -> Any:
        return obj.replace(spec=_policy(obj.spec))

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, len(obj.spec.validations), _kind(obj.spec.paramKind), age(obj, now)]


class MutatingAdmissionPolicyStrategy(_Configuration):
    """Changes of objects, in CEL."""

    columns: ClassVar[tuple[Column, ...]] = (_NAME, Column("Mutations", "integer"), Column("ParamKind"), _AGE)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("admissionpolicy", "validate_mutating_admission_policy")(obj)

    def defaults(self, obj: Any) -> Any:
        return obj.replace(spec=_policy(obj.spec))

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, len(obj.spec.mutations), _kind(obj.spec.paramKind), age(obj, now)]


class AdmissionPolicyBindingStrategy(_Configuration):
    """Puts a policy into force."""

    columns: ClassVar[tuple[Column, ...]] = (_NAME, Column("PolicyName"), Column("ParamRef"), _AGE)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("admissionpolicy", "validate_admission_policy_binding")(obj)

    def defaults(self, obj: Any) -> Any:
        spec = obj.spec
        if spec.matchResources is not None:
            spec = spec.replace(matchResources=_matches(spec.matchResources))
        if spec.paramRef is not None and spec.paramRef.parameterNotFoundAction is None:
            spec = spec.replace(paramRef=spec.paramRef.replace(parameterNotFoundAction="Deny"))
        return obj.replace(spec=spec)

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, obj.spec.policyName, _parameters(obj.spec.paramRef), age(obj, now)]


def _kind(kind: Any) -> str:
    return _UNSET if kind is None else f"{kind.apiVersion}/{kind.kind}"


def _parameters(reference: Any) -> str:
    if reference is None:
        return _UNSET
    if reference.name:
        return f"{reference.namespace or '*'}/{reference.name}"
    return _UNSET if reference.selector is None else str(from_label_selector(reference.selector))


def _filled(part: Any, **values: Any) -> Any:
    """The part with values for what it leaves out."""
    return part.replace(**{name: value for name, value in values.items() if name not in part.__dict__})


def _webhook(hook: Any) -> Any:
    values: dict[str, Any] = {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": _EVERYTHING,
        "objectSelector": _EVERYTHING,
        "timeoutSeconds": 10,
    }
    if "reinvocationPolicy" in type(hook).__pydantic_fields__:
        values["reinvocationPolicy"] = "Never"
    client = hook.clientConfig
    if client.service is not None:
        client = client.replace(service=_filled(client.service, port=443))
    return _filled(hook, **values).replace(clientConfig=client, rules=_rules(hook.rules))


def _policy(spec: Any) -> Any:
    filled = _filled(spec, failurePolicy="Fail")
    if spec.matchConstraints is None:
        return filled
    return filled.replace(matchConstraints=_matches(spec.matchConstraints))


def _matches(matches: Any) -> Any:
    filled = _filled(matches, matchPolicy="Equivalent", namespaceSelector=_EVERYTHING, objectSelector=_EVERYTHING)
    rules = {name: _rules(getattr(matches, name)) for name in ("resourceRules", "excludeResourceRules")}
    return filled.replace(**rules)


def _rules(rules: tuple[Any, ...]) -> tuple[Any, ...] | None:
    return tuple(_filled(rule, scope="*") for rule in rules) or None
