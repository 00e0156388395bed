"""How kubectl fails: which words go to standard error and which exit code follows.

A failure is one of kubectl's own (`CommandError`), a refusal by the server (`StatusError`), or several of them (`Many`).
Alone it is worded with `error: ` or `Error from server (Reason): `, among others without `error: `, as upstream does it.
Source: `k8s.io/kubectl/pkg/cmd/util/helpers.go` (CheckErr, StandardErrorMessage, MultilineError).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8snb.api.errors import StatusError
from k8snb.client.refused import ConnectionRefused

DEFAULT_CODE = 1


class CommandError(Exception):
    """An error of kubectl's own: printed as `error: <message>`; `bare` leaves `error: ` out (unknown resource types)."""

    def __init__(self, message: str, code: int = DEFAULT_CODE, *, bare: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.bare = message, code, bare


class UsageError(CommandError):
    """A wrong command line; `See 'kubectl <command> -h' for help and examples` is added."""


class Exit(Exception):
    """End with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit {code}")
        self.code = code


class Many(Exception):
    """Several errors of one command, each on a line of its own. One of them may be a `Many`: it takes one line."""

    def __init__(self, errors: Sequence[Exception]) -> None:
        super().__init__("several errors")
        self.errors = list(errors)


#: what a command may raise to fail
FAILURES = (CommandError, StatusError, Many)


def raise_all(errors: Sequence[Exception]) -> None:
    """Raise one error as it is, several as `Many`; nothing if there are none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Many(errors)


def from_source(doing: str, source: str, error: Exception) -> Exception:
    """The error with what kubectl was doing and the file it was about (`error when creating "web.yaml": …`)."""
    if not source:
        return error
    prefix = f"error when {doing} {quoted(source)}: "
    if isinstance(error, StatusError) and not isinstance(error, ConnectionRefused):
        return StatusError({**error.status, "message": prefix + error.message})
    return CommandError(prefix + text_of(error))


def text_of(error: Exception) -> str:
    """The bare text of an error, as Go's `Error()`; several become `[a, b]`, each different text once."""
    if isinstance(error, Many):
        texts = list(dict.fromkeys(text_of(one) for one in error.errors))
        return texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    if isinstance(error, StatusError | CommandError):
        return error.message
    raise error


def message_of(error: Exception) -> str:
    """The text for standard error, without the newline at its end."""
    if isinstance(error, Many):
        if len(error.errors) == 1:
            return _alone(error.errors[0])
        return "\n".join(among_others(one) for one in error.errors)
    return _alone(error)


def among_others(error: Exception) -> str:
    """How an error reads in a list of several."""
    if isinstance(error, ConnectionRefused):
        return error.told
    return refusal(error) if isinstance(error, StatusError) else text_of(error)


def _alone(error: Exception) -> str:
    if isinstance(error, Many):
        return "\n".join(among_others(one) for one in error.errors)
    if isinstance(error, ConnectionRefused):
        return error.told
    if isinstance(error, StatusError):
        return status_message(error)
    text = text_of(error)
    return text if text.startswith("error: ") or (isinstance(error, CommandError) and error.bare) else f"error: {text}"


def refusal(error: StatusError) -> str:
    """A refusal by the server on one line: `Error from server (NotFound): …`."""
    if error.reason == "Unauthorized":
        return f"error: You must be logged in to the server ({error.message})"
    if error.reason:
        return f"Error from server ({error.reason}): {error.message}"
    return f"Error from server: {error.message}"


def status_message(error: StatusError) -> str:
    """A refusal by the server that stands alone; an invalid object lists its fields."""
    if error.reason != "Invalid":
        return refusal(error)
    prefix = "The request is invalid"
    if "details" not in error.status:
        return f"{prefix}: {error.message}" if error.message else prefix
    kind, name = error.details.get("kind", ""), error.details.get("name", "")
    if kind or name:
        prefix = f"The {kind} {quoted(name)} is invalid"
    elif error.message and not error.causes:
        prefix = f"{prefix}: {error.message}"
    if not error.causes:
        return prefix
    causes = dict.fromkeys(f"{cause.get('field', '')}: {cause.get('message', '')}" for cause in error.causes)
    return multiline(f"{prefix}: ", causes)


def multiline(prefix: str, errors: Iterable[str]) -> str:
    """One error behind the prefix, several as a list below it."""
    found = list(errors)
    if len(found) == 1:
        return prefix + found[0]
    return "\n".join([prefix, *(f"* {text}" for text in found)])


def quoted(text: str) -> str:
    """A text as Go's `%q`."""
    from k8snb.api.validation.field import quote

    return quote(text)
