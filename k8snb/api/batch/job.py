"""Runs pods until a number of them have succeeded (batch/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class PodFailurePolicyOnExitCodesRequirement(Struct):
    """A match on the exit codes of a failed pod's containers."""

    containerName: str | None = Field("*string", "Container to look at; unset means any container or init container.")
    operator: str = Field(
        "PodFailurePolicyOnExitCodesOperator",
        "In matches exit codes listed in values, NotIn failed ones that are not listed.",
        zero="",
        always=True,
        enum=("In", "NotIn"),
    )
    values: tuple[int, ...] = Field(
        "[]int32",
        "Exit codes, 1 to 255 of them, ordered and distinct; 0 is not allowed with In.",
        zero=(),
        always=True,
        list_type="set",
    )


class PodFailurePolicyOnPodConditionsPattern(Struct):
    """A match on a condition of a failed pod."""

    status: str = Field("v1.ConditionStatus", "Status the condition must have. Default True.", zero="")
    type: str = Field("v1.PodConditionType", "Type of the condition, such as DisruptionTarget.", zero="", always=True)


class PodFailurePolicyRule(Struct):
    """A rule about failed pods; either onExitCodes or onPodConditions is set."""

    action: str = Field(
        "PodFailurePolicyAction",
        "FailJob, FailIndex, Ignore (do not count the failure) or Count (as usual).",
        zero="",
        always=True,
        enum=("Count", "FailIndex", "FailJob", "Ignore"),
    )
    onExitCodes: PodFailurePolicyOnExitCodesRequirement | None = Field(
        "*PodFailurePolicyOnExitCodesRequirement", "Exit codes the rule matches."
    )
    onPodConditions: tuple[PodFailurePolicyOnPodConditionsPattern, ...] = Field(
        "[]PodFailurePolicyOnPodConditionsPattern",
        "Pod conditions of which one must match; at most 20.",
        zero=(),
        list_type="atomic",
    )


class PodFailurePolicy(Struct):
    """Rules about failed pods, tried in order."""

    rules: tuple[PodFailurePolicyRule, ...] = Field(
        "[]PodFailurePolicyRule",
        "The rules, at most 20; the first match decides, and without one the failure counts as usual.",
        zero=(),
        always=True,
        list_type="atomic",
    )


class SuccessPolicyRule(Struct):
    """A rule for early success; at least one member is set."""

    succeededCount: int | None = Field("*int32", "How many indexes (of succeededIndexes, if set) must have succeeded.")
    succeededIndexes: str | None = Field(
        "*string", "Indexes the rule is about, as numbers and ranges; without succeededCount all must have succeeded."
    )


class SuccessPolicy(Struct):
    """Rules for an early success of an Indexed job."""

    rules: tuple[SuccessPolicyRule, ...] = Field(
        "[]SuccessPolicyRule",
        "Alternatives, 1 to 20; once one is met the job succeeds and remaining pods are stopped.",
        zero=(),
        always=True,
        list_type="atomic",
    )


