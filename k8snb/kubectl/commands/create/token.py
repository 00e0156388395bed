"""`kubectl create token`: a short-lived token of a service account, from the TokenRequest API.

Source: `k8s.io/kubectl/pkg/cmd/create/create_token.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.create.generator import one_name
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kinds import compiled
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag

BOUND_KINDS: Final = {"Node": "v1", "Pod": "v1", "Secret": "v1"}


_META = ("name", "namespace", "creationTimestamp")


def run(invocation: Invocation) -> None:
    """Request a token and print it."""
    name = one_name(invocation)
    _check(invocation)
    output = Output(invocation, typed=True)
    printer = None if output.format == "" else output.printer("created")
    kind = compiled("serviceaccounts")
    path = kind.path(invocation.namespace, name, "token")
    try:
        answer = invocation.api.call("POST", path, body=_request(invocation), about=kind.about, name=name).body
    except StatusError as error:
        raise CommandError(f"failed to create token: {error.message}") from None
    token = (answer.get("status") or {}).get("token", "")
    if not token:
        raise CommandError("failed to create token: no token in server response")
    if printer is None:
        invocation.line(token)
    else:
        printer(_in_go_order(answer))


def _in_go_order(answer: dict[str, Any]) -> dict[str, Any]:
    """A TokenRequest as the Go client holds it."""
    spec, status = answer["spec"], answer["status"]
    return {
        "kind": answer["kind"],
        "apiVersion": answer["apiVersion"],
        "metadata": {key: answer["metadata"][key] for key in _META if key in answer["metadata"]},
        "spec": {
            "audiences": spec.get("audiences"),
            "expirationSeconds": spec.get("expirationSeconds"),
            "boundObjectRef": spec.get("boundObjectRef"),
        },
        "status": {"token": status["token"], "expirationTimestamp": status.get("expirationTimestamp")},
    }


def _check(invocation: Invocation) -> None:
    duration, kind = invocation.flag("duration"), invocation.flag("bound-object-kind")
    if duration < 0:
        raise CommandError("--duration must be greater than or equal to 0")
    if duration != int(duration):
        raise CommandError("--duration cannot be expressed in units less than seconds")
    if not kind:
        for flag in ("bound-object-name", "bound-object-uid"):
            if invocation.flag(flag):
                raise CommandError(f"--{flag} can only be set if --bound-object-kind is provided")
    elif kind not in BOUND_KINDS:
        raise CommandError(f"supported --bound-object-kind values are {', '.join(BOUND_KINDS)}")
    elif not invocation.flag("bound-object-name"):
        raise CommandError("--bound-object-name is required if --bound-object-kind is provided")


def _request(invocation: Invocation) -> dict[str, Any]:
    spec: dict[str, Any] = {"audiences": list(invocation.flag("audience"))}
    if invocation.flag("duration"):
        spec["expirationSeconds"] = int(invocation.flag("duration"))
    kind = invocation.flag("bound-object-kind")
    if kind:
        bound = {"kind": kind, "apiVersion": BOUND_KINDS[kind], "name": invocation.flag("bound-object-name")}
        if invocation.flag("bound-object-uid"):
            bound["uid"] = invocation.flag("bound-object-uid")
        spec["boundObjectRef"] = bound
    return {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": {}, "spec": spec}


COMMAND = Command(
    "token",
    "Request a service account token",
    use="token SERVICE_ACCOUNT_NAME",
    run=run,
    flags=(
        *PRINT_FLAGS,
        Flag(
            "audience",
            "stringArray",
            usage="Audience of the requested token. If unset, defaults to requesting a token for use with the Kubernetes "
            "API server. May be repeated to request a token valid for multiple audiences.",
        ),
        Flag(
            "bound-object-kind",
            usage="Kind of an object to bind the token to. Supported kinds are Node, Pod, Secret. If set, "
            "--bound-object-name must be provided.",
        ),
        Flag(
            "bound-object-name",
            usage="Name of an object to bind the token to. The token will expire when the object is deleted. Requires "
            "--bound-object-kind.",
        ),
        Flag(
            "bound-object-uid",
            usage="UID of an object to bind the token to. Requires --bound-object-kind and --bound-object-name. If unset, "
            "the UID of the existing object is used.",
        ),
        Flag(
            "duration",
            "duration",
            usage="Requested lifetime of the issued token. If not set or if set to 0, the lifetime will be determined by "
            "the server automatically. The server may return a token with a longer or shorter lifetime.",
        ),
    ),
    examples="""
# A token with which a program outside can act as the account
kubectl create token robot

# One that is good for ten minutes
kubectl create token robot --duration=10m
""",
)
