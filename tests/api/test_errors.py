"""Status errors and field errors: texts, codes, details, and how values are printed."""

from typing import Any

import pytest

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.meta import LabelSelector, LabelSelectorRequirement
from k8snb.api.validation import field

DEPLOYMENTS = GroupResource("apps", "deployments")
PODS = GroupResource("", "pods")


@pytest.mark.parametrize(
    ("error", "code", "reason", "message"),
    [
        (errors.not_found(DEPLOYMENTS, "x"), 404, "NotFound", 'deployments.apps "x" not found'),
        (errors.already_exists(PODS, "x"), 409, "AlreadyExists", 'pods "x" already exists'),
        (
            errors.generate_name_conflict(PODS, "x"),
            409,
            "AlreadyExists",
            'pods "x" already exists, the server was not able to generate a unique name for the object',
        ),
        (
            errors.conflict(DEPLOYMENTS, "x"),
            409,
            "Conflict",
            'Operation cannot be fulfilled on deployments.apps "x": the object has been modified; '
            "please apply your changes to the latest version and try again",
        ),
        (errors.forbidden(PODS, "x", "no"), 403, "Forbidden", 'pods "x" is forbidden: no'),
        (errors.forbidden(PODS, "", "no"), 403, "Forbidden", "pods is forbidden: no"),
        (
            errors.path_denied("eve", "get", "/metrics"),
            403,
            "Forbidden",
            'forbidden: User "eve" cannot get path "/metrics"',
        ),
        (
            errors.access_denied("eve", "list", PODS, "default"),
            403,
            "Forbidden",
            'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"',
        ),
        (
            errors.access_denied("eve", "create", PODS, "", "x", "exec"),
            403,
            "Forbidden",
            'pods "x" is forbidden: User "eve" cannot create resource "pods/exec" in API group "" at the cluster scope',
        ),
        (errors.unauthorized(), 401, "Unauthorized", "Unauthorized"),
        (errors.bad_request("no"), 400, "BadRequest", "no"),
        (
            errors.method_not_supported(PODS, "patch"),
            405,
            "MethodNotAllowed",
            'patch is not supported on resources of kind "pods"',
        ),
        (
            errors.not_acceptable(["application/json", "text/plain"]),
            406,
            "NotAcceptable",
            "only the following media types are accepted: application/json, text/plain",
        ),
        (
            errors.unsupported_media_type(["application/json"]),
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: application/json",
        ),
        (errors.resource_version_too_old(3, 7), 410, "Expired", "too old resource version: 3 (7)"),
        (
            errors.resource_version_too_large(9, 7),
            504,
            "Timeout",
            "Timeout: Too large resource version: 9, current: 7",
        ),
        (
            errors.server_timeout(PODS, "list"),
            500,
            "ServerTimeout",
            "The list operation against pods could not be completed at this time, please try again.",
        ),
        (
            errors.too_many_requests("Cannot evict pod as it would violate the pod's disruption budget."),
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
        ),
        (
            errors.request_entity_too_large("limit is 3145728"),
            413,
            "RequestEntityTooLarge",
            "Request entity too large: limit is 3145728",
        ),
        (errors.internal_error("oops"), 500, "InternalError", "Internal error occurred: oops"),
        (
            errors.generic_server_response(404, "GET", PODS, "x", ""),
            404,
            "NotFound",
            "the server could not find the requested resource (get pods x)",
        ),
        (
            errors.generic_server_response(502, "GET", None, "", "bad gateway"),
            502,
            "InternalError",
            'an error on the server ("bad gateway") has prevented the request from succeeding',
        ),
    ],
)
def test_constructors(error: errors.StatusError, code: int, reason: str, message: str) -> None:
    assert (error.code, error.reason, error.message, str(error)) == (code, reason, message, message)
    assert error.status["kind"] == "Status"
    assert error.status["status"] == "Failure"


def test_details_name_the_object() -> None:
    assert errors.not_found(DEPLOYMENTS, "x").details == {"name": "x", "group": "apps", "kind": "deployments"}
    assert errors.not_found(PODS, "x").details == {"name": "x", "kind": "pods"}
    assert errors.too_many_requests("wait", 10).details == {"retryAfterSeconds": 10}


def test_invalid_with_one_error() -> None:
    error = errors.invalid("Pod", "", "web", [field.required("spec.containers")])
    assert error.message == 'Pod "web" is invalid: spec.containers: Required value'
    assert error.details == {
        "name": "web",
        "kind": "Pod",
        "causes": [{"reason": "FieldValueRequired", "message": "Required value", "field": "spec.containers"}],
    }
    assert error.has_cause("FieldValueRequired")
    assert not error.has_cause("FieldValueInvalid")