class JobSpec(Struct):
    """Desired behaviour of a job."""

    activeDeadlineSeconds: int | None = Field(
        "*int64",
        "Seconds the job may be active before all its pods are killed and it fails (DeadlineExceeded). Suspension resets the clock.",
    )
    backoffLimit: int | None = Field(
        "*int32", "Retries before the job fails. Default 6, or unlimited (2147483647) with backoffLimitPerIndex."
    )
    backoffLimitPerIndex: int | None = Field(
        "*int32",
        "Retries per index before that index fails; only with Indexed completion and restartPolicy Never. Immutable.",
    )
    completionMode: str | None = Field(
        "*CompletionMode",
        "NonIndexed (default) counts successes; Indexed gives each pod a completion index, 0 to completions - 1. Immutable.",
        enum=("Indexed", "NonIndexed"),
    )
    completions: int | None = Field(
        "*int32",
        "Successful pods wanted. Default 1; unset with parallelism set means that any success completes the job.",
    )
    managedBy: str | None = Field(
        "*string",
        "Controller in charge, as domain/name; unset or kubernetes.io/job-controller means the built-in one. Immutable.",
    )
    manualSelector: bool | None = Field(
        "*bool", "True leaves labels and selector to the user; otherwise they are generated from the job's UID. Avoid."
    )
    maxFailedIndexes: int | None = Field(
        "*int32", "Failed indexes after which the whole job fails; only with backoffLimitPerIndex."
    )
    parallelism: int | None = Field("*int32", "Pods that may run at a time. Default 1; 0 pauses the job.")
    podFailurePolicy: PodFailurePolicy | None = Field(
        "*PodFailurePolicy",
        "Rules that act on particular failures instead of merely counting them; needs restartPolicy Never.",
    )
    podReplacementPolicy: str | None = Field(
        "*PodReplacementPolicy",
        "When a lost pod is replaced: TerminatingOrFailed (default) at once, Failed (default with podFailurePolicy) once it has ended.",
        enum=("Failed", "TerminatingOrFailed"),
    )
    selector: LabelSelector | None = Field("*metav1.LabelSelector", "Pods that belong to the job; normally generated.")
    successPolicy: SuccessPolicy | None = Field(
        "*SuccessPolicy", "When an Indexed job counts as succeeded before all indexes are done. Immutable."
    )
    suspend: bool | None = Field(
        "*bool", "True starts no pods and deletes those running; it can be switched at will. Default false."
    )
    template: PodTemplateSpec = Field(
        "v1.PodTemplateSpec",
        "Mould for the pods; restartPolicy must be OnFailure or Never.",
        zero=PodTemplateSpec(),
        always=True,
    )
    ttlSecondsAfterFinished: int | None = Field(
        "*int32", "Seconds after which a finished job is deleted; 0 at once, unset never."
    )


class JobCondition(Struct):
    """One aspect of a job's state."""

    lastProbeTime: Time | None = Field("metav1.Time", "When the condition was last checked.")
    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field(
        "string", "CamelCase word for the cause, such as BackoffLimitExceeded or CompletionsReached.", zero=""
    )
    status: str = Field("v1.ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "JobConditionType", "Complete, Failed, Suspended, SuccessCriteriaMet or FailureTarget.", zero="", always=True
    )


class UncountedTerminatedPods(Struct):
    """Finished pods that the counters of a job do not include yet."""

    failed: tuple[str, ...] = Field("[]types.UID", "UIDs of pods that failed.", zero=(), list_type="set")
    succeeded: tuple[str, ...] = Field("[]types.UID", "UIDs of pods that succeeded.", zero=(), list_type="set")


class JobStatus(Struct):
    """Observed state of a job."""

    active: int = Field("int32", "Pods that are pending or running and not being deleted.", zero=0)
    completedIndexes: str = Field("string", "Indexes that succeeded, as numbers and ranges such as 1,3-5,7.", zero="")
    completionTime: Time | None = Field("*metav1.Time", "When the job completed successfully; unset for failed jobs.")
    conditions: tuple[JobCondition, ...] = Field(
        "[]JobCondition",
        "Complete, Failed, Suspended, SuccessCriteriaMet and FailureTarget; the job is finished once Complete or Failed is True.",
        zero=(),
        list_type="atomic",
        merge_key="type",
        strategy="merge",
    )
    failed: int = Field("int32", "Pods that ended in phase Failed.", zero=0)
    failedIndexes: str | None = Field(
        "*string", "Indexes that failed for good, as numbers and ranges; only with backoffLimitPerIndex."
    )
    ready: int | None = Field("*int32", "Active pods with condition Ready that are not being deleted.")
    startTime: Time | None = Field(
        "*metav1.Time", "When the controller began with the job; reset when it is resumed after suspension."
    )
    succeeded: int = Field("int32", "Pods that ended in phase Succeeded.", zero=0)
    terminating: int | None = Field("*int32", "Pods being deleted that have not ended yet.")
    uncountedTerminatedPods: UncountedTerminatedPods | None = Field(
        "*UncountedTerminatedPods", "Finished pods not counted yet; bridges the gap until their finalizer is removed."
    )


class Job(Object):
    """Runs pods until a number of them have succeeded."""

    apiVersion: ClassVar[str] = "batch/v1"
    kind: ClassVar[str] = "Job"
    spec: JobSpec = Field(
        "JobSpec",
        "How many completions, how many at a time, and what to do about failures.",
        zero=JobSpec(),
        always=True,
    )
    status: JobStatus = Field(
        "JobStatus", "Pods run so far and whether the job is finished.", zero=JobStatus(), always=True
    )
