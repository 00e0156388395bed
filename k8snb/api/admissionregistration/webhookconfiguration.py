"""Webhooks that may change objects before they are stored (admissionregistration.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import LabelSelector
from k8snb.api.model import Bytes, Field, Struct
from k8snb.api.object import Object


class MatchCondition(Struct):
    """A CEL expression that a request must satisfy."""

    expression: str = Field(
        "string",
        "CEL expression over object, oldObject, request and authorizer that gives true or false.",
        zero="",
        always=True,
    )
    name: str = Field("string", "Qualified name of the condition, unique in the list.", zero="", always=True)


class RuleWithOperations(Struct):
    """Requests that a webhook wants to see."""

    apiGroups: tuple[str, ...] = Field("[]string", "API groups, or * alone for all.", zero=(), list_type="atomic")
    apiVersions: tuple[str, ...] = Field("[]string", "API versions, or * alone for all.", zero=(), list_type="atomic")
    operations: tuple[str, ...] = Field(
        "[]OperationType",
        "CREATE, UPDATE, DELETE, CONNECT, or * alone for all.",
        zero=(),
        enum=("*", "CONNECT", "CREATE", "DELETE", "UPDATE"),
        list_type="atomic",
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


class ServiceReference(Struct):
    """The service that runs a webhook."""

    name: str = Field("string", "Name of the service.", zero="", always=True)
    namespace: str = Field("string", "Namespace of the service.", zero="", always=True)
    path: str | None = Field("*string", "URL path that is asked.")
    port: int | None = Field("*int32", "Port of the service; default 443.")


class WebhookClientConfig(Struct):
    """How a webhook is reached: by URL or by service."""

    caBundle: Bytes = Field(
        "[]byte",
        "PEM certificates that the webhook's certificate must be signed by; unset means the system's roots.",
        zero="",
    )
    service: ServiceReference | None = Field("*ServiceReference", "Service of the cluster that runs the webhook.")
    url: str | None = Field("*string", "https URL of a webhook outside the cluster; not together with service.")


class MutatingWebhook(Struct):
    """A webhook that may change objects before they are stored."""

    admissionReviewVersions: tuple[str, ...] = Field(
        "[]string",
        "Versions of AdmissionReview that the webhook understands, best first; v1 is usual.",
        zero=(),
        always=True,
        list_type="atomic",
    )
    clientConfig: WebhookClientConfig = Field(
        "WebhookClientConfig", "How the webhook is reached.", zero=WebhookClientConfig(), always=True
    )
    failurePolicy: str | None = Field(
        "*FailurePolicyType", "What happens if it cannot be reached: Fail (default) or Ignore.", enum=("Fail", "Ignore")
    )
    matchConditions: tuple[MatchCondition, ...] = Field(
        "[]MatchCondition",
        "CEL expressions that must all hold for the webhook to be called; at most 64.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    matchPolicy: str | None = Field(
        "*MatchPolicyType",
        "Exact, or Equivalent (default): also for other versions of the resources named.",
        enum=("Equivalent", "Exact"),
    )
    name: str = Field(
        "string",
        "Qualified name of the webhook, with at least three segments (imagepolicy.example.com).",
        zero="",
        always=True,
    )
    namespaceSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Namespaces whose objects the webhook sees; empty means all."
    )
    objectSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Objects, by their labels, that the webhook sees; empty means all."
    )
    reinvocationPolicy: str | None = Field(
        "*ReinvocationPolicyType",
        "Never (default), or IfNeeded: call it again if a later webhook changed the object.",
        enum=("IfNeeded", "Never"),
    )
    rules: tuple[RuleWithOperations, ...] = Field(
        "[]RuleWithOperations", "Requests that the webhook sees; any rule will do.", zero=(), list_type="atomic"
    )
    sideEffects: str = Field(
        "*SideEffectClass",
        "None or NoneOnDryRun: whether calling the webhook does anything else.",
        zero="",
        always=True,
        enum=("None", "NoneOnDryRun", "Some", "Unknown"),
    )
    timeoutSeconds: int | None = Field("*int32", "Seconds to wait for an answer, 1 to 30. Default 10.")


class MutatingWebhookConfiguration(Object):
    """Webhooks that may change objects before they are stored."""

    apiVersion: ClassVar[str] = "admissionregistration.k8s.io/v1"
    kind: ClassVar[str] = "MutatingWebhookConfiguration"
    webhooks: tuple[MutatingWebhook, ...] = Field(
        "[]MutatingWebhook",
        "The webhooks, each with the requests it wants to see.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )


class ValidatingWebhook(Struct):
    """A webhook that may refuse objects."""

    admissionReviewVersions: tuple[str, ...] = Field(
        "[]string",
        "Versions of AdmissionReview that the webhook understands, best first; v1 is usual.",
        zero=(),
        always=True,
        list_type="atomic",
    )
    clientConfig: WebhookClientConfig = Field(
        "WebhookClientConfig", "How the webhook is reached.", zero=WebhookClientConfig(), always=True
    )
    failurePolicy: str | None = Field(
        "*FailurePolicyType", "What happens if it cannot be reached: Fail (default) or Ignore.", enum=("Fail", "Ignore")
    )
    matchConditions: tuple[MatchCondition, ...] = Field(
        "[]MatchCondition",
        "CEL expressions that must all hold for the webhook to be called; at most 64.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    matchPolicy: str | None = Field(
        "*MatchPolicyType",
        "Exact, or Equivalent (default): also for other versions of the resources named.",
        enum=("Equivalent", "Exact"),
    )
    name: str = Field(
        "string",
        "Qualified name of the webhook, with at least three segments (imagepolicy.example.com).",
        zero="",
        always=True,
    )
    namespaceSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Namespaces whose objects the webhook sees; empty means all."
    )
    objectSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Objects, by their labels, that the webhook sees; empty means all."
    )
    rules: tuple[RuleWithOperations, ...] = Field(
        "[]RuleWithOperations", "Requests that the webhook sees; any rule will do.", zero=(), list_type="atomic"
    )
    sideEffects: str = Field(
        "*SideEffectClass",
        "None or NoneOnDryRun: whether calling the webhook does anything else.",
        zero="",
        always=True,
        enum=("None", "NoneOnDryRun", "Some", "Unknown"),
    )
    timeoutSeconds: int | None = Field("*int32", "Seconds to wait for an answer, 1 to 30. Default 10.")


class ValidatingWebhookConfiguration(Object):
    """Webhooks that may refuse objects."""

    apiVersion: ClassVar[str] = "admissionregistration.k8s.io/v1"
    kind: ClassVar[str] = "ValidatingWebhookConfiguration"
    webhooks: tuple[ValidatingWebhook, ...] = Field(
        "[]ValidatingWebhook",
        "The webhooks, each with the requests it wants to see.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
