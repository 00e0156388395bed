"""The parts that all objects share (meta.k8s.io/v1): metadata, owner references, label selectors, statuses, options."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, JSON, Field, Struct, Time


class Condition(Struct):
    """A general condition: one aspect of an object's state."""

    lastTransitionTime: Time | None = Field("Time", "When status last changed from one value to another.")
    message: str = Field(
        "string",
        "Details of the last change for a person to read; may be empty, at most 32768 characters.",
        zero="",
        always=True,
    )
    observedGeneration: int = Field(
        "int64",
        "metadata.generation the condition was set for; smaller than the present one means it is out of date.",
        zero=0,
    )
    reason: str = Field(
        "string", "CamelCase word for the cause of the last change; must not be empty.", zero="", always=True
    )
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "string",
        "What the condition is about, CamelCase or with a domain prefix; unique in the list.",
        zero="",
        always=True,
    )


class Preconditions(Struct):
    """What must hold for an operation to go through."""

    resourceVersion: str | None = Field("*string", "Resource version the object must have.")
    uid: str | None = Field("*types.UID", "UID the object must have.")


class DeleteOptions(Struct):
    """How an object is to be deleted."""

    apiVersion: str = Field(
        "string", "Group and version of the schema; v1, or that of the resource being deleted.", zero=""
    )
    dryRun: tuple[str, ...] = Field(
        "[]string", '"All" goes through every step but stores nothing.', zero=(), list_type="atomic"
    )
    gracePeriodSeconds: int | None = Field(
        "*int64", "Seconds until removal; 0 at once, unset the kind's default. Negative values are refused."
    )
    ignoreStoreReadErrorWithClusterBreakingPotential: bool | None = Field(
        "*bool",
        "Delete an object that cannot be read from storage, skipping finalizers and checks. Dangerous; default false.",
    )
    kind: str = Field("string", "Kind of the object: always DeleteOptions.", zero="")
    orphanDependents: bool | None = Field(
        "*bool", "Deprecated: true leaves dependents behind. Use propagationPolicy, never both."
    )
    preconditions: Preconditions | None = Field(
        "*Preconditions", "What must hold of the object, else the answer is 409 Conflict."
    )
    propagationPolicy: str | None = Field(
        "*DeletionPropagation",
        "Fate of dependents: Orphan keeps them, Background deletes them afterwards, Foreground before.",
    )


class FieldSelectorRequirement(Struct):
    """One comparison of a field selector."""

    key: str = Field("string", "Field the comparison is about, such as spec.nodeName.", zero="", always=True)
    operator: str = Field(
        "FieldSelectorOperator",
        "In, NotIn, Exists or DoesNotExist; more may come, so unknown ones must be tolerated.",
        zero="",
        always=True,
    )
    values: tuple[str, ...] = Field(
        "[]string", "Values to compare with: non-empty for In and NotIn, empty otherwise.", zero=(), list_type="atomic"
    )


class LabelSelectorRequirement(Struct):
    """One comparison of a label selector."""

    key: str = Field("string", "Label key.", zero="", always=True)
    operator: str = Field("LabelSelectorOperator", "In, NotIn, Exists or DoesNotExist.", zero="", always=True)
    values: tuple[str, ...] = Field(
        "[]string", "Values to compare with: non-empty for In and NotIn, empty otherwise.", zero=(), list_type="atomic"
    )


class LabelSelector(Struct):
    """A query over labels; all parts must hold. Empty matches everything, null nothing."""

    matchExpressions: tuple[LabelSelectorRequirement, ...] = Field(
        "[]LabelSelectorRequirement", "Comparisons of label values, ANDed.", zero=(), list_type="atomic"
    )
    matchLabels: Mapping[str, str] = Field(
        "map[string]string",
        "Labels that must be present with exactly these values; short for In with a single value.",
        zero=EMPTY_MAP,
    )
    map_type: ClassVar[str] = "atomic"


class ShardInfo(Struct):
    """Which shard of a collection a list holds."""

    selector: str = Field("string", "Shard selector the server applied, as the client gave it.", zero="", always=True)


class ListMeta(Struct):
    """Metadata of a list response."""

    continue_: str = Field(
        "string",
        "Token for the next page; empty on the last. It expires after a few minutes, then the server answers 410.",
        zero="",
        alias="continue",
    )
    remainingItemCount: int | None = Field(
        "*int64", "How many items follow this page; unset when unknown, as with selectors."
    )
    resourceVersion: str = Field(
        "string", "Version of the collection at the time of reading, from which a watch can go on.", zero=""
    )
    selfLink: str = Field("string", "Deprecated and no longer filled.", zero="")
    shardInfo: ShardInfo | None = Field(
        "*ShardInfo", "Set when the list holds only a shard of the collection, as the client asked."
    )


class ManagedFieldsEntry(Struct):
    """Fields that one manager set through one version and operation."""

    apiVersion: str = Field("string", "API version in which the fields are written down.", zero="")
    fieldsType: str = Field("string", "Format of the field set: always FieldsV1.", zero="")
    fieldsV1: JSON = Field("*FieldsV1", "The field set itself.")
    manager: str = Field("string", "Name of the workflow, such as kubectl-client-side-apply.", zero="")
    operation: str = Field(
        "ManagedFieldsOperationType", "Apply for server-side apply, Update for everything else.", zero=""
    )
    subresource: str = Field(
        "string", "Subresource written through, such as status; empty for the object itself.", zero=""
    )
    time: Time | None = Field("*Time", "When the entry was made or its field set last changed.")


