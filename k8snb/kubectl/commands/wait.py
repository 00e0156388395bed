"""`kubectl wait`: until objects are created, deleted, have a condition, or a field has a value.

Several `--for` are waited for one after the other, `create` first; all of it has to be done within `--timeout`. Source:
kubectl `pkg/cmd/wait/*.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from k8snb.api import govalue
from k8snb.api.errors import StatusError
from k8snb.api.jsonpath import JSONPath, relaxed
from k8snb.api.jsonpathparser import JSONPathError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import ALL_NAMESPACES, FIELD_SELECTOR, RECURSIVE_USAGE

WEEK = 168 * 3600.0
TIMED_OUT = "timed out waiting for the condition"
Json = dict[str, Any]
#: whether an object is as wanted; CommandError if that can never be told
Check = Callable[[Json], bool]


def run(invocation: Invocation) -> None:
    """Wait for every object that the command line names."""
    show = Output(invocation).printer("condition met")
    checks = [check_for(text) for text in invocation.flag("for")]
    if not checks:
        raise CommandError("unrecognized condition: []")
    wait = _Wait(invocation)
    creation = any(check is _created for check in checks)
    checks = [check for check in checks if check is not _created]
    query = _query(invocation)
    if creation:
        wait.creation(query)
    deletion = any(check is _deleted for check in checks)
    seen = 0

    def work(info: Info) -> None:
        nonlocal seen
        seen += 1
        for check in checks:
            info.object = wait.deletion(info) if check is _deleted else wait.condition(info, check)
        show(info.object)

    Selection(invocation, replace(query, ignore_not_found=deletion)).visit(work)
    if not seen and not deletion:
        raise CommandError("no matching resources found")


def _query(invocation: Invocation) -> Query:
    flags = invocation.parsed
    if flags["local"] and invocation.args:
        raise CommandError(
            "error: you must specify resources by --filename when --local is set.\n"
            "Example resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'"
        )
    return Query(
        invocation.args,
        selector=flags["selector"],
        fields=flags["field-selector"],
        all_namespaces=flags["all-namespaces"],
        bare_types=flags["all"],
        latest=not flags["local"],
        local=flags["local"],
    )


class _Wait:
    """The time that is left, and the ways to spend it."""

    def __init__(self, invocation: Invocation) -> None:
        self.api, self.client, self.invocation = invocation.api, invocation.client, invocation
        timeout = float(invocation.flag("timeout"))
        self.once = timeout == 0
        self.end = self.client.now() + (WEEK if timeout < 0 else timeout)

    @property
    def left(self) -> float:
        return max(self.end - self.client.now(), 0.0)

    def creation(self, query: Query) -> None:
        """Until the objects are there."""

        def there() -> bool:
            try:
                return bool(Selection(self.invocation, query).infos())
            except StatusError as error:
                if error.reason != "NotFound":
                    raise
                return False

        if not there() and not self.client.wait(there, self.left):
            raise CommandError(TIMED_OUT)

    def condition(self, info: Info, check: Check) -> Json:
        """Until the object passes the check."""
        _check_name(info)
        found: Json = self.api.get(info.kind, info.namespace, info.name)
        if self.once:
            if not check(found):
                raise CommandError(f"condition not met for {info.reference}")
            return found
        if not self.left:
            raise CommandError(f"{TIMED_OUT} on {info.reference}")
        events = self.api.watch(info.kind, info.namespace, {"fieldSelector": f"metadata.name={info.name}"}, self.left)
        for event in events:
            if event["type"] in ("ADDED", "MODIFIED") and check(event["object"]):
                done: Json = event["object"]
                return done
        raise CommandError(f"{TIMED_OUT} on {info.reference}")

    def deletion(self, info: Info) -> Json:
        """Until the object is gone; one of the same name that comes after it does not count."""
        _check_name(info)
        if not (self.once or self.left):
            raise CommandError("client rate limiter Wait returned an error: context deadline exceeded")
        try:
            self.api.get(info.kind, info.namespace, info.name)
        except StatusError as error:
            if error.reason != "NotFound":
                raise
            return info.object
        if self.once:
            raise CommandError(f"condition not met for {info.reference}")
        events = self.api.watch(info.kind, info.namespace, {"fieldSelector": f"metadata.name={info.name}"}, self.left)
        if any(event["type"] == "DELETED" for event in events):
            return info.object
        raise CommandError(f"{TIMED_OUT} on {info.reference}")


def _check_name(info: Info) -> None:
    if not info.name:
        raise CommandError("resource name must be provided")


def _created(obj: Json) -> bool:
    """Stands for `--for=create`."""
    return bool(obj)


def _deleted(obj: Json) -> bool:
    """Stands for `--for=delete`."""
    return not obj


def check_for(text: str) -> Check:
    """What one `--for` asks for. CommandError if it makes no sense."""
    if text.lower() == "delete":
        return _deleted
    if text.lower() == "create":
        return _created
    kind, equals, rest = text.partition("=")
    if equals and kind == "condition":
        name, equals, value = rest.partition("=")
        return lambda obj: _has_condition(obj, name, value if equals else "true")
    if equals and kind == "jsonpath":
        return _jsonpath(rest)
    raise CommandError(f"unrecognized condition: {quoted(text)}")


def _has_condition(obj: Json, name: str, value: str) -> bool:
    status = obj.get("status") or {}
    for condition in status.get("conditions") or []:
        if str(condition.get("type", "")).casefold() != name.casefold() or "status" not in condition:
            continue
        generation = obj["metadata"].get("generation")
        observed = condition.get("observedGeneration", status.get("observedGeneration"))
        if generation is not None and observed is not None and observed < generation:
            return False
        return str(condition["status"]).casefold() == value.casefold()
    return False


def _jsonpath(text: str) -> Check:
    parts = _split(text)
    if len(parts) > 2:
        raise CommandError(
            "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or "
            "--for=jsonpath='{.status.readyReplicas}'"
        )
    try:
        expression = relaxed(parts[0])
        value = parts[1].strip("'\"") if len(parts) == 2 else ""
        if len(parts) == 2 and not value:
            raise CommandError(
                "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
            )
        if not expression:
            raise CommandError("jsonpath expression cannot be empty")
        path = JSONPath(expression)
    except JSONPathError as error:
        raise CommandError(str(error)) from None
    return lambda obj: _matches(path, obj, value)


def _matches(path: JSONPath, obj: Json, value: str) -> bool:
    try:
        found = path.find(obj)
    except JSONPathError as error:
        raise CommandError(str(error)) from None
    if not found or not found[0]:
        return False
    if len(found) > 1:
        raise CommandError("given jsonpath expression matches more than one list")
    if len(found[0]) > 1:
        raise CommandError("given jsonpath expression matches more than one value")
    if not value:
        return True
    if isinstance(found[0][0], dict | list):
        raise CommandError("jsonpath leads to a nested object or list which is not supported")
    return govalue.plain(found[0][0]).strip() == value.strip()


def _split(text: str) -> list[str]:
    """The text split at single `=`; a double one belongs to the expression."""
    parts, part, at = list[str](), "", 0
    while at < len(text):
        if text.startswith("==", at):
            part += "=="
            at += 2
            continue
        if text[at] == "=":
            parts.append(part)
            part = ""
        else:
            part += text[at]
        at += 1
    return [*parts, part]


COMMAND = Command(
    "wait",
    "Experimental: Wait for a specific condition on one or many resources",
    use="wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) "
    "[--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
    long="""Experimental: Wait for a specific condition on one or many resources.

 Takes several resources and waits until every one of them has the condition in its Status field.

 It can also wait until resources have been created or deleted: give "create" or "delete" as the value of the --for flag.

 When the condition is met this is said on standard output; -o prints the object instead.""",
    examples="""# Wait until the pod "web" is ready
