"""Adds a resource of one's own to the API; its name must be <plural>.<group> (apiextensions.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, JSON, Bytes, Field, Struct, Time
from k8snb.api.object import Object


class ServiceReference(Struct):
    """A service to call."""

    name: str = Field("string", "Name of the service.", zero="", always=True)
    namespace: str = Field("string", "Namespace of the service.", zero="", always=True)
    path: str | None = Field("*string", "URL path to call.")
    port: int | None = Field("*int32", "Port of the service. Default 443.")


class WebhookClientConfig(Struct):
    """Where a webhook is; either url or service is set."""

    caBundle: Bytes = Field(
        "[]byte", "PEM certificates, in base64, to verify the webhook's with; the system's when unset.", zero=""
    )
    service: ServiceReference | None = Field("*ServiceReference", "Service in the cluster, reached over TLS.")
    url: str | None = Field("*string", "Full https URL, without user, query or fragment.")


class WebhookConversion(Struct):
    """How to call a conversion webhook."""

    clientConfig: WebhookClientConfig | None = Field("*WebhookClientConfig", "Where the webhook is; required.")
    conversionReviewVersions: tuple[str, ...] = Field(
        "[]string",
        "ConversionReview versions the webhook understands, the preferred first; one must be known to the server.",
        zero=(),
        always=True,
        list_type="atomic",
    )


class CustomResourceConversion(Struct):
    """How objects are converted between versions."""

    strategy: str = Field(
        "ConversionStrategyType", "None only changes apiVersion; Webhook asks an outside service.", zero="", always=True
    )
    webhook: WebhookConversion | None = Field(
        "*WebhookConversion", "How to call the webhook; required for strategy Webhook."
    )


class CustomResourceDefinitionNames(Struct):
    """Names of a resource."""

    categories: tuple[str, ...] = Field(
        "[]string", "Groups the resource belongs to, such as all, for kubectl get.", zero=(), list_type="atomic"
    )
    kind: str = Field("string", "Kind of the objects: CamelCase and singular.", zero="", always=True)
    listKind: str = Field("string", "Kind of lists of the objects. Default <kind>List.", zero="")
    plural: str = Field("string", "Plural name used in URLs, all lower case.", zero="", always=True)
    shortNames: tuple[str, ...] = Field(
        "[]string", "Abbreviations kubectl accepts, all lower case.", zero=(), list_type="atomic"
    )
    singular: str = Field("string", "Singular name, all lower case. Default: kind in lower case.", zero="")


class CustomResourceColumnDefinition(Struct):
    """A column of the table kubectl prints."""

    description: str = Field("string", "What the column shows.", zero="")
    format: str = Field("string", "Refinement of type, such as name, which marks the object's primary id.", zero="")
    jsonPath: str = Field(
        "string", "Simple JSONPath, starting with a dot, that is evaluated on each object.", zero="", always=True
    )
    name: str = Field("string", "Heading of the column.", zero="", always=True)
    priority: int = Field("int32", "0 is always shown, a higher one only with -o wide. Default 0.", zero=0)
    type: str = Field(
        "string", "OpenAPI type of the value: integer, number, string, boolean or date.", zero="", always=True
    )


class CustomResourceSubresourceScale(Struct):
    """Tells the scale subresource where to find its numbers."""

    labelSelectorPath: str | None = Field(
        "*string", "Path below .status or .spec of a string with the pods' selector; autoscalers need it."
    )
    specReplicasPath: str = Field("string", "Path below .spec of the number of pods wanted.", zero="", always=True)
    statusReplicasPath: str = Field(
        "string", "Path below .status of the number of pods seen; a missing value counts as 0.", zero="", always=True
    )


class CustomResourceSubresourceStatus(Struct):
    """Switches the status subresource on; it has no settings."""


class CustomResourceSubresources(Struct):
    """Subresources of a custom resource."""

    scale: CustomResourceSubresourceScale | None = Field(
        "*CustomResourceSubresourceScale", "Serves /scale, as kubectl scale and autoscalers use it."
    )
    status: CustomResourceSubresourceStatus | None = Field(
        "*CustomResourceSubresourceStatus",
        "Serves /status; then the main URL ignores changes of status, and only spec changes raise generation.",
    )


class ExternalDocumentation(Struct):
    """Points at documentation elsewhere."""

    description: str = Field("string", "What is to be found there.", zero="")
    url: str = Field("string", "Address of the documentation.", zero="")


class ValidationRule(Struct):
    """A CEL rule on a value."""

    fieldPath: str = Field(
        "string",
        "Field reported in the error, relative to the value, such as .spec.replicas; must exist in the schema.",
        zero="",
    )
    message: str = Field(
        "string", 'Error text; required if the rule has line breaks. Default "failed rule: …".', zero=""
    )
    messageExpression: str = Field(
        "string", "CEL expression that makes the error text; wins over message unless it fails.", zero=""
    )
    optionalOldSelf: bool | None = Field(
        "*bool", "Makes oldSelf an optional, so that a transition rule also runs on creation."
    )
    reason: str | None = Field(
        "*FieldValueErrorReason",
        "Reason reported: FieldValueInvalid (default), FieldValueForbidden, FieldValueRequired or FieldValueDuplicate.",
        enum=("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"),
    )
    rule: str = Field(
        "string",
        "CEL expression that must be true; self is the value, oldSelf the previous one in updates.",
        zero="",
        always=True,
    )


class JSONSchemaProps(Struct):
    """A schema, in the structural subset of OpenAPI v3 that custom resources may use."""

    ref: str | None = Field("*string", "Reference to another schema; not allowed in structural schemas.", alias="$ref")
    schema_: str = Field(
        "JSONSchemaURL", "Dialect the schema is written in; not allowed for custom resources.", zero="", alias="$schema"
    )
    additionalItems: JSON = Field(
        "*JSONSchemaPropsOrBool", "Schema of further list items; not allowed in structural schemas."
    )
    additionalProperties: JSON = Field(
        "*JSONSchemaPropsOrBool", "Schema of the values of a map, or true for any; excludes properties."
    )
    allOf: "tuple[JSONSchemaProps, ...]" = Field(
        "[]JSONSchemaProps",
        "Schemas that must all hold; they validate only and cannot add fields.",
        zero=(),
        list_type="atomic",
    )
    anyOf: "tuple[JSONSchemaProps, ...]" = Field(
        "[]JSONSchemaProps",
        "Schemas of which one at least must hold; they validate only and cannot add fields.",
        zero=(),
        list_type="atomic",
    )
    default: JSON = Field("*JSON", "Value filled in when the field is missing; must be valid itself.")
    definitions: "Mapping[str, JSONSchemaProps]" = Field(
        "JSONSchemaDefinitions", "Named schemas for reference; not allowed for custom resources.", zero=EMPTY_MAP
    )
    dependencies: Mapping[str, JSON] = Field(
        "JSONSchemaDependencies",
        "What must hold if a field is present; not allowed for custom resources.",
        zero=EMPTY_MAP,
    )
    description: str = Field("string", "What the value means; shown by kubectl explain.", zero="")
    enum: tuple[JSON, ...] = Field("[]JSON", "Values allowed.", zero=(), list_type="atomic")
    example: JSON = Field("*JSON", "A sample value, for documentation only.")
    exclusiveMaximum: bool = Field("bool", "Whether maximum itself is excluded. Default false.", zero=False)
    exclusiveMinimum: bool = Field("bool", "Whether minimum itself is excluded. Default false.", zero=False)
    externalDocs: ExternalDocumentation | None = Field("*ExternalDocumentation", "Documentation found elsewhere.")
    format: str = Field(
        "string",
        "Refinement of type that is validated if known, such as date-time, uuid, ipv4, byte or int64.",
        zero="",
    )
    id: str = Field("string", "Id of the schema; not allowed for custom resources.", zero="")
    items: JSON = Field("*JSONSchemaPropsOrArray", "Schema of the items of a list; required for type array.")
    maxItems: int | None = Field("*int64", "Most items a list may have.")
    maxLength: int | None = Field("*int64", "Most characters a string may have.")
    maxProperties: int | None = Field("*int64", "Most entries a map may have.")
    maximum: float | None = Field("*float64", "Largest number allowed.")
    minItems: int | None = Field("*int64", "Fewest items a list may have.")
    minLength: int | None = Field("*int64", "Fewest characters a string may have.")
    minProperties: int | None = Field("*int64", "Fewest entries a map may have.")
    minimum: float | None = Field("*float64", "Smallest number allowed.")
    multipleOf: float | None = Field("*float64", "Number the value must be a multiple of.")
    not_: "JSONSchemaProps | None" = Field(
        "*JSONSchemaProps", "Schema that must not hold; it validates only and cannot add fields.", alias="not"
    )
    nullable: bool = Field(
        "bool",
        "Whether null is allowed; otherwise it is dropped, and then the default applies. Default false.",
        zero=False,
    )
    oneOf: "tuple[JSONSchemaProps, ...]" = Field(
        "[]JSONSchemaProps",
        "Schemas of which exactly one must hold; they validate only and cannot add fields.",
        zero=(),
        list_type="atomic",
    )
    pattern: str = Field("string", "Regular expression a string must contain a match of.", zero="")
    patternProperties: "Mapping[str, JSONSchemaProps]" = Field(
        "map[string]JSONSchemaProps",
        "Schemas by pattern of the field name; not allowed in structural schemas.",
        zero=EMPTY_MAP,
    )
    properties: "Mapping[str, JSONSchemaProps]" = Field(
        "map[string]JSONSchemaProps", "Schemas of the fields of an object.", zero=EMPTY_MAP
    )
    required: tuple[str, ...] = Field("[]string", "Fields that must be present.", zero=(), list_type="atomic")
    title: str = Field("string", "Short name of the schema.", zero="")
    type: str = Field(
        "string",
        "object, array, string, integer, number or boolean; required at every level but for int-or-string and preserved ones.",
        zero="",
    )
    uniqueItems: bool = Field(
        "bool", "Must stay false: checking it would be too costly; use list type set instead.", zero=False
    )
    x_kubernetes_embedded_resource: bool = Field(
        "bool",
        "The value is a whole object with apiVersion, kind and metadata, which are validated.",
        zero=False,
        alias="x-kubernetes-embedded-resource",
    )
    x_kubernetes_int_or_string: bool = Field(
        "bool",
        "The value is an integer or a string; type must then be left out.",
        zero=False,
        alias="x-kubernetes-int-or-string",
    )
    x_kubernetes_list_map_keys: tuple[str, ...] = Field(
        "[]string",
        "Fields that together identify an item of a list of type map.",
        zero=(),
        alias="x-kubernetes-list-map-keys",
        list_type="atomic",
    )
    x_kubernetes_list_type: str | None = Field(
        "*string", "How lists merge in server-side apply: atomic (default), set or map.", alias="x-kubernetes-list-type"
    )
    x_kubernetes_map_type: str | None = Field(
        "*string",
        "How objects merge in server-side apply: granular (default) or atomic.",
        alias="x-kubernetes-map-type",
    )
    x_kubernetes_preserve_unknown_fields: bool | None = Field(
        "*bool",
        "True keeps fields outside the schema instead of pruning them; false is not allowed.",
        alias="x-kubernetes-preserve-unknown-fields",
    )
    x_kubernetes_validations: tuple[ValidationRule, ...] = Field(
        "ValidationRules",
        "Further rules, written in CEL.",
        zero=(),
        alias="x-kubernetes-validations",
        list_type="map",
        list_keys=("rule",),
        merge_key="rule",
        strategy="merge",
    )


class CustomResourceValidation(Struct):
    """How objects are validated."""

    openAPIV3Schema: JSONSchemaProps | None = Field(
        "*JSONSchemaProps", "Structural schema of the objects, in the OpenAPI v3 subset."
    )


class SelectableField(Struct):
    """A field usable in field selectors."""

    jsonPath: str = Field(
        "string", "Simple path, without arrays, to a string, integer or boolean outside metadata.", zero="", always=True
    )


class CustomResourceDefinitionVersion(Struct):
    """One version of a resource."""

    additionalPrinterColumns: tuple[CustomResourceColumnDefinition, ...] = Field(
        "[]CustomResourceColumnDefinition",
        "Columns of the table kubectl prints. Default: only the age.",
        zero=(),
        list_type="atomic",
    )
    deprecated: bool = Field(
        "bool", "Whether use of the version is answered with a warning. Default false.", zero=False
    )
    deprecationWarning: str | None = Field(
        "*string", "Text of that warning instead of the default one; only if deprecated."
    )
    name: str = Field("string", "Version name, such as v1 or v1beta1; it appears in the URL.", zero="", always=True)
    schema_: CustomResourceValidation | None = Field(
        "*CustomResourceValidation",
        "Schema objects are validated, pruned and defaulted with; required.",
        alias="schema",
    )
    selectableFields: tuple[SelectableField, ...] = Field(
        "[]SelectableField",
        "Fields usable in field selectors besides name and namespace; at most 8.",
        zero=(),
        list_type="atomic",
    )
    served: bool = Field("bool", "Whether the version is available in the API.", zero=False, always=True)
    storage: bool = Field(
        "bool", "Whether objects are stored in this version; true for exactly one.", zero=False, always=True
    )
    subresources: CustomResourceSubresources | None = Field(
        "*CustomResourceSubresources", "Subresources of the version; none when unset."
    )


class CustomResourceDefinitionSpec(Struct):
    """Content of a definition."""

    conversion: CustomResourceConversion | None = Field(
        "*CustomResourceConversion", "How objects are converted between versions. Default: only apiVersion is changed."
    )
    group: str = Field("string", "API group the resource is served in; immutable.", zero="", always=True)
    names: CustomResourceDefinitionNames = Field(
        "CustomResourceDefinitionNames",
        "Names of the resource and its kind.",
        zero=CustomResourceDefinitionNames(),
        always=True,
    )
    preserveUnknownFields: bool = Field(
        "bool", "Leftover of the beta version; must be false, so that fields outside the schema are pruned.", zero=False
    )
    scope: str = Field("ResourceScope", "Namespaced or Cluster; immutable.", zero="", always=True)
    versions: tuple[CustomResourceDefinitionVersion, ...] = Field(
        "[]CustomResourceDefinitionVersion",
        "Versions of the resource; exactly one of them is stored.",
        zero=(),
        always=True,
        list_type="atomic",
    )


class CustomResourceDefinitionCondition(Struct):
    """One aspect of a definition's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    observedGeneration: int = Field("int64", "metadata.generation the condition was set for.", zero=0)
    reason: str = Field("string", "CamelCase word for the cause, such as InitialNamesAccepted.", zero="")
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "CustomResourceDefinitionConditionType",
        "Established, NamesAccepted, NonStructuralSchema, Terminating, KubernetesAPIApprovalPolicyConformant or StorageMigrating.",
        zero="",
        always=True,
    )


