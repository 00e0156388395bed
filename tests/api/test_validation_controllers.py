"""Jobs, CronJobs, DaemonSets, StatefulSets: what is wrong with new objects and with changes, in upstream's words."""

from typing import Any

import pytest

from k8snb.api.decode import decode_object
from k8snb.api.resources import RESOURCES
from k8snb.api.validation import cronjob, daemonset, job, jobindexes, jobstatus, statefulset
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.registry import strategy_of

UID = "14d7c6c0-943e-45f4-9bed-07ad9056d98b"


def build(kind: str, spec: dict[str, Any], **metadata: Any) -> Any:
    resource = next(r for r in RESOURCES if r.kind == kind)
    data = {"metadata": {"name": "web", "namespace": "default", "uid": UID, **metadata}, "spec": spec}
    obj, unknown = decode_object(resource.model, data)
    assert not unknown
    return strategy_of(resource).defaults(obj)


def texts(errors: list[FieldError]) -> list[str]:
    return [str(error) for error in errors]


def template(**spec: Any) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "image": "nginx"}], **spec}
    return {"metadata": {"labels": {"app": "web"}}, "spec": pod}


SELECTOR = {"matchLabels": {"app": "web"}}
OURS = {
    "controller-uid": UID,
    "job-name": "web",
    "batch.kubernetes.io/controller-uid": UID,
    "batch.kubernetes.io/job-name": "web",
}


def a_job(**spec: Any) -> dict[str, Any]:
    pod = template(**{"restartPolicy": "Never", **spec.pop("pod", {})})
    pod["metadata"]["labels"] |= OURS
    selector = {"matchLabels": {"batch.kubernetes.io/controller-uid": UID}}
    return {"selector": selector, "template": pod, **spec}


JOBS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"completionMode": "Indexed", "completions": 3}, []),
    (
        {"pod": {"restartPolicy": "Always"}},
        ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ),
    ({"parallelism": -1}, ["spec.parallelism: Invalid value: -1: must be greater than or equal to 0"]),
    (
        {"completionMode": "Sorted"},
        ['spec.completionMode: Unsupported value: "Sorted": supported values: "NonIndexed", "Indexed"'],
    ),
    (
        {"completionMode": "Indexed", "parallelism": 1},
        ["spec.completions: Required value: when completion mode is Indexed"],
    ),
    ({"backoffLimitPerIndex": 1}, ["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"]),
    (
        {"managedBy": "me"},
        ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
    ),
    (
        {
            "podFailurePolicy": {
                "rules": [{"action": "Explode", "onExitCodes": {"operator": "In", "values": [3, 0, 3]}}]
            }
        },
        [
            'spec.podFailurePolicy.rules[0].action: Unsupported value: "Explode": supported values: "Count", "FailIndex", '
            '"FailJob", "Ignore"',
            "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
            "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3",
            "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered",
        ],
    ),
    (
        {"podFailurePolicy": {"rules": [{"action": "Ignore"}]}},
        [
            "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required"
        ],
    ),
    (
        {"completionMode": "Indexed", "completions": 3, "successPolicy": {"rules": [{"succeededIndexes": "0-9"}]}},
        [
            'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-9": error parsing succeededIndexes: '
            'too large index: "9"'
        ],
    ),
    (
        {"selector": SELECTOR},
        ['spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: `selector` not auto-generated'],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), JOBS)
def test_new_jobs(spec: dict[str, Any], expected: list[str]) -> None:
    assert texts(job.validate_job(build("Job", a_job(**spec)))) == expected


def test_an_indexed_job_needs_room_for_the_index_in_its_name() -> None:
    spec = a_job(completionMode="Indexed", completions=1000)
    obj = build("Job", spec, name="x" * 61)
    labels = {**obj.spec.template.metadata.labels, "job-name": "x" * 61, "batch.kubernetes.io/job-name": "x" * 61}
    metadata = obj.spec.template.metadata.replace(labels=labels)
    obj = obj.replace(spec=obj.spec.replace(template=obj.spec.template.replace(metadata=metadata)))
    host = f"{'x' * 61}-999"
    expected = f'metadata.name: Invalid value: "{"x" * 61}": will not able to create pod with invalid DNS label: {host}'
    assert texts(job.validate_job(obj)) == [expected]


