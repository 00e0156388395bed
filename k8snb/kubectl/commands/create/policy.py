"""`kubectl create quota | poddisruptionbudget | priorityclass`: what limits and ranks workloads.

Source: `k8s.io/kubectl/pkg/cmd/create/create_{quota,pdb,priorityclass}.go`.
"""

from __future__ import annotations

import re
from typing import Any

from k8snb.api import quantity
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import DRY_RUN_USE, Generator, generator, metadata
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.labelselector import label_selector
from k8snb.kubectl.pflag import Flag

_AMOUNT = re.compile(r"[0-9]+%?")


def build_quota(invocation: Invocation, name: str) -> dict[str, Any]:
    """A ResourceQuota."""
    spec: dict[str, Any] = {}
    hard = _hard(invocation.flag("hard"))
    if hard:
        spec["hard"] = {key: hard[key] for key in sorted(hard)}
    if invocation.flag("scopes"):
        spec["scopes"] = invocation.flag("scopes").split(",")
    return {
        "kind": "ResourceQuota",
        "apiVersion": "v1",
        "metadata": metadata(invocation, name),
        "spec": spec,
        "status": {},
    }


def _hard(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for statement in text.split(",") if text else ():
        parts = statement.split("=")
        if len(parts) != 2:
            raise CommandError(f"Invalid argument syntax {statement}, expected <resource>=<value>")
        try:
            found[parts[0]] = quantity.canonical(parts[1])
        except ValueError as error:
            raise CommandError(str(error)) from None
    return found


def build_budget(invocation: Invocation, name: str) -> dict[str, Any]:
    """A PodDisruptionBudget."""
    selector = invocation.flag("selector")
    least, most = invocation.flag("min-available"), invocation.flag("max-unavailable")
    if not selector:
        raise CommandError("a selector must be specified")
    if not least and not most:
        raise CommandError("one of min-available or max-unavailable must be specified")
    if least and most:
        raise CommandError("min-available and max-unavailable cannot be both specified")
    flag, value = ("min-available", least) if least else ("max-unavailable", most)
    if not _AMOUNT.fullmatch(value):
        raise CommandError(f"invalid format specified for {flag}")
    amount = int(value) if value.isdigit() else value
    spec: dict[str, Any] = {"minAvailable": amount} if least else {}
    spec["selector"] = label_selector(selector)
    if most:
        spec["maxUnavailable"] = amount
    return {
        "kind": "PodDisruptionBudget",
        "apiVersion": "policy/v1",
        "metadata": metadata(invocation, name),
        "spec": spec,
        "status": {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0},
    }


def build_priority(invocation: Invocation, name: str) -> dict[str, Any]:
    """A PriorityClass."""
    obj: dict[str, Any] = {
        "kind": "PriorityClass",
        "apiVersion": "scheduling.k8s.io/v1",
        "metadata": {"name": name},
        "value": invocation.flag("value"),
    }
    if invocation.flag("global-default"):
        obj["globalDefault"] = True
    if invocation.flag("description"):
        obj["description"] = invocation.flag("description")
    obj["preemptionPolicy"] = invocation.flag("preemption-policy")
    return obj


QUOTA = generator(
    "quota",
    "Create a quota with the specified name",
    Generator("resourcequotas", build_quota, "failed to create quota: "),
    use=f"NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] {DRY_RUN_USE}",
    aliases=("resourcequota",),
    flags=(
        Flag("hard", usage="A comma-delimited set of resource=quantity pairs that define a hard limit."),
        Flag(
            "scopes",
            usage="A comma-delimited set of quota scopes that must all match each object tracked by the quota.",
        ),
    ),
    examples="""
# At most two CPUs, 4Gi of memory and ten pods in the namespace
kubectl create quota team --hard=cpu=2,memory=4Gi,pods=10

# At most five pods without any requests or limits
kubectl create quota loose --hard=pods=5 --scopes=BestEffort
""",
)

BUDGET = generator(
    "poddisruptionbudget",
    "Create a pod disruption budget with the specified name",
    Generator("poddisruptionbudgets.policy", build_budget, "failed to create poddisruptionbudgets: "),
    use=f"NAME --selector=SELECTOR --min-available=N {DRY_RUN_USE}",
    aliases=("pdb",),
    flags=(
        Flag("max-unavailable", usage="The maximum number or percentage of unavailable pods this budget requires."),
        Flag("min-available", usage="The minimum number or percentage of available pods this budget requires."),
        Flag(
            "selector",
            usage="A label selector to use for this budget. Only equality-based selector requirements are supported.",
        ),
    ),
    examples="""
# Two pods of the app stay, whatever node is drained
kubectl create poddisruptionbudget web --selector=app=web --min-available=2

# At most a quarter of them is away at a time
kubectl create pdb web --selector=app=web --max-unavailable=25%
""",
)

PRIORITY_CLASS = generator(
    "priorityclass",
    "Create a priority class with the specified name",
    Generator("priorityclasses.scheduling.k8s.io", build_priority, "failed to create priorityclass: "),
    use=f"NAME --value=VALUE --global-default=BOOL {DRY_RUN_USE}",
    aliases=("pc",),
    flags=(
        Flag(
            "description",
            usage="description is an arbitrary string that usually provides guidelines on when this priority class should "
            "be used.",
        ),
        Flag(
            "global-default",
            "bool",
            usage="global-default specifies whether this PriorityClass should be considered as the default priority.",
        ),
        Flag(
            "preemption-policy",
            default="PreemptLowerPriority",
            usage="preemption-policy is the policy for preempting pods with lower priority.",
        ),
        Flag("value", "int32", usage="the value of this priority class."),
    ),
    examples="""
# Pods of this class push others off a full node
kubectl create priorityclass urgent --value=1000 --description="goes first"

# What pods without a class get; it waits for room instead of making it
kubectl create priorityclass normal --value=10 --global-default=true --preemption-policy=Never
""",
)
