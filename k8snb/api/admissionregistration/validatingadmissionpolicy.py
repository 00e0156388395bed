"""Demands of objects, written in CEL; a binding puts them into force (admissionregistration.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.admissionregistration.webhookconfiguration import MatchCondition
from k8snb.api.meta import Condition, LabelSelector
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class AuditAnnotation(Struct):
    """A CEL expression whose value is written to the audit log."""

    key: str = Field("string", "Name of the annotation, without a prefix; unique in the policy.", zero="", always=True)
    valueExpression: str = Field(
        "string", "CEL expression of the value: a string, or null for none.", zero="", always=True
    )


class NamedRuleWithOperations(Struct):
    """Requests that a policy looks at, perhaps of certain names only."""

    apiGroups: tuple[str, ...] = Field("[]string", "API groups, or * alone for all.", zero=(), list_type="atomic")
    apiVersions: tuple[str, ...] = Field("[]string", "API versions, or * alone for all.", zero=(), list_type="atomic")
    operations: tuple[str, ...] = Field(
        "[]OperationType",
        "CREATE, UPDATE, DELETE, CONNECT, or * alone for all.",
        zero=(),
        enum=("*", "CONNECT", "CREATE", "DELETE", "UPDATE"),
        list_type="atomic",
    )
    resourceNames: tuple[str, ...] = Field(
        "[]string", "Names of objects; empty means all.", zero=(), list_type="atomic"
    )
    resources: tuple[str, ...] = Field(
        "[]string",
        "Plural names, with /subresource if need be; pods/* are all subresources of pods, * all resources, */* everything.",
        zero=(),
        list_type="atomic",
    )
    scope: str | None = Field(
        "*ScopeType", "Cluster, Namespaced, or * (default) for both.", enum=("*", "Cluster", "Namespaced")
    )
    map_type: ClassVar[str] = "atomic"


class MatchResources(Struct):
    """Requests that a policy looks at."""

    excludeResourceRules: tuple[NamedRuleWithOperations, ...] = Field(
        "[]NamedRuleWithOperations",
        "Requests it does not look at, though resourceRules would have them.",
        zero=(),
        list_type="atomic",
    )
    matchPolicy: str | None = Field(
        "*MatchPolicyType",
        "Exact, or Equivalent (default): also for other versions of the resources named.",
        enum=("Equivalent", "Exact"),
    )
    namespaceSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Namespaces whose objects are looked at; empty means all."
    )
    objectSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Objects, by their labels, that are looked at; empty means all."
    )
    resourceRules: tuple[NamedRuleWithOperations, ...] = Field(
        "[]NamedRuleWithOperations", "Requests that are looked at; any rule will do.", zero=(), list_type="atomic"
    )
    map_type: ClassVar[str] = "atomic"


class ParamKind(Struct):
    """The kind of a policy's parameters."""

    apiVersion: str = Field("string", "Group and version of the kind.", zero="")
    kind: str = Field("string", "The kind, such as ConfigMap.", zero="")
    map_type: ClassVar[str] = "atomic"


class Validation(Struct):
    """A CEL expression that an object must satisfy."""

    expression: str = Field(
        "string",
        "CEL expression over object, oldObject, request, params, namespaceObject, variables and authorizer.",
        zero="",
        always=True,
    )
    message: str = Field(
        "string", "What is said if it does not hold, on one line; else failed Expression and the expression.", zero=""
    )
    messageExpression: str = Field("string", "CEL expression that gives the message; it comes before message.", zero="")
    reason: str | None = Field(
        "*metav1.StatusReason",
        "Machine-readable reason: Unauthorized, Forbidden, Invalid (default) or RequestEntityTooLarge.",
    )


class Variable(Struct):
    """A named CEL expression that other expressions use as variables.NAME."""

    expression: str = Field("string", "CEL expression; variables before it may be used.", zero="", always=True)
    name: str = Field("string", "Name of the variable: a CEL identifier.", zero="", always=True)
    map_type: ClassVar[str] = "atomic"


