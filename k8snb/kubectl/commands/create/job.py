"""`kubectl create job` and `kubectl create cronjob`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_{job,cronjob}.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import Generator, generator, metadata
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Query, Selection

_IMAGE = Flag("image", usage="Image name to run.")


def build_job(invocation: Invocation, name: str) -> dict[str, Any]:
    """The Job of the flags, or a copy of a CronJob's template."""
    image, source, command = invocation.flag("image"), invocation.flag("from"), invocation.args[1:]
    if bool(image) == bool(source):
        raise CommandError("either --image or --from must be specified")
    if command and source:
        raise CommandError("cannot specify --from and command")
    if source:
        return _from_cron_job(invocation, name, source)
    return {
        "kind": "Job",
        "apiVersion": "batch/v1",
        "metadata": metadata(invocation, name),
        "spec": {"template": _template(name, image, command, "Never")},
        "status": {},
    }


def _template(name: str, image: str, command: list[str], restart: str) -> dict[str, Any]:
    container: dict[str, Any] = {"name": name, "image": image}
    if command:
        container["command"] = command
    container["resources"] = {}
    return {"metadata": {}, "spec": {"containers": [container], "restartPolicy": restart}}


def _from_cron_job(invocation: Invocation, name: str, source: str) -> dict[str, Any]:
    infos = Selection(invocation, Query((source,), typed=True)).infos()
    if len(infos) != 1:
        raise CommandError("from must be an existing cronjob")
    info = infos[0]
    if info.kind.kind != "CronJob" or info.kind.group != "batch":
        raise CommandError(f"unknown object type {_go_type(info.kind.group, info.kind.version, info.kind.kind)}")
    template = info.object["spec"]["jobTemplate"]
    meta = template.get("metadata") or {}
    more: dict[str, Any] = {}
    if meta.get("labels"):
        more["labels"] = meta["labels"]
    more["annotations"] = {"cronjob.kubernetes.io/instantiate": "manual", **(meta.get("annotations") or {})}
    owner = info.object["metadata"]
    more["ownerReferences"] = [
        {"apiVersion": "batch/v1", "kind": "CronJob", "name": owner["name"], "uid": owner["uid"], "controller": True}
    ]
    return {
        "kind": "Job",
        "apiVersion": "batch/v1",
        "metadata": metadata(invocation, name, **more),
        "spec": template["spec"],
        "status": {},
    }


def _go_type(group: str, version: str, kind: str) -> str:
    return f"*{version}.{kind}"


def build_cron_job(invocation: Invocation, name: str) -> dict[str, Any]:
    """The CronJob of the flags."""
    restart = invocation.flag("restart") or "OnFailure"
    template = _template(name, invocation.flag("image"), invocation.args[1:], restart)
    return {
        "kind": "CronJob",
        "apiVersion": "batch/v1",
        "metadata": metadata(invocation, name),
        "spec": {
            "schedule": invocation.flag("schedule"),
            "jobTemplate": {"metadata": {"name": name}, "spec": {"template": template}},
        },
        "status": {},
    }


JOB = generator(
    "job",
    "Create a job with the specified name",
    Generator("jobs.batch", build_job, "failed to create job: "),
    use="NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
    flags=(
        Flag("from", usage="The name of the resource to create a Job from (only cronjob is supported)."),
        _IMAGE,
    ),
    examples="""
# A job that prints the date once
kubectl create job once --image=busybox -- date

# Run a cron job now, outside its schedule
kubectl create job backup-now --from=cronjob/backup
""",
)

CRON_JOB = generator(
    "cronjob",
    "Create a cron job with the specified name",
    Generator("cronjobs.batch", build_cron_job, "failed to create cronjob: "),
    use="NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
    aliases=("cj",),
    required=("image", "schedule"),
    flags=(
        _IMAGE,
        Flag("restart", usage="job's restart policy. supported values: OnFailure, Never"),
        Flag("schedule", usage="A schedule in the Cron format the job should be run with."),
    ),
    examples="""
# A job every five minutes
kubectl create cronjob tick --image=busybox --schedule="*/5 * * * *" -- date
""",
)
