"""Changes of objects, written in CEL; a binding puts them into force (admissionregistration.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.admissionregistration.validatingadmissionpolicy import MatchResources, ParamKind, ParamRef, Variable
from k8snb.api.admissionregistration.webhookconfiguration import MatchCondition
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class ApplyConfiguration(Struct):
    """A CEL expression whose value is applied to the object, as server-side apply does."""

    expression: str = Field(
        "string", "CEL expression that gives an Object{…}; atomic lists, maps and structs may not be touched.", zero=""
    )


class JSONPatch(Struct):
    """A CEL expression that gives a JSON patch of the object."""

    expression: str = Field("string", "CEL expression that gives a list of JSONPatch{…}.", zero="")


class Mutation(Struct):
    """One change that a mutating policy makes."""

    applyConfiguration: ApplyConfiguration | None = Field(
        "*ApplyConfiguration", "The change as an apply configuration, if patchType is ApplyConfiguration."
    )
    jsonPatch: JSONPatch | None = Field("*JSONPatch", "The change as a JSON patch, if patchType is JSONPatch.")
    patchType: str = Field(
        "PatchType", "ApplyConfiguration or JSONPatch.", zero="", always=True, enum=("ApplyConfiguration", "JSONPatch")
    )


class MutatingAdmissionPolicySpec(Struct):
    """What a mutating policy looks at and changes."""

    failurePolicy: str | None = Field(
        "*FailurePolicyType",
        "What happens if an expression cannot be evaluated: Fail (default) or Ignore.",
        enum=("Fail", "Ignore"),
    )
    matchConditions: tuple[MatchCondition, ...] = Field(
        "[]MatchCondition",
        "CEL expressions that must all hold for the policy to be applied; at most 64.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    matchConstraints: MatchResources | None = Field("*MatchResources", "Requests that the policy looks at; required.")
    mutations: tuple[Mutation, ...] = Field(
        "[]Mutation", "The changes, made in this order; required.", zero=(), list_type="atomic"
    )
    paramKind: ParamKind | None = Field("*ParamKind", "Kind of the parameters, if the expressions use any.")
    reinvocationPolicy: str = Field(
        "ReinvocationPolicyType",
        "Never, or IfNeeded: apply it again if a later policy or webhook changed the object.",
        zero="",
        enum=("IfNeeded", "Never"),
    )
    variables: tuple[Variable, ...] = Field(
        "[]Variable", "Named expressions for use in the others.", zero=(), list_type="atomic"
    )


class MutatingAdmissionPolicy(Object):
    """Changes of objects, written in CEL; a binding puts them into force."""

    apiVersion: ClassVar[str] = "admissionregistration.k8s.io/v1"
    kind: ClassVar[str] = "MutatingAdmissionPolicy"
    spec: MutatingAdmissionPolicySpec = Field(
        "MutatingAdmissionPolicySpec",
        "What the policy looks at and changes.",
        zero=MutatingAdmissionPolicySpec(),
        always=True,
    )


class MutatingAdmissionPolicyBindingSpec(Struct):
    """Where a mutating policy is in force."""

    matchResources: MatchResources | None = Field(
        "*MatchResources", "Requests for which the binding holds, within those of the policy."
    )
    paramRef: ParamRef | None = Field("*ParamRef", "The parameters of the policy, if it has any.")
    policyName: str = Field("string", "The policy.", zero="")


class MutatingAdmissionPolicyBinding(Object):
    """Puts a mutating policy into force."""

    apiVersion: ClassVar[str] = "admissionregistration.k8s.io/v1"
    kind: ClassVar[str] = "MutatingAdmissionPolicyBinding"
    spec: MutatingAdmissionPolicyBindingSpec = Field(
        "MutatingAdmissionPolicyBindingSpec",
        "Where the policy is in force.",
        zero=MutatingAdmissionPolicyBindingSpec(),
        always=True,
    )
