"""API errors: every refusal of the API server is one `StatusError` that carries a `metav1.Status`.

`StatusError.status` is the JSON that goes over the wire and that kubectl turns into `Error from server (NotFound): …`; the
constructors below, one per reason, fill it as `k8s.io/apimachinery/pkg/api/errors` does. `GroupResource` names what an error
is about (`deployments.apps`).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from k8snb.api.validation import field
from k8snb.api.validation.field import FieldError, quote


class GroupResource(NamedTuple):
    """A resource and its API group; as text `pods` or `deployments.apps`."""

    group: str
    resource: str

    def __str__(self) -> str:
        return f"{self.resource}.{self.group}" if self.group else self.resource


class StatusError(Exception):
    """A request was refused. `status` is the `metav1.Status` as JSON data."""

    def __init__(self, status: dict[str, Any]) -> None:
        super().__init__(status.get("message", ""))
        self.status = status

    @property
    def code(self) -> int:
        """The HTTP status code."""
        return int(self.status["code"])

    @property
    def reason(self) -> str:
        """The machine-readable reason (`NotFound`), empty if unknown."""
        return str(self.status.get("reason", ""))

    @property
    def message(self) -> str:
        """The text for people."""
        return str(self.status.get("message", ""))

    @property
    def details(self) -> dict[str, Any]:
        """`status.details`: name, group, kind (the resource), causes, retryAfterSeconds; empty if there are none."""
        details: dict[str, Any] = self.status.get("details") or {}
        return details

    @property
    def causes(self) -> list[dict[str, Any]]:
        """`status.details.causes`: one per wrong field or conflicting manager."""
        causes: list[dict[str, Any]] = self.details.get("causes") or []
        return causes

    def has_cause(self, reason: str) -> bool:
        """Whether a cause of this type is among the details."""
        return any(cause.get("reason") == reason for cause in self.causes)


def not_found(resource: GroupResource, name: str) -> StatusError:
    """404: no object of that name."""
    return _failure(404, "NotFound", f"{resource} {quote(name)} not found", _about(resource, name))


def already_exists(resource: GroupResource, name: str) -> StatusError:
    """409: a create found the name taken."""
    return _failure(409, "AlreadyExists", f"{resource} {quote(name)} already exists", _about(resource, name))


def generate_name_conflict(resource: GroupResource, name: str, retry_after: int = 1) -> StatusError:
    """409: a generated name was taken."""
    message = (
        f"{resource} {quote(name)} already exists, the server was not able to generate a unique name for the object"
    )
    return _failure(409, "AlreadyExists", message, _about(resource, name, retryAfterSeconds=retry_after))


MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def conflict(resource: GroupResource, name: str, detail: str = MODIFIED) -> StatusError:
    """409: an update or delete does not fit the object's present state; by default a stale resourceVersion."""
    message = f"Operation cannot be fulfilled on {resource} {quote(name)}: {detail}"
    return _failure(409, "Conflict", message, _about(resource, name))


def apply_conflict(conflicts: Sequence[tuple[str, str]]) -> StatusError:
    """409: server-side apply would change fields that others own.

    Each conflict is the owner as printed (`"kubectl" using v1`, already quoted) and the field path (`.spec.replicas`).
    """
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {owner}", "field": path}
        for owner, path in conflicts
    ]
    if len(conflicts) == 1:
        owner, path = conflicts[0]
        message = f"Apply failed with 1 conflict: conflict with {owner}: {path}"
    else:
        lines = []
        for owner in sorted({owner for owner, _ in conflicts}):
            lines += [f"conflicts with {owner}:", *(f"- {path}" for each, path in conflicts if each == owner)]
        message = f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)
    return _failure(409, "Conflict", message, {"causes": causes})


def invalid(kind: str, group: str, name: str, errors: Iterable[FieldError]) -> StatusError:
    """422: validation failed; one cause per error, the message names each distinct one."""
    errors = list(errors)
    message = f"{GroupResource(group, kind)} {quote(name)} is invalid"
    if errors:
        message += f": {field.aggregate(errors)}"
    details = _about(GroupResource(group, kind), name, causes=[error.cause() for error in errors])
    return _failure(422, "Invalid", message, details)


def forbidden(resource: GroupResource | None, name: str, detail: str) -> StatusError:
    """403: admission or authorisation said no. Without a resource the path itself was refused."""
    if resource is None or not any(resource):
        return _failure(403, "Forbidden", f"forbidden: {detail}", {})
    subject = f"{resource} {quote(name)}" if name else f"{resource}"
    return _failure(403, "Forbidden", f"{subject} is forbidden: {detail}", _about(resource, name))


def access_denied(
    user: str,
    verb: str,
    resource: GroupResource,
    namespace: str,
    name: str = "",
    subresource: str = "",
    reason: str = "",
) -> StatusError:
    """403 in the words of the authoriser: who may not do what to which resource, and where."""
    what = f"{resource.resource}/{subresource}" if subresource else resource.resource
    where = f"in the namespace {quote(namespace)}" if namespace else "at the cluster scope"
    detail = f"User {quote(user)} cannot {verb} resource {quote(what)} in API group {quote(resource.group)} {where}"
    return forbidden(resource, name, f"{detail}: {reason}" if reason else detail)


def path_denied(user: str, verb: str, path: str, reason: str = "") -> StatusError:
    """403 for a path that is no resource, such as `/metrics`."""
    detail = f"User {quote(user)} cannot {verb} path {quote(path)}"
    return forbidden(None, "", f"{detail}: {reason}" if reason else detail)


