"""How failures are worded: alone, among others, refusals of the server with their fields."""

from __future__ import annotations

import pytest

from k8snb.api import errors as api_errors
from k8snb.api.errors import GroupResource, StatusError
from k8snb.api.validation.field import invalid, required
from k8snb.kubectl.errors import CommandError, Many, from_source, message_of, raise_all, text_of

NOT_FOUND = api_errors.not_found(GroupResource("apps", "deployments"), "web")
INVALID_ONE = api_errors.invalid("Pod", "", "web", [required("spec.containers", "")])
INVALID_TWO = api_errors.invalid("Pod", "", "", [required("a", ""), invalid("b", 1, "no"), invalid("b", 1, "no")])


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (CommandError("it broke"), "error: it broke"),
        (CommandError("error: it broke"), "error: it broke"),
        (CommandError("no such type", bare=True), "no such type"),
        (NOT_FOUND, 'Error from server (NotFound): deployments.apps "web" not found'),
        (api_errors.unauthorized(), "error: You must be logged in to the server (Unauthorized)"),
        (INVALID_ONE, 'The Pod "web" is invalid: spec.containers: Required value'),
        (
            INVALID_TWO,
            'The Pod "" is invalid: \n* a: Required value\n* b: Invalid value: 1: no',
        ),
        (Many([CommandError("one")]), "error: one"),
        (Many([CommandError("one"), NOT_FOUND]), f"one\n{message_of(NOT_FOUND)}"),
        (
            Many([CommandError("one"), Many([CommandError("two"), CommandError("three"), CommandError("two")])]),
            "one\n[two, three]",
        ),
        (Many([Many([CommandError("one"), CommandError("two")])]), "one\ntwo"),
    ],
)
def test_message(error: Exception, text: str) -> None:
    assert message_of(error) == text


def test_invalid_without_details_is_a_request() -> None:
    status = {"reason": "Invalid", "message": "patch: no", "code": 422}
    assert message_of(StatusError(status)) == "The request is invalid: patch: no"
    assert message_of(StatusError({**status, "details": {}})) == "The request is invalid: patch: no"


def test_source_is_put_before_the_message_and_kept_out_of_field_lists() -> None:
    wrapped = from_source("creating", "web.yaml", NOT_FOUND)
    assert message_of(wrapped) == (
        'Error from server (NotFound): error when creating "web.yaml": deployments.apps "web" not found'
    )
    assert message_of(from_source("creating", "web.yaml", INVALID_ONE)) == message_of(INVALID_ONE)
    assert from_source("creating", "", NOT_FOUND) is NOT_FOUND
    plain = from_source("creating", "a", CommandError("no"))
    assert text_of(plain) == 'error when creating "a": no'


def test_raise_all_raises_one_error_as_it_is() -> None:
    raise_all([])
    with pytest.raises(StatusError):
        raise_all([NOT_FOUND])
    with pytest.raises(Many) as found:
        raise_all([NOT_FOUND, CommandError("x")])
    assert found.value.errors[0] is NOT_FOUND
