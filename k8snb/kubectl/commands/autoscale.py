"""`kubectl autoscale`: a HorizontalPodAutoscaler for a workload. Source: kubectl `pkg/cmd/autoscale/autoscale.go`."""

from __future__ import annotations

import re
from typing import Any, Final

from k8snb.api import quantity
from k8snb.kubectl.apply.lastapplied import with_last_applied
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import FAILURES, CommandError
from k8snb.kubectl.flagvalues import ValueRefusedError, parse_float
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SAVE_CONFIG, field_manager, filename

_UNITS: Final = {"cpu": "m", "memory": "Mi"}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_MAX_INT32: Final = 2**31 - 1


def run(invocation: Invocation) -> None:
    """Make an autoscaler for each object that is meant."""
    dry_run = invocation.dry_run
    output = Output(invocation, typed=True)
    _check(invocation)
    count = 0

    def work(info: Info) -> None:
        nonlocal count
        if "scale" not in info.kind.subresources:
            raise CommandError(
                f"cannot autoscale a {info.kind.kind}: could not find scale subresource for {info.kind.resource_text} in "
                "discovery information"
            )
        scaler = _autoscaler(invocation, info)
        try:
            _make(invocation, output, scaler, dry_run)
        except FAILURES:
            _make(invocation, output, _older(invocation, scaler), dry_run)
        count += 1

    Selection(invocation, Query(invocation.args)).visit(work)
    if not count:
        raise CommandError("no objects passed to autoscale")


def _check(invocation: Invocation) -> None:
    most, least = invocation.flag("max"), invocation.flag("min")
    if most < 1:
        raise CommandError(f"--max=MAXPODS is required and must be at least 1, max: {most}")
    if most < least:
        raise CommandError(f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}")
    if invocation.flag("cpu-percent") > 0 and invocation.flag("cpu"):
        raise CommandError("--cpu-percent and --cpu are mutually exclusive")
    for name in _UNITS:
        if invocation.flag(name):
            target(name, invocation.flag(name))


def target(resource: str, text: str) -> dict[str, Any]:
    """The target of a metric: `70%` is utilization, `500m` a value, a bare number has the resource's usual unit."""
    text = text.strip()
    if not text:
        raise CommandError("empty input")
    if text.endswith("%"):
        number = text[:-1]
        if not _INTEGER.fullmatch(number) or not 0 <= int(number) <= _MAX_INT32:
            raise CommandError(f"invalid percentage value: {number}")
        return {"type": "Utilization", "averageUtilization": int(number)}
    try:
        text = f"{parse_float(text):g}{_UNITS[resource]}"
        return {"type": "AverageValue", "averageValue": quantity.canonical(text)}
    except quantity.QuantityError as error:
        raise CommandError(str(error)) from None
    except ValueRefusedError:
        pass  # it has a unit
    try:
        return {"type": "AverageValue", "averageValue": quantity.canonical(text)}
    except quantity.QuantityError:
        raise CommandError(f"invalid resource {resource} value: {text}") from None


def _autoscaler(invocation: Invocation, info: Info) -> dict[str, Any]:
    """The autoscaler of API version v2, in the order of Go's fields."""
    meta: dict[str, Any] = {"name": invocation.flag("name") or info.name}
    if invocation.namespace_given:
        meta["namespace"] = invocation.namespace
    reference = {"kind": info.kind.kind, "name": info.name, "apiVersion": info.kind.api_version}
    spec: dict[str, Any] = {"scaleTargetRef": reference}
    if invocation.flag("min") > 0:
        spec["minReplicas"] = invocation.flag("min")
    spec["maxReplicas"] = invocation.flag("max")
    metrics = []
    if invocation.flag("cpu-percent") > 0:
        metrics.append(("cpu", {"type": "Utilization", "averageUtilization": invocation.flag("cpu-percent")}))
    metrics += [(name, target(name, invocation.flag(name))) for name in _UNITS if invocation.flag(name)]
    if metrics:
        spec["metrics"] = [{"type": "Resource", "resource": {"name": name, "target": aim}} for name, aim in metrics]
    return {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": "autoscaling/v2",
        "metadata": meta,
        "spec": spec,
        "status": {"desiredReplicas": 0, "currentMetrics": None},
    }