def unauthorized(message: str = "Unauthorized") -> StatusError:
    """401: nobody knows who is asking."""
    return _failure(401, "Unauthorized", message or "not authorized")


def bad_request(message: str) -> StatusError:
    """400: the request cannot be understood."""
    return _failure(400, "BadRequest", message)


def method_not_supported(resource: GroupResource, action: str) -> StatusError:
    """405: the resource does not know the verb."""
    message = f"{action} is not supported on resources of kind {quote(str(resource))}"
    return _failure(405, "MethodNotAllowed", message, _about(resource, ""))


def not_acceptable(media_types: Iterable[str]) -> StatusError:
    """406: none of the media types asked for can be produced."""
    accepted = ", ".join(media_types)
    return _failure(406, "NotAcceptable", f"only the following media types are accepted: {accepted}")


def unsupported_media_type(media_types: Iterable[str]) -> StatusError:
    """415: the body is in no known format."""
    accepted = ", ".join(media_types)
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return _failure(415, "UnsupportedMediaType", message)


def gone(message: str) -> StatusError:
    """410: it was here, and nobody knows where it is now."""
    return _failure(410, "Gone", message)


def expired(message: str) -> StatusError:
    """410: the history asked for has been compacted away."""
    return _failure(410, "Expired", message)


def resource_version_too_old(requested: int, oldest: int) -> StatusError:
    """410 for a watch from a resourceVersion that the server no longer has."""
    return expired(f"too old resource version: {requested} ({oldest})")


def continue_expired() -> StatusError:
    """410 for a list that goes on too late."""
    return expired(
        "The provided continue parameter is too old to display a consistent list result. "
        "You can start a new list without the continue parameter."
    )


def resource_version_too_large(requested: int, current: int, retry_after: int = 1) -> StatusError:
    """504: the client knows of a resourceVersion that the server has not reached."""
    error = timeout(f"Too large resource version: {requested}, current: {current}", retry_after)
    error.status["details"]["causes"] = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    return error


def timeout(message: str, retry_after: int = 0) -> StatusError:
    """504: not done in time, may still be done."""
    return _failure(504, "Timeout", f"Timeout: {message}", _details(retryAfterSeconds=retry_after))


def server_timeout(resource: GroupResource, operation: str, retry_after: int = 0) -> StatusError:
    """500: could not be done just now; try again."""
    message = f"The {operation} operation against {resource} could not be completed at this time, please try again."
    return _failure(500, "ServerTimeout", message, _about(resource, operation, retryAfterSeconds=retry_after))


def too_many_requests(message: str, retry_after: int = 0, causes: Sequence[dict[str, Any]] = ()) -> StatusError:
    """429: come back later; eviction uses it for disruption budgets, with a cause."""
    return _failure(429, "TooManyRequests", message, _details(causes=list(causes), retryAfterSeconds=retry_after))


def request_entity_too_large(message: str) -> StatusError:
    """413: more bytes than the server reads."""
    return _failure(413, "RequestEntityTooLarge", f"Request entity too large: {message}")


def object_too_large() -> StatusError:
    """500: etcd's own words, which upstream passes on as they are."""
    return _failure(500, "", "etcdserver: request is too large")


def service_unavailable(message: str) -> StatusError:
    """503: not ready to serve."""
    return _failure(503, "ServiceUnavailable", message)


def internal_error(message: str) -> StatusError:
    """500: the server's own fault."""
    details = {"causes": [{"message": message}]}
    return _failure(500, "InternalError", f"Internal error occurred: {message}", details)


def untyped(message: str) -> StatusError:
    """500 for a failure that upstream gives no reason."""
    return _failure(500, "", message)


_GENERIC = {
    400: ("BadRequest", "the server rejected our request for an unknown reason"),
    401: ("Unauthorized", "the server has asked for the client to provide credentials"),
    404: ("NotFound", "the server could not find the requested resource"),
    405: ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
    406: ("NotAcceptable", "the server was unable to respond with a content type that the client supports"),
    409: ("Conflict", "the server reported a conflict"),
    422: ("Invalid", "the server rejected our request due to an error in our request"),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: (
        "Timeout",
        "the server was unable to return a response in the time allotted, but may still be processing the request",
    ),
}


def generic_server_response(
    code: int, verb: str, resource: GroupResource | None, name: str, server_message: str, unexpected: bool = False
) -> StatusError:
    """What a client makes of an answer that is no `Status`: the code put into words. `verb` is the HTTP method."""
    reason, message = _GENERIC.get(
        code, ("", f"the server responded with the status code {code} but did not return more information")
    )
    if code == 409 and verb == "POST":
        reason = "AlreadyExists"
    elif code in (403, 415):
        reason, message = {403: "Forbidden", 415: "UnsupportedMediaType"}[code], server_message
    elif code == 406 and server_message not in ("", "unknown"):
        message = server_message
    elif code >= 500 and not reason:
        reason = "InternalError"
        message = f"an error on the server ({quote(server_message)}) has prevented the request from succeeding"
    resource = resource or GroupResource("", "")
    if any(resource):
        message += f" ({verb.lower()} {resource} {name})" if name else f" ({verb.lower()} {resource})"
    details = _about(resource, name)
    if unexpected:
        details["causes"] = [{"reason": "UnexpectedServerResponse", "message": server_message}]
    return _failure(code, reason, message, details)


def _about(resource: GroupResource, name: str, **more: Any) -> dict[str, Any]:
    return _details(name=name, group=resource.group, kind=resource.resource, **more)


def _details(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value}


def _failure(code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> StatusError:
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
        "code": code,
    }
    if details is None:
        del status["details"]
    if not reason:
        del status["reason"]
    return StatusError(status)
