"""Field errors: what is wrong with one field of an object, and how Kubernetes words it.

A validator returns `list[FieldError]`; the API server folds the list into one `Invalid` status, and kubectl prints one
line per error (`spec.containers[0].image: Required value`). A path is a plain string (`f"{path}.name"`, `f"{path}[{i}]"`,
`f"{path}[{key}]"` for map keys): an f-string costs less than any path object, and most are written only on error.

Values are rendered as Go does: strings quoted (`%q`), everything else as JSON; `None` is JSON's `null`. Texts follow
`k8s.io/apimachinery/pkg/util/validation/field` v0.36.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

REQUIRED: Final = "FieldValueRequired"
INVALID: Final = "FieldValueInvalid"
TYPE_INVALID: Final = "FieldValueTypeInvalid"
NOT_SUPPORTED: Final = "FieldValueNotSupported"
DUPLICATE: Final = "FieldValueDuplicate"
NOT_FOUND: Final = "FieldValueNotFound"
FORBIDDEN: Final = "FieldValueForbidden"
TOO_LONG: Final = "FieldValueTooLong"
TOO_SHORT: Final = "FieldValueTooShort"
TOO_MANY: Final = "FieldValueTooMany"
TOO_FEW: Final = "FieldValueTooFew"
INTERNAL: Final = "InternalError"

_WORDS: Final = {
    REQUIRED: "Required value",
    INVALID: "Invalid value",
    TYPE_INVALID: "Invalid value",
    NOT_SUPPORTED: "Unsupported value",
    DUPLICATE: "Duplicate value",
    NOT_FOUND: "Not found",
    FORBIDDEN: "Forbidden",
    TOO_LONG: "Too long",
    TOO_SHORT: "Too short",
    TOO_MANY: "Too many",
    TOO_FEW: "Too few",
    INTERNAL: "Internal error",
}
_SILENT: Final = frozenset({REQUIRED, FORBIDDEN, TOO_LONG, TOO_SHORT, INTERNAL})
_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


class FieldError:
    """One wrong field: `type` is the API's cause type, `field` the path, `value` what is there, `detail` the reason."""

    __slots__ = ("detail", "field", "type", "value")

    def __init__(self, type: str, field: str, value: Any, detail: str) -> None:
        self.type, self.field, self.value, self.detail = type, field, value, detail

    @property
    def body(self) -> str:
        """The text without the field's name, as it appears in `status.details.causes[].message`."""
        text = _WORDS[self.type]
        if self.type not in _SILENT and self.value is not OMITTED:
            text = f"{text}: {render(self.value)}"
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.field}: {self.body}"

    def __repr__(self) -> str:
        return f"FieldError({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldError):
            return NotImplemented
        return (self.type, self.field, self.body) == (other.type, other.field, other.body)

    def __hash__(self) -> int:
        return hash((self.type, self.field, self.body))

    def cause(self) -> dict[str, Any]:
        """The error as a `metav1.StatusCause`."""
        cause = {"reason": self.type, "message": self.body, "field": self.field}
        return {name: value for name, value in cause.items() if value}


class _Omitted:
    """Stands for a value that is not to be printed."""


OMITTED: Final = _Omitted()


def required(path: str, detail: str = "") -> FieldError:
    """A field that must be set is not."""
    return FieldError(REQUIRED, path, "", detail)


def invalid(path: str, value: Any, detail: str) -> FieldError:
    """A malformed value: failed pattern, out of bounds, contradicting another field."""
    return FieldError(INVALID, path, value, detail)


def type_invalid(path: str, value: Any, detail: str) -> FieldError:
    """A value of the wrong JSON type (custom resources)."""
    return FieldError(TYPE_INVALID, path, value, detail)


def not_supported(path: str, value: Any, supported: Iterable[str]) -> FieldError:
    """A value outside an enumeration; `supported` is printed in the order given."""
    values = ", ".join(quote(text) for text in supported)
    return FieldError(NOT_SUPPORTED, path, value, f"supported values: {values}" if values else "")


