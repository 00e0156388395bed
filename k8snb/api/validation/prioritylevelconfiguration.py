"""PriorityLevelConfigurations: shares and queues within bounds; the server's own levels stay as they are.

Follows `pkg/apis/flowcontrol/validation` v1.36.
"""

from math import log2
from typing import Any, Final

from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required
from k8snb.api.validation.flowschema import validate_flow_conditions

_EXEMPT, _LIMITED = "Exempt", "Limited"
_TYPES: Final = (_EXEMPT, _LIMITED)
_RESPONSES: Final = ("Queue", "Reject")
_QUEUES_MAX: Final = 10_000_000
_HASH_BITS: Final = 60
_SHARES: Final = "must be a non-negative integer"
_PERCENT: Final = "must be between 0 and 100, inclusive"


def validate_priority_level_configuration(obj: Any, mandatory: Any | None) -> list[FieldError]:
    """A priority level, its common metadata apart; `mandatory` is the spec it must have, if it is the server's own."""
    spec, name = obj.spec, obj.metadata.name
    errors: list[FieldError] = []
    if (name == "exempt") != (spec.type == _EXEMPT):
        detail = "type must be 'Exempt' if and only if name is 'exempt'"
        errors.append(invalid("spec.type", spec.type, detail))
    errors += _validate_type(spec)
    if mandatory is not None:
        exempt = mandatory.type == _EXEMPT
        compared = spec.replace(exempt=mandatory.exempt) if exempt else spec
        if not equal(compared, mandatory):
            but = " except the 'spec.exempt' field" if exempt else ""
            errors.append(invalid("spec", spec, f"spec of '{name}'{but} must equal the fixed value"))
    return errors + validate_flow_conditions(obj.status.conditions)


def _validate_type(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.type == _EXEMPT:
        if spec.limited is not None:
            errors.append(forbidden("spec.limited", "must be nil if the type is not Limited"))
        if spec.exempt is not None:
            errors += _validate_shares(spec.exempt, "spec.exempt")
    elif spec.type == _LIMITED:
        if spec.exempt is not None:
            errors.append(forbidden("spec.exempt", "must be nil if the type is Limited"))
        if spec.limited is None:
            errors.append(required("spec.limited", "must not be empty when type is Limited"))
        else:
            errors += _validate_limited(spec.limited)
    else:
        errors.append(not_supported("spec.type", spec.type, _TYPES))
    return errors


def _validate_shares(level: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    shares, lendable = level.nominalConcurrencyShares, level.lendablePercent
    if shares is not None and shares < 0:
        errors.append(invalid(f"{path}.nominalConcurrencyShares", shares, _SHARES))
    if lendable is not None and not 0 <= lendable <= 100:
        errors.append(invalid(f"{path}.lendablePercent", lendable, _PERCENT))
    return errors


def _validate_limited(level: Any) -> list[FieldError]:
    shares, rest = _split(_validate_shares(level, "spec.limited"))
    errors = [*shares, *_validate_response(level.limitResponse), *rest]
    borrowing = level.borrowingLimitPercent
    if borrowing is not None and borrowing < 0:
        detail = "if specified, must be a non-negative integer"
        errors.append(invalid("spec.limited.borrowingLimitPercent", borrowing, detail))
    return errors


def _split(errors: list[FieldError]) -> tuple[list[FieldError], list[FieldError]]:
    """Upstream looks at the response between the shares and the percentages."""
    of_shares = [error for error in errors if error.field.endswith("Shares")]
    return of_shares, [error for error in errors if error not in of_shares]


def _validate_response(response: Any) -> list[FieldError]:
    path = "spec.limited.limitResponse"
    if response.type == "Reject":
        if response.queuing is not None:
            detail = "must be nil if limited.limitResponse.type is not Limited"
            return [forbidden(f"{path}.queuing", detail)]
        return []
    if response.type == "Queue":
        if response.queuing is None:
            detail = "must not be empty if limited.limitResponse.type is Limited"
            return [required(f"{path}.queuing", detail)]
        return _validate_queuing(response.queuing, f"{path}.queuing")
    return [not_supported(f"{path}.type", response.type, _RESPONSES)]


def _validate_queuing(queuing: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    queues, hand = queuing.queues, queuing.handSize
    if queuing.queueLengthLimit <= 0:
        errors.append(invalid(f"{path}.queueLengthLimit", queuing.queueLengthLimit, "must be positive"))
    if queues <= 0:
        errors.append(invalid(f"{path}.queues", queues, "must be positive"))
    elif queues > _QUEUES_MAX:
        errors.append(invalid(f"{path}.queues", queues, f"must not be greater than {_QUEUES_MAX}"))
    if hand <= 0:
        errors.append(invalid(f"{path}.handSize", hand, "must be positive"))
    elif hand > queues:
        errors.append(invalid(f"{path}.handSize", hand, f"should not be greater than queues ({queues})"))
    elif _entropy_bits(queues, hand) > _HASH_BITS:
        detail = (
            f"required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {_HASH_BITS}"
        )
        errors.append(invalid(f"{path}.handSize", hand, detail))
    return errors


def _entropy_bits(deck: int, hand: int) -> int:
    """Bits of a hash that dealing a hand without replacement uses up."""
    return int(-(-sum(log2(deck - dealt) for dealt in range(min(hand, _HASH_BITS + 1))) // 1))