class CustomResourceDefinitionStatus(Struct):
    """Observed state of a definition."""

    acceptedNames: CustomResourceDefinitionNames = Field(
        "CustomResourceDefinitionNames",
        "Names really served; they differ from the spec's when there is a conflict.",
        zero=CustomResourceDefinitionNames(),
        always=True,
    )
    conditions: tuple[CustomResourceDefinitionCondition, ...] = Field(
        "[]CustomResourceDefinitionCondition",
        "Established, NamesAccepted, NonStructuralSchema, Terminating and so on.",
        zero=(),
        list_type="map",
        list_keys=("type",),
    )
    observedGeneration: int = Field("int64", "Generation of the definition this status reflects.", zero=0)
    storedVersions: tuple[str, ...] = Field(
        "[]string",
        "Versions in which objects were ever stored; none of them may be removed before migrating.",
        zero=(),
        list_type="atomic",
    )


class CustomResourceDefinition(Object):
    """Adds a resource of one's own to the API; its name must be <plural>.<group>."""

    apiVersion: ClassVar[str] = "apiextensions.k8s.io/v1"
    kind: ClassVar[str] = "CustomResourceDefinition"
    spec: CustomResourceDefinitionSpec = Field(
        "CustomResourceDefinitionSpec",
        "Names, scope and versions of the new resource.",
        zero=CustomResourceDefinitionSpec(),
        always=True,
    )
    status: CustomResourceDefinitionStatus = Field(
        "CustomResourceDefinitionStatus",
        "Whether the resource is served, and under which names.",
        zero=CustomResourceDefinitionStatus(),
        always=True,
    )