class OwnerReference(Struct):
    """Names an object that owns this one; it is in the same namespace or cluster-wide."""

    apiVersion: str = Field("string", "API version of the owner.", zero="", always=True)
    blockOwnerDeletion: bool | None = Field(
        "*bool", "Whether a foreground deletion of the owner waits for this object. Default false."
    )
    controller: bool | None = Field(
        "*bool", "Whether the owner is the managing controller; at most one reference may say true."
    )
    kind: str = Field("string", "Kind of the owner.", zero="", always=True)
    name: str = Field("string", "Name of the owner.", zero="", always=True)
    uid: str = Field(
        "types.UID", "UID of the owner; a recreated owner of the same name does not count.", zero="", always=True
    )
    map_type: ClassVar[str] = "atomic"


class ObjectMeta(Struct):
    """Metadata every stored object has; part set by users, part by the server."""

    annotations: Mapping[str, str] = Field(
        "map[string]string",
        "Free-form notes for tools and people, not usable for selection; 256 KiB in total.",
        zero=EMPTY_MAP,
    )
    creationTimestamp: Time | None = Field(
        "Time", "When the server created the object; set by the server and never changed."
    )
    deletionGracePeriodSeconds: int | None = Field(
        "*int64", "Seconds the object has for an orderly shutdown; set with deletionTimestamp and only ever shortened."
    )
    deletionTimestamp: Time | None = Field(
        "*Time", "When the object is to be gone. Set by the server at deletion; it cannot be unset."
    )
    finalizers: tuple[str, ...] = Field(
        "[]string",
        "Who must clean up before removal; while the list is not empty a deleted object stays around.",
        zero=(),
        list_type="set",
        strategy="merge",
    )
    generateName: str = Field(
        "string",
        "Prefix for a name made by the server, which adds 5 random characters. Used only without name.",
        zero="",
    )
    generation: int = Field("int64", "Sequence number of the desired state, raised when the spec changes.", zero=0)
    labels: Mapping[str, str] = Field(
        "map[string]string", "Key/value pairs that selectors match; values have at most 63 characters.", zero=EMPTY_MAP
    )
    managedFields: tuple[ManagedFieldsEntry, ...] = Field(
        "[]ManagedFieldsEntry",
        "Which manager set which fields, as server-side apply records it.",
        zero=(),
        list_type="atomic",
    )
    name: str = Field("string", "Name, unique among objects of the resource in the namespace; immutable.", zero="")
    namespace: str = Field(
        "string", "Namespace the object lives in; empty for cluster-wide objects. Immutable.", zero=""
    )
    ownerReferences: tuple[OwnerReference, ...] = Field(
        "[]OwnerReference",
        "Objects this one depends on; it is garbage collected when all of them are gone.",
        zero=(),
        list_type="map",
        list_keys=("uid",),
        merge_key="uid",
        strategy="merge",
    )
    resourceVersion: str = Field(
        "string",
        "Opaque version of the object, for optimistic locking and watches; compare it for equality only.",
        zero="",
    )
    selfLink: str = Field("string", "Deprecated and no longer filled.", zero="")
    uid: str = Field("types.UID", "Id unique in time and space, given by the server at creation.", zero="")


class StatusCause(Struct):
    """One problem behind an error."""

    field: str = Field("string", "Field at fault as a path, such as spec.containers[0].image.", zero="")
    message: str = Field("string", "What is wrong with it, for a person to read.", zero="")
    reason: str = Field(
        "CauseType", "Machine-readable cause, such as FieldValueInvalid or FieldValueRequired.", zero=""
    )


class StatusDetails(Struct):
    """What an error is about."""

    causes: tuple[StatusCause, ...] = Field(
        "[]StatusCause", "Single problems, for instance one for every invalid field.", zero=(), list_type="atomic"
    )
    group: str = Field("string", "API group of the resource concerned.", zero="")
    kind: str = Field("string", "Kind, or often the resource name, the error is about.", zero="")
    name: str = Field("string", "Name of the object the error is about.", zero="")
    retryAfterSeconds: int = Field(
        "int32", "Seconds to wait before another try; 0 when retrying makes no sense or needs no wait.", zero=0
    )
    uid: str = Field("types.UID", "UID of the object the error is about.", zero="")


class Status(Struct):
    """Answer of a request that returns no object, above all an error."""

    apiVersion: str = Field("string", "Group and version of the schema: always v1.", zero="")
    code: int = Field("int32", "HTTP status code suggested for the answer; 0 when not set.", zero=0)
    details: StatusDetails | None = Field("*StatusDetails", "Further facts for programs, depending on reason.")
    kind: str = Field("string", "Kind of the object: always Status.", zero="")
    message: str = Field("string", "Description of the outcome for a person to read.", zero="")
    metadata: ListMeta = Field("ListMeta", "List metadata, nearly always empty here.", zero=ListMeta(), always=True)
    reason: str = Field(
        "StatusReason",
        "Machine-readable cause, such as NotFound, AlreadyExists, Conflict, Invalid or Forbidden; empty if unknown.",
        zero="",
    )
    status: str = Field("string", "Success or Failure.", zero="")