def test_invalid_with_several_errors_names_each_text_once() -> None:
    twice = field.duplicate("spec.a", "x")
    error = errors.invalid("Deployment", "apps", "web", [twice, field.required("spec.b", "say it"), twice])
    assert error.message == (
        'Deployment.apps "web" is invalid: [spec.a: Duplicate value: "x", spec.b: Required value: say it]'
    )
    assert len(error.causes) == 3


def test_apply_conflicts() -> None:
    one = errors.apply_conflict([('"kubectl" using v1', ".data.a")])
    assert one.message == 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.a'
    assert one.causes == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "kubectl" using v1', "field": ".data.a"}
    ]
    more = errors.apply_conflict([('"z"', ".a"), ('"b" using v1', ".b"), ('"z"', ".c")])
    assert (
        more.message
        == 'Apply failed with 3 conflicts: conflicts with "b" using v1:\n- .b\nconflicts with "z":\n- .a\n- .c'
    )


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (field.invalid("p", "x", "must be y"), 'Invalid value: "x": must be y'),
        (field.invalid("p", 3, "no"), "Invalid value: 3: no"),
        (field.invalid("p", True, "no"), "Invalid value: true: no"),
        (field.invalid("p", None, "no"), "Invalid value: null: no"),
        (field.invalid("p", 1.5, "no"), "Invalid value: 1.5: no"),
        (field.invalid("p", ("a", "b"), "no"), 'Invalid value: ["a","b"]: no'),
        (field.invalid("p", {"b": "2", "a": "<1>"}, "no"), 'Invalid value: {"a":"\\u003c1\\u003e","b":"2"}: no'),
        (field.invalid("p", LabelSelector(), "no"), "Invalid value: {}: no"),
        (
            field.invalid(
                "p",
                LabelSelector(
                    matchExpressions=(LabelSelectorRequirement(key="a", operator="Exists"),), matchLabels={"x": "y"}
                ),
                "no",
            ),
            'Invalid value: {"matchLabels":{"x":"y"},"matchExpressions":[{"key":"a","operator":"Exists"}]}: no',
        ),
        (field.invalid("p", field.GoStruct(Port=80, Name=""), "no"), 'Invalid value: {"Port":80,"Name":""}: no'),
        (field.not_supported("p", "x", ("a", "b")), 'Unsupported value: "x": supported values: "a", "b"'),
        (field.not_supported("p", "x", ()), 'Unsupported value: "x"'),
        (field.duplicate("p", "x"), 'Duplicate value: "x"'),
        (field.not_found("p", "x"), 'Not found: "x"'),
        (field.forbidden("p", "no"), "Forbidden: no"),
        (field.required("p"), "Required value"),
        (field.required("p", "why"), "Required value: why"),
        (field.too_long("p", 10), "Too long: may not be more than 10 bytes"),
        (field.too_long("p", 1), "Too long: may not be more than 1 byte"),
        (field.too_long_characters("p", 2), "Too long: may not be more than 2 characters"),
        (field.too_many("p", 7, 5), "Too many: 7: must have at most 5 items"),
        (field.too_many("p", 2, 1), "Too many: 2: must have at most 1 item"),
        (field.too_many("p", -1, 5), "Too many: must have at most 5 items"),
        (field.too_few("p", 0, 1), "Too few: 0: must have at least 1 item"),
        (field.internal("p", "oops"), "Internal error: oops"),
        (field.type_invalid("p", "x", "must be integer"), 'Invalid value: "x": must be integer'),
    ],
)
def test_field_errors(error: field.FieldError, body: str) -> None:
    assert error.body == body
    assert str(error) == f"p: {body}"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("plain", '"plain"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("line\nfeed\ttab", '"line\\nfeed\\ttab"'),
        ("bell\a\x01\x7f", '"bell\\a\\x01\\x7f"'),
        ("grün 中文", '"grün 中文"'),
        ("\u2028\U000e0001", '"\\u2028\\U000e0001"'),
    ],
)
def test_quote_is_go_quote(text: str, quoted: str) -> None:
    assert field.quote(text) == quoted


def test_equal_errors() -> None:
    def make(value: Any) -> field.FieldError:
        return field.invalid("p", value, "no")

    assert make("x") == make("x")
    assert make("x") != make("y")
    assert len({make("x"), make("x"), make("y")}) == 2
