"""How many requests of a priority the server handles at once, and what becomes of the rest (flowcontrol.apiserver.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class ExemptPriorityLevelConfiguration(Struct):
    """What an exempt level lends to others."""

    lendablePercent: int | None = Field(
        "*int32", "Percentage of the level's share that others may borrow, 0 to 100. Default 0."
    )
    nominalConcurrencyShares: int | None = Field(
        "*int32", "Share of the server's concurrency that is set aside for the level. Default 0."
    )


class QueuingConfiguration(Struct):
    """Queues of a priority level, over which flows are spread by shuffle sharding."""

    handSize: int = Field("int32", "How many queues a flow is dealt; it goes into the shortest. Default 8.", zero=0)
    queueLengthLimit: int = Field(
        "int32", "How many requests may wait in one queue; further ones are rejected. Default 50.", zero=0
    )
    queues: int = Field("int32", "Number of queues; 1 makes handSize irrelevant. Default 64.", zero=0)


class LimitResponse(Struct):
    """What becomes of requests that cannot be handled at once."""

    queuing: QueuingConfiguration | None = Field("*QueuingConfiguration", "Settings of the queues, if type is Queue.")
    type: str = Field("LimitResponseType", "Queue (wait) or Reject.", zero="", always=True)


class LimitedPriorityLevelConfiguration(Struct):
    """How a level is limited."""

    borrowingLimitPercent: int | None = Field(
        "*int32", "How much the level may borrow, in percent of its own share; unset means without limit."
    )
    lendablePercent: int | None = Field(
        "*int32", "Percentage of the level's share that others may borrow, 0 to 100. Default 0."
    )
    limitResponse: LimitResponse = Field(
        "LimitResponse", "What becomes of requests that cannot be handled at once.", zero=LimitResponse(), always=True
    )
    nominalConcurrencyShares: int | None = Field(
        "*int32", "Share of the server's concurrency; more than the others have is more of it. Default 30."
    )


class PriorityLevelConfigurationSpec(Struct):
    """The share of a priority level."""

    exempt: ExemptPriorityLevelConfiguration | None = Field(
        "*ExemptPriorityLevelConfiguration", "Settings of a level of type Exempt; may be unset."
    )
    limited: LimitedPriorityLevelConfiguration | None = Field(
        "*LimitedPriorityLevelConfiguration", "Settings of a level of type Limited; must be set for it."
    )
    type: str = Field("PriorityLevelEnablement", "Exempt (requests never wait) or Limited.", zero="", always=True)


class PriorityLevelConfigurationCondition(Struct):
    """One aspect of the state of a priority level."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="")
    type: str = Field("PriorityLevelConfigurationConditionType", "What the condition is about.", zero="")


class PriorityLevelConfigurationStatus(Struct):
    """Observed state of a priority level."""

    conditions: tuple[PriorityLevelConfigurationCondition, ...] = Field(
        "[]PriorityLevelConfigurationCondition",
        "State of the level, aspect by aspect.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )


class PriorityLevelConfiguration(Object):
    """How many requests of a priority the server handles at once, and what becomes of the rest."""

    apiVersion: ClassVar[str] = "flowcontrol.apiserver.k8s.io/v1"
    kind: ClassVar[str] = "PriorityLevelConfiguration"
    spec: PriorityLevelConfigurationSpec = Field(
        "PriorityLevelConfigurationSpec",
        "The share of the level and its queues.",
        zero=PriorityLevelConfigurationSpec(),
        always=True,
    )
    status: PriorityLevelConfigurationStatus = Field(
        "PriorityLevelConfigurationStatus",
        "Observed state of the level.",
        zero=PriorityLevelConfigurationStatus(),
        always=True,
    )