CHANGES: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"completions": 1}, {"completions": 1, "parallelism": 5}, []),
    ({"completions": 1}, {"completions": 3}, ["spec.completions: Invalid value: 3: field is immutable"]),
    (
        {"completionMode": "Indexed", "completions": 2, "parallelism": 2},
        {"completionMode": "Indexed", "completions": 3, "parallelism": 2},
        ["spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"],
    ),
    (
        {"completionMode": "Indexed", "completions": 2, "parallelism": 2},
        {"completionMode": "Indexed", "completions": 3, "parallelism": 3},
        [],
    ),
    ({"suspend": True}, {"suspend": True, "pod": {"nodeSelector": {"disk": "ssd"}}}, []),
]


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_changed_jobs(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    old, new = build("Job", a_job(**before)), build("Job", a_job(**after))
    assert texts(job.validate_job_update(new, old)) == expected


def test_the_template_of_a_running_job_stays() -> None:
    old, new = build("Job", a_job()), build("Job", a_job(pod={"nodeSelector": {"disk": "ssd"}}))
    (error,) = job.validate_job_update(new, old)
    assert (error.field, error.detail) == ("spec.template", "field is immutable")


def test_a_finished_job_stays_finished() -> None:
    old = build("Job", a_job())
    done = [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")]
    end = {"startTime": "2026-01-01T00:00:00Z", "completionTime": "2026-01-01T00:01:00Z"}
    resource = next(r for r in RESOURCES if r.kind == "Job")
    finished, _ = decode_object(
        resource.model, {**old.to_dict(), "status": {**end, "succeeded": 1, "conditions": done}}
    )
    assert jobstatus.validate_job_status_update(finished, old) == []
    assert texts(jobstatus.validate_job_status_update(old, finished)) == [
        "status.conditions: Invalid value: cannot disable the terminal Complete=True condition",
        "status.succeeded: Invalid value: 0: cannot decrease the succeeded counter",
        "status.startTime: Required value: startTime cannot be removed for unsuspended job",
        "status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition",
    ]


INDEXES = [("", 0), ("0", 1), ("0,2-4,7", 5)]


@pytest.mark.parametrize(("text", "size"), INDEXES)
def test_sets_of_indexes(text: str, size: int) -> None:
    assert jobindexes.count(text, 10) == size


@pytest.mark.parametrize("text", ["x", "3,2", "3-3", "1-2-3", "10", "2,2"])
def test_malformed_sets_of_indexes(text: str) -> None:
    with pytest.raises(jobindexes.IndexesError):
        jobindexes.count(text, 10)


def a_cron_job(**spec: Any) -> dict[str, Any]:
    return {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template(restartPolicy="Never")}}, **spec}


CRON_JOBS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"timeZone": "Europe/Berlin"}, []),
    ({"schedule": ""}, ["spec.schedule: Required value"]),
    ({"schedule": "daily"}, ['spec.schedule: Invalid value: "daily": expected exactly 5 fields, found 1: [daily]']),
    (
        {"schedule": "TZ=UTC * * * * *"},
        [
            'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field '
            "instead"
        ],
    ),
    ({"timeZone": "Mars/Base"}, ['spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base']),
    ({"timeZone": ""}, ['spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string']),
    (
        {"concurrencyPolicy": "Maybe"},
        ['spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"'],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), CRON_JOBS)
def test_cron_jobs(spec: dict[str, Any], expected: list[str]) -> None:
    assert texts(cronjob.validate_cron_job(build("CronJob", a_cron_job(**spec)))) == expected


def test_a_cron_job_leaves_room_in_its_name() -> None:
    long = build("CronJob", a_cron_job(), name="x" * 53)
    expected = [f'metadata.name: Invalid value: "{"x" * 53}": must be no more than 52 characters']
    assert texts(cronjob.validate_cron_job(long)) == expected
    assert cronjob.validate_cron_job_update(long, long) == []


DAEMON_SETS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"updateStrategy": {"type": "OnDelete"}}, []),
    (
        {"selector": {"matchLabels": {"app": "other"}}},
        [
            'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
        ],
    ),
    (
        {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}}},
        [
            "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"
        ],
    ),
    (
        {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
        ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
    ),
    (
        {"template": template(restartPolicy="Never")},
        ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), DAEMON_SETS)
def test_daemon_sets(spec: dict[str, Any], expected: list[str]) -> None:
    obj = build("DaemonSet", {"selector": SELECTOR, "template": template(), **spec})
    assert texts(daemonset.validate_daemon_set(obj)) == expected


MOUNTED = {"containers": [{"name": "main", "image": "nginx", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]}
CLAIM = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}
STATEFUL_SETS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"template": template(**MOUNTED), "volumeClaimTemplates": [CLAIM]}, []),
    (
        {"template": template(**MOUNTED)},
        ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    ),
    ({"serviceName": "a.b"}, ['spec.serviceName: Invalid value: "a.b": must not contain dots']),
    (
        {"podManagementPolicy": "Random"},
        ["spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'"],
    ),
    (
        {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}},
        ["spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0"],
    ),
    (
        {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Burn"}},
        [
            'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Burn": supported values: "Retain", '
            '"Delete"'
        ],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), STATEFUL_SETS)
def test_stateful_sets(spec: dict[str, Any], expected: list[str]) -> None:
    obj = build("StatefulSet", {"serviceName": "web", "selector": SELECTOR, "template": template(), **spec})
    assert texts(statefulset.validate_stateful_set(obj)) == expected


def test_little_of_a_stateful_set_changes() -> None:
    base = {"serviceName": "web", "selector": SELECTOR, "template": template()}
    old = build("StatefulSet", base)
    allowed = {"replicas": 3, "minReadySeconds": 1, "revisionHistoryLimit": 2, "ordinals": {"start": 1}}
    assert statefulset.validate_stateful_set_update(build("StatefulSet", {**base, **allowed}), old) == []
    (error,) = statefulset.validate_stateful_set_update(build("StatefulSet", {**base, "serviceName": "db"}), old)
    assert str(error) == (
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
        "forbidden"
    )
