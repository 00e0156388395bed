"""Jobs, CronJobs and their TTL: completions, failures, suspension, indexes, schedules."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.duration import format_time
from k8snb.controllers.job import indexes
from tests.controllers.world import EPOCH, World

DONE, FAILS = "done:1", "fails:1"


def job(image: str = DONE, name: str = "work", pod: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "w", "image": image}], **(pod or {})}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": template, **spec},
    }


@pytest.fixture
def world() -> World:
    world = World("job", "cronjob", "ttlafterfinished", "garbagecollector", scheduler=True)
    world.kubelet.ends.update({DONE: "Succeeded", FAILS: "Failed"})
    return world


def get(world: World, name: str = "work") -> Any:
    return world.client.get("jobs.batch", name, "default")


def conditions(world: World, name: str = "work") -> list[tuple[str, str, str]]:
    return [(c.type, c.status, c.reason) for c in get(world, name).status.conditions]


def patch(world: World, name: str = "work", **spec: Any) -> None:
    found = get(world, name)
    world.client.update(found.replace(spec=found.spec.replace(**spec)))


def test_one_pod_one_success(world: World) -> None:
    world.create(job())
    world.run(5)
    status = get(world).status
    assert conditions(world) == [
        ("SuccessCriteriaMet", "True", "CompletionsReached"),
        ("Complete", "True", "CompletionsReached"),
    ]
    assert (status.succeeded, status.failed, status.active, status.ready, status.terminating) == (1, 0, 0, 0, 0)
    assert status.startTime is not None
    assert status.completionTime is not None
    assert status.uncountedTerminatedPods.to_dict() == {}
    (pod,) = world.pods()
    assert pod.metadata.name.startswith("work-")
    assert pod.metadata.finalizers == ()
    assert pod.metadata.labels["batch.kubernetes.io/job-name"] == "work"
    assert world.events("Job") == [
        f"Normal SuccessfulCreate Created pod: {pod.metadata.name}",
        "Normal Completed Job completed",
    ]


def test_completions_and_parallelism(world: World) -> None:
    world.create(job(completions=5, parallelism=2))
    world.run(0.1)
    assert len(world.pods()) == 2
    assert get(world).status.active == 2
    assert world.pods()[0].metadata.finalizers == ("batch.kubernetes.io/job-tracking",)
    world.run(20)
    assert get(world).status.succeeded == 5
    assert len(world.pods()) == 5
    assert conditions(world)[-1] == ("Complete", "True", "CompletionsReached")


def test_a_work_queue_ends_with_its_first_success(world: World) -> None:
    world.create(job(parallelism=3))
    found = get(world)
    assert found.spec.completions is None
    world.run(10)
    assert conditions(world)[-1][0] == "Complete"
    assert get(world).status.succeeded == 3


def test_failures_back_off_and_end_the_job(world: World) -> None:
    world.create(job(FAILS, backoffLimit=2))
    world.run(5)
    assert len(world.pods()) == 1
    world.run(7)
    assert len(world.pods()) == 2, "the second try comes after ten seconds"
    world.run(12)
    assert len(world.pods()) == 2
    world.run(10)
    assert len(world.pods()) == 3
    assert get(world).status.failed == 3
    assert conditions(world) == [
        ("FailureTarget", "True", "BackoffLimitExceeded"),
        ("Failed", "True", "BackoffLimitExceeded"),
    ]
    assert world.events("Job")[-1] == ("Warning BackoffLimitExceeded Job has reached the specified backoff limit")
    assert get(world).status.completionTime is None


def test_a_deadline_ends_the_job(world: World) -> None:
    world.create(job("nginx", activeDeadlineSeconds=30))
    world.run(20)
    assert get(world).status.ready == 1
    world.run(20)
    assert conditions(world)[-1] == ("Failed", "True", "DeadlineExceeded")
    assert world.pods() == []
    assert get(world).status.active == 0


def test_suspending_and_resuming(world: World) -> None:
    world.create(job("nginx"))
    world.run(2)
    patch(world, suspend=True)
    world.run(2)
    assert world.pods() == []
    assert conditions(world) == [("Suspended", "True", "JobSuspended")]
    assert get(world).status.startTime is None
    patch(world, suspend=False)
    world.run(2)
    assert get(world).status.ready == 1
    assert conditions(world) == [("Suspended", "False", "JobResumed")]
    assert get(world).status.failed == 0
    reasons = sorted(event.split()[1] for event in world.events("Job"))
    assert reasons == ["Resumed", "SuccessfulCreate", "SuccessfulCreate", "SuccessfulDelete", "Suspended"]


def test_a_deleted_pod_is_a_failure_and_replaced(world: World) -> None:
    world.create(job("nginx"))
    world.run(2)
    world.client.delete("pods", world.pods()[0].metadata.name, "default")
    world.run(1)
    assert get(world).status.failed == 1
    world.run(15)
    assert get(world).status.ready == 1
    assert len(world.pods()) == 1


def test_parallelism_can_shrink(world: World) -> None:
    world.create(job("nginx", parallelism=3, completions=5))
    world.run(2)
    patch(world, parallelism=1)
    world.run(3)
    assert len(world.pods()) == 1
    assert get(world).status.failed == 0


def test_indexed_jobs_number_their_pods(world: World) -> None:
    world.create(job(completions=3, parallelism=3, completionMode="Indexed"))
    world.run(0.1)
    pods = world.pods()
    assert sorted(indexes.index_of(pod) for pod in pods) == [0, 1, 2]
    assert all(pod.metadata.name.startswith(f"work-{indexes.index_of(pod)}-") for pod in pods)
    assert pods[1].spec.hostname == "work-1"
    assert pods[0].spec.containers[0].env[0].name == "JOB_COMPLETION_INDEX"
    world.run(5)
    assert get(world).status.completedIndexes == "0-2"
    assert conditions(world)[-1][0] == "Complete"


def test_an_index_fails_on_its_own(world: World) -> None:
    world.create(job(FAILS, completions=2, parallelism=2, completionMode="Indexed", backoffLimitPerIndex=0))
    world.run(10)
    assert get(world).status.failedIndexes == "0,1"
    assert conditions(world)[-1] == ("Failed", "True", "FailedIndexes")


def test_a_success_policy_ends_early(world: World) -> None:
    policy = {"rules": [{"succeededCount": 1}]}
    world.create(job(completions=5, parallelism=1, completionMode="Indexed", successPolicy=policy))
    world.run(10)
    assert conditions(world) == [
        ("SuccessCriteriaMet", "True", "SuccessPolicy"),
        ("Complete", "True", "SuccessPolicy"),
    ]
    assert get(world).status.succeeded == 1


def test_a_failure_policy_can_end_the_job_or_look_away(world: World) -> None:
    rule = {"action": "FailJob", "onPodConditions": [{"type": "Ready", "status": "False"}]}
    world.create(job(FAILS, podFailurePolicy={"rules": [rule]}))
    ignore = {"action": "Ignore", "onPodConditions": [{"type": "Ready", "status": "False"}]}
    world.create(job(FAILS, name="patient", backoffLimit=0, podFailurePolicy={"rules": [ignore]}))
    world.run(5)
    assert conditions(world)[-1] == ("Failed", "True", "PodFailurePolicy")
    assert get(world, "patient").status.failed == 0
    assert conditions(world, "patient") == []


def test_a_deleted_job_takes_its_pods_along(world: World) -> None:
    world.create(job("nginx"))
    world.run(2)
    world.client.delete("jobs.batch", "work", "default", propagation="Background")
    world.run(3)
    assert world.pods() == []


def test_an_orphaned_pod_is_set_free(world: World) -> None:
    world.create(job("nginx"))
    world.run(2)
    world.client.delete("jobs.batch", "work", "default", propagation="Orphan")
    world.run(3)
    (pod,) = world.pods()
    assert pod.metadata.finalizers == ()
    assert pod.metadata.ownerReferences == ()


def test_ttl_deletes_what_has_ended(world: World) -> None:
    world.create(job(ttlSecondsAfterFinished=60))
    world.run(50)
    assert conditions(world)[-1][0] == "Complete"
    world.run(30)
    assert world.client.find("jobs.batch", "work", "default") is None
    assert world.pods() == []


def test_a_finished_job_is_quiet(world: World) -> None:
    world.create(job())
    world.run(5)
    revision = world.store.revision
    world.engine.enqueue("job-controller", "default/work")
    world.run(100)
    assert world.store.revision == revision
    assert not world.clock.timers()


@pytest.mark.parametrize(
    ("text", "numbers"), [("", []), ("1", [1]), ("0,1", [0, 1]), ("1,3-5,7", [1, 3, 4, 5, 7]), ("0-2", [0, 1, 2])]
)
def test_index_texts(text: str, numbers: list[int]) -> None:
    assert indexes.format(numbers) == text
    assert indexes.parse(text) == set(numbers)


# -- CronJobs -------------------------------------------------------------------------------------------------------------


def cron_job(schedule: str = "* * * * *", image: str = DONE, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "tick"},
        "spec": {"schedule": schedule, "jobTemplate": {"spec": job(image)["spec"]}, **spec},
    }


def jobs(world: World) -> list[Any]:
    found = world.client.list("jobs.batch").items
    return sorted(found, key=lambda each: each.metadata.creationTimestamp)


def tick(world: World) -> Any:
    return world.client.get("cronjobs.batch", "tick", "default")


def test_a_job_every_minute(world: World) -> None:
    world.create(cron_job())
    world.run(50)
    assert jobs(world) == []
    world.run(20)
    (only,) = jobs(world)
    minute = int((EPOCH + 60) // 60)
    assert only.metadata.name == f"tick-{minute}"
    assert only.metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] == format_time(EPOCH + 60)
    status = tick(world).status
    assert (status.active, status.lastScheduleTime) == ((), format_time(EPOCH + 60))
    assert status.lastSuccessfulTime is not None
    assert world.events("CronJob") == [
        f"Normal SuccessfulCreate Created job tick-{minute}",
        f"Normal SawCompletedJob Saw completed job: tick-{minute}, condition: Complete",
    ]


def test_history_is_limited(world: World) -> None:
    world.create(cron_job(successfulJobsHistoryLimit=2))
    world.run(60 * 6)
    assert len(jobs(world)) == 2
    assert len(world.pods()) == 2


def test_forbid_and_replace(world: World) -> None:
    world.create(cron_job(image="nginx", concurrencyPolicy="Forbid"))
    world.run(200)
    assert len(jobs(world)) == 1
    assert any("JobAlreadyActive" in event for event in world.events("CronJob"))
    found = tick(world)
    world.client.update(found.replace(spec=found.spec.replace(concurrencyPolicy="Replace")))
    first = jobs(world)[0].metadata.uid
    world.run(70)
    (only,) = jobs(world)
    assert only.metadata.uid != first


def test_a_suspended_cron_job_starts_nothing(world: World) -> None:
    world.create(cron_job(suspend=True))
    world.run(200)
    assert jobs(world) == []
    assert not world.clock.timers()


def test_late_starts_beyond_the_deadline_are_missed(world: World) -> None:
    world.create(cron_job("*/5 * * * *", startingDeadlineSeconds=10, suspend=True))
    world.run(320)
    found = tick(world)
    world.client.update(found.replace(spec=found.spec.replace(suspend=False)))
    world.run(1)
    assert jobs(world) == []
    world.run(300)
    assert len(jobs(world)) == 1


def test_schedules_follow_their_time_zone(world: World) -> None:
    world.create(cron_job("30 8 * * *", timeZone="Asia/Taipei"))
    world.run(29 * 60)
    assert jobs(world) == []
    world.run(2 * 60)
    (only,) = jobs(world)
    assert only.metadata.name == f"tick-{int((EPOCH + 30 * 60) // 60)}"


def test_many_missed_runs_are_told(world: World) -> None:
    world.create(cron_job(suspend=True))
    world.run(60 * 150)
    found = tick(world)
    world.client.update(found.replace(spec=found.spec.replace(suspend=False)))
    world.run(1)
    assert any("TooManyMissedTimes" in event for event in world.events("CronJob"))
    (only,) = jobs(world)
    assert only.metadata.name == f"tick-{int((EPOCH + 60 * 150) // 60)}"