class ValidatingAdmissionPolicySpec(Struct):
    """What a validating policy looks at and demands."""

    auditAnnotations: tuple[AuditAnnotation, ...] = Field(
        "[]AuditAnnotation", "Values for the audit log; this or validations must be given.", zero=(), list_type="atomic"
    )
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
    paramKind: ParamKind | None = Field("*ParamKind", "Kind of the parameters, if the expressions use any.")
    validations: tuple[Validation, ...] = Field(
        "[]Validation", "What is demanded; this or auditAnnotations must be given.", zero=(), list_type="atomic"
    )
    variables: tuple[Variable, ...] = Field(
        "[]Variable",
        "Named expressions for use in the others.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )


class ExpressionWarning(Struct):
    """A mistake that type checking has found."""

    fieldRef: str = Field("string", "Path of the field with the expression.", zero="", always=True)
    warning: str = Field("string", "What is wrong, type by type.", zero="", always=True)


class TypeChecking(Struct):
    """What type checking of a policy's expressions has found."""

    expressionWarnings: tuple[ExpressionWarning, ...] = Field(
        "[]ExpressionWarning", "The mistakes.", zero=(), list_type="atomic"
    )


class ValidatingAdmissionPolicyStatus(Struct):
    """Observed state of a validating policy."""

    conditions: tuple[Condition, ...] = Field(
        "[]metav1.Condition", "State of the policy, aspect by aspect.", zero=(), list_type="map", list_keys=("type",)
    )
    observedGeneration: int = Field("int64", "metadata.generation the status is about.", zero=0)
    typeChecking: TypeChecking | None = Field("*TypeChecking", "What type checking has found.")


class ValidatingAdmissionPolicy(Object):
    """Demands of objects, written in CEL; a binding puts them into force."""

    apiVersion: ClassVar[str] = "admissionregistration.k8s.io/v1"
    kind: ClassVar[str] = "ValidatingAdmissionPolicy"
    spec: ValidatingAdmissionPolicySpec = Field(
        "ValidatingAdmissionPolicySpec",
        "What the policy looks at and demands.",
        zero=ValidatingAdmissionPolicySpec(),
        always=True,
    )
    status: ValidatingAdmissionPolicyStatus = Field(
        "ValidatingAdmissionPolicyStatus",
        "What type checking has found.",
        zero=ValidatingAdmissionPolicyStatus(),
        always=True,
    )


class ParamRef(Struct):
    """The parameters of a policy: one object by name, or those with certain labels."""

    name: str = Field("string", "Name of the object; not together with selector.", zero="")
    namespace: str = Field(
        "string", "Namespace of the parameters; unset means that of the object in question.", zero=""
    )
    parameterNotFoundAction: str | None = Field(
        "*ParameterNotFoundActionType", "What happens if there is no such object: Allow or Deny."
    )
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Labels of the objects; the policy holds for each of them."
    )
    map_type: ClassVar[str] = "atomic"


class ValidatingAdmissionPolicyBindingSpec(Struct):
    """Where a policy is in force and what a breach leads to."""

    matchResources: MatchResources | None = Field(
        "*MatchResources", "Requests for which the binding holds, within those of the policy."
    )
    paramRef: ParamRef | None = Field("*ParamRef", "The parameters of the policy, if it has any.")
    policyName: str = Field("string", "The policy.", zero="", always=True)
    validationActions: tuple[str, ...] = Field(
        "[]ValidationAction",
        "What a breach leads to: Deny, Warn and Audit; Deny and Warn not together.",
        zero=(),
        always=True,
        enum=("Audit", "Deny", "Warn"),
        list_type="set",
    )


class ValidatingAdmissionPolicyBinding(Object):
    """Puts a validating policy into force."""

    apiVersion: ClassVar[str] = "admissionregistration.k8s.io/v1"
    kind: ClassVar[str] = "ValidatingAdmissionPolicyBinding"
    spec: ValidatingAdmissionPolicyBindingSpec = Field(
        "ValidatingAdmissionPolicyBindingSpec",
        "Where the policy is in force and what a breach leads to.",
        zero=ValidatingAdmissionPolicyBindingSpec(),
        always=True,
    )