def _older(invocation: Invocation, scaler: dict[str, Any]) -> dict[str, Any]:
    """The autoscaler of API version v1, which is tried when v2 is refused. CommandError if v1 cannot say the same."""
    prefix = "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: "
    percent = invocation.flag("cpu-percent")
    try:
        kind = target("cpu", invocation.flag("cpu"))["type"]
    except CommandError as error:
        raise CommandError(f"{prefix}{error.message}") from None
    if invocation.flag("memory") or (percent < 0 and kind != "Utilization"):
        raise CommandError(f"{prefix}%!w(<nil>)")
    spec = {name: value for name, value in scaler["spec"].items() if name != "metrics"}
    if percent >= 0:
        spec["targetCPUUtilizationPercentage"] = percent
    status = {"currentReplicas": 0, "desiredReplicas": 0}
    return {**scaler, "apiVersion": "autoscaling/v1", "spec": spec, "status": status}


def _make(invocation: Invocation, output: Output, scaler: dict[str, Any], dry_run: str) -> None:
    scaler = recorded(invocation, scaler)
    if dry_run == "client":
        output.print(scaler, "created", dry_run)
        return
    if invocation.flag("save-config"):
        scaler = with_last_applied(scaler, typed=True)
    kind = invocation.kinds.of_object(scaler["apiVersion"], scaler["kind"])
    if kind is None:
        raise CommandError("the server could not find the requested resource")
    options = {"fieldManager": invocation.flag("field-manager")}
    if dry_run == "server":
        options["dryRun"] = "All"
    answer = invocation.api.create(kind, invocation.namespace, scaler, options)
    output.print(in_go_order(answer), "autoscaled", dry_run)


COMMAND = Command(
    "autoscale",
    "Auto-scale a deployment, replica set, stateful set, or replication controller",
    use="autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY]",
    long="Make an autoscaler that sets the number of pods of a deployment, replica set, stateful set or replication "
    "controller by what they use.\n\n It is made with the API version autoscaling/v2; if that is refused, with v1.",
    examples="""
# Between 2 and 10 pods, with the cluster's own policy
kubectl autoscale deployment web --min=2 --max=10

# As many as keep the use of CPU at 80% of what is requested
kubectl autoscale deployment web --max=5 --cpu=80%

# 500 milli-CPU and 200 MiB a pod on average
kubectl autoscale deployment web --min=3 --max=6 --cpu=500m --memory=200Mi
""",
    flags=(
        RECORD,
        *PRINT_FLAGS,
        Flag(
            "min",
            "int32",
            -1,
            usage="The lower limit for the number of pods that can be set by the autoscaler. If it's not specified or "
            "negative, the server will apply a default value.",
        ),
        Flag(
            "max",
            "int32",
            -1,
            usage="The upper limit for the number of pods that can be set by the autoscaler. Required.",
        ),
        Flag(
            "cpu-percent",
            "int32",
            -1,
            usage="The target average CPU utilization (represented as a percent of requested CPU) over all the pods. If it's "
            "not specified or negative, a default autoscaling policy will be used.",
            deprecated="Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for "
            "milliCPU).",
        ),
        Flag(
            "cpu",
            usage='Target CPU utilization over all the pods. When specified as a percentage (e.g."70%" for 70% of requested '
            'CPU) it will target average utilization. When specified as quantity (e.g."500m" for 500 milliCPU) it will '
            'target average value. Value without units is treated as a quantity with miliCPU being the unit (e.g."500" is '
            '"500m").',
        ),
        Flag(
            "memory",
            usage='Target memory utilization over all the pods. When specified  as a percentage (e.g."60%" for 60% of '
            'requested memory) it will target average utilization. When specified as quantity (e.g."200Mi" for 200 MiB, '
            '"1Gi" for 1 GiB) it will target average value. Value without units is treated as a quantity with mebibytes '
            'being the unit (e.g."200" is "200Mi").',
        ),
        Flag(
            "name",
            usage="The name for the newly created object. If not specified, the name of the input resource will be used.",
        ),
        DRY_RUN,
        *filename("Filename, directory, or URL to files identifying the resource to autoscale."),
        SAVE_CONFIG,
        field_manager("kubectl-autoscale"),
    ),
    required=("max",),
    run=run,
)