def duplicate(path: str, value: Any) -> FieldError:
    """A value that must be unique among its siblings is not."""
    return FieldError(DUPLICATE, path, value, "")


def not_found(path: str, value: Any) -> FieldError:
    """A reference to something that does not exist, such as a volume's name in a mount."""
    return FieldError(NOT_FOUND, path, value, "")


def forbidden(path: str, detail: str) -> FieldError:
    """A well-formed value that is not permitted here."""
    return FieldError(FORBIDDEN, path, "", detail)


def too_long(path: str, most: int) -> FieldError:
    """More bytes than allowed; negative `most` leaves the number out."""
    return FieldError(TOO_LONG, path, "", _limit("may not be more than", most, "byte", "value is too long"))


def too_long_characters(path: str, most: int) -> FieldError:
    """More characters than allowed."""
    return FieldError(TOO_LONG, path, "", _limit("may not be more than", most, "character", "value is too long"))


def too_short(path: str, least: int) -> FieldError:
    """Fewer characters than required."""
    return FieldError(TOO_SHORT, path, "", _limit("must be at least", least, "character", "value is too short"))


def too_many(path: str, actual: int, most: int) -> FieldError:
    """A list with too many items; negative numbers are left out of the text."""
    detail = _limit("must have at most", most, "item", "has too many items")
    return FieldError(TOO_MANY, path, actual if actual >= 0 else OMITTED, detail)


def too_few(path: str, actual: int, least: int) -> FieldError:
    """A list with too few items; negative numbers are left out of the text."""
    detail = _limit("must have at least", least, "item", "has too few items")
    return FieldError(TOO_FEW, path, actual if actual >= 0 else OMITTED, detail)


def internal(path: str, detail: str) -> FieldError:
    """Something that is not the user's fault."""
    return FieldError(INTERNAL, path, None, detail)


def aggregate(errors: Iterable[FieldError]) -> str:
    """All errors as one text: alone as it is, several as `[a, b]`, each text once."""
    texts = list(dict.fromkeys(str(error) for error in errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def render(value: Any) -> str:
    """A value as Go prints it inside a field error: `"x"`, `3`, `true`, `null`, `{"app":"web"}`."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float):
        return _float(value)
    return to_json(value)


def quote(text: str) -> str:
    """Go's `strconv.Quote`."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join(_escape(char) for char in text)}"'


def quoted_list(texts: Sequence[str]) -> str:
    """Go's `%q` of a list of strings: `["a" "b"]`."""
    return f"[{' '.join(quote(text) for text in texts)}]"


class GoStruct:
    """A Go struct to be printed: its members keep their order, where the keys of a map are sorted."""

    __slots__ = ("members",)

    def __init__(self, **members: Any) -> None:
        self.members = members


def to_json(value: Any) -> str:
    """Go's `json.Marshal`: no blanks, map keys sorted, `<`, `>` and `&` escaped.

    Objects of the API print the fields that are set, in the order in which Go declares them.
    """
    if hasattr(value, "to_dict"):
        value = _declared(value)
    if isinstance(value, GoStruct):
        return "{" + ",".join(f"{to_json(name)}:{to_json(item)}" for name, item in value.members.items()) + "}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{to_json(name)}:{to_json(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, tuple | list):
        return f"[{','.join(map(to_json, value))}]"
    if isinstance(value, float):
        return _float(value)
    text = json.dumps(value, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


#: Go's order of fields where it is not the alphabet's
_GO_ORDER: Final = {
    "LabelSelector": ("matchLabels", "matchExpressions"),
    "OwnerReference": ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"),
}


def _declared(value: Any) -> GoStruct:
    fields = value.__dict__
    order = _GO_ORDER.get(type(value).__name__) or type(value).__pydantic_fields__
    return GoStruct(**{value.aliases.get(name, name): fields[name] for name in order if name in fields})


def _limit(words: str, limit: int, noun: str, unlimited: str) -> str:
    return unlimited if limit < 0 else f"{words} {limit} {noun}{'' if limit == 1 else 's'}"


def _float(value: float) -> str:
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    return repr(value)


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as Python's surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
