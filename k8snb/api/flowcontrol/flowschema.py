"""Sorts requests into flows and gives them a priority level (API priority and fairness) (flowcontrol.apiserver.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class FlowDistinguisherMethod(Struct):
    """How the flows of a schema are told apart."""

    type: str = Field("FlowDistinguisherMethodType", "ByUser or ByNamespace.", zero="", always=True)


class NonResourcePolicyRule(Struct):
    """Requests for paths that are no resources."""

    nonResourceURLs: tuple[str, ...] = Field(
        "[]string",
        "Paths such as /healthz; a * alone matches all, at the end everything below a directory.",
        zero=(),
        always=True,
        list_type="set",
    )
    verbs: tuple[str, ...] = Field(
        "[]string", "HTTP verbs in lower case, or * alone for all.", zero=(), always=True, list_type="set"
    )


class ResourcePolicyRule(Struct):
    """Requests for resources."""

    apiGroups: tuple[str, ...] = Field(
        "[]string", "API groups, or * alone for all.", zero=(), always=True, list_type="set"
    )
    clusterScope: bool = Field("bool", "Match requests that name no namespace.", zero=False)
    namespaces: tuple[str, ...] = Field(
        "[]string", "Namespaces, or * alone for all that name one.", zero=(), list_type="set"
    )
    resources: tuple[str, ...] = Field(
        "[]string",
        "Plural resource names, with /subresource if need be, or * alone for all.",
        zero=(),
        always=True,
        list_type="set",
    )
    verbs: tuple[str, ...] = Field("[]string", "API verbs, or * alone for all.", zero=(), always=True, list_type="set")


class GroupSubject(Struct):
    """All users of a group."""

    name: str = Field("string", "Group, or * for all groups.", zero="", always=True)


class ServiceAccountSubject(Struct):
    """A service account."""

    name: str = Field("string", "Service account, or * for all of the namespace.", zero="", always=True)
    namespace: str = Field("string", "Namespace of the service account.", zero="", always=True)


class UserSubject(Struct):
    """One user."""

    name: str = Field("string", "User name, or * for all users.", zero="", always=True)


class Subject(Struct):
    """Who asks; the field of the kind is set, the others are not."""

    group: GroupSubject | None = Field("*GroupSubject", "Group, if kind is Group.")
    kind: str = Field("SubjectKind", "User, Group or ServiceAccount.", zero="", always=True)
    serviceAccount: ServiceAccountSubject | None = Field(
        "*ServiceAccountSubject", "Service account, if kind is ServiceAccount."
    )
    user: UserSubject | None = Field("*UserSubject", "User, if kind is User.")


class PolicyRulesWithSubjects(Struct):
    """Who asks what: a request matches if a subject and any of the rules do."""

    nonResourceRules: tuple[NonResourcePolicyRule, ...] = Field(
        "[]NonResourcePolicyRule", "Paths that are no resources.", zero=(), list_type="atomic"
    )
    resourceRules: tuple[ResourcePolicyRule, ...] = Field(
        "[]ResourcePolicyRule", "Requests for resources.", zero=(), list_type="atomic"
    )
    subjects: tuple[Subject, ...] = Field(
        "[]Subject", "Users, groups and service accounts; at least one.", zero=(), always=True, list_type="atomic"
    )


class PriorityLevelConfigurationReference(Struct):
    """Points at a priority level."""

    name: str = Field("string", "Name of the priority level.", zero="", always=True)


class FlowSchemaSpec(Struct):
    """Which requests belong to a flow schema and what becomes of them."""

    distinguisherMethod: FlowDistinguisherMethod | None = Field(
        "*FlowDistinguisherMethod", "How requests of the schema are told apart into flows; unset puts all into one."
    )
    matchingPrecedence: int = Field(
        "int32", "Order in which schemas are tried: the lowest number first, 1 to 10000. Default 1000.", zero=0
    )
    priorityLevelConfiguration: PriorityLevelConfigurationReference = Field(
        "PriorityLevelConfigurationReference",
        "Priority level of the requests.",
        zero=PriorityLevelConfigurationReference(),
        always=True,
    )
    rules: tuple[PolicyRulesWithSubjects, ...] = Field(
        "[]PolicyRulesWithSubjects",
        "Requests that belong to the schema: those that match any rule. No rules, no requests.",
        zero=(),
        list_type="atomic",
    )


class FlowSchemaCondition(Struct):
    """One aspect of the state of a flow schema."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="")
    type: str = Field("FlowSchemaConditionType", "What the condition is about: Dangling.", zero="")


class FlowSchemaStatus(Struct):
    """Observed state of a flow schema."""

    conditions: tuple[FlowSchemaCondition, ...] = Field(
        "[]FlowSchemaCondition",
        "Dangling: whether the priority level is missing.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )


class FlowSchema(Object):
    """Sorts requests into flows and gives them a priority level (API priority and fairness)."""

    apiVersion: ClassVar[str] = "flowcontrol.apiserver.k8s.io/v1"
    kind: ClassVar[str] = "FlowSchema"
    spec: FlowSchemaSpec = Field(
        "FlowSchemaSpec", "Which requests belong to the schema, and where they go.", zero=FlowSchemaSpec(), always=True
    )
    status: FlowSchemaStatus = Field(
        "FlowSchemaStatus", "Whether the priority level exists.", zero=FlowSchemaStatus(), always=True
    )