kubectl wait --for=condition=Ready pod/web

# Conditions are expected to be true; another value follows an equal sign (upper and lower case do not matter)
kubectl wait --for=condition=Ready=false pod/web

# Wait until the phase of the pod "web" is "Running"
kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web

# The same with a filter
kubectl wait --for='jsonpath={.status.conditions[?(@.type=="Ready")].status}=True' pod/web

# Wait until the service "shop" has got an external address
kubectl wait --for=jsonpath='{.status.loadBalancer.ingress}' service/shop

# Wait until the secret "login" exists, for at most 30 seconds
kubectl wait --for=create secret/login --timeout=30s

# Delete the pod "web" and wait until it is gone, for at most 60 seconds
kubectl delete pod/web --wait=false
kubectl wait --for=delete pod/web --timeout=60s""",
    flags=(
        *PRINT_FLAGS,
        Flag("all", "bool", usage="Select all resources in the namespace of the specified resource types"),
        ALL_NAMESPACES,
        FIELD_SELECTOR,
        Flag("filename", "stringSlice", shorthand="f", usage="identifying the resource."),
        Flag(
            "for",
            "stringArray",
            usage="The condition to wait on: [create|delete|condition=condition-name[=condition-value]|"
            "jsonpath='{JSONPath expression}'=[JSONPath value]]. The default condition-value is true. Condition values "
            "are compared after Unicode simple case folding, which is a more general form of case-insensitivity. "
            "Multiple conditions are supported and AND'ed to each other in a sequential order. If --for=create is "
            "passed, it is always waited first.",
        ),
        Flag("local", "bool", usage="If true, annotation will NOT contact api-server but run locally."),
        Flag("recursive", "bool", True, shorthand="R", usage=RECURSIVE_USAGE),
        Flag(
            "selector",
            shorthand="l",
            usage="Selector (label query) to filter on, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2)",
        ),
        Flag(
            "timeout",
            "duration",
            30.0,
            usage="The length of time to wait before giving up. Zero means check once and don't wait, negative means "
            "wait for a week.",
        ),
    ),
    run=run,
)
