"""What a client accepts, and what of that the server gives: `Accept` headers with qualities and conversions.

`application/json;as=Table;v=v1;g=meta.k8s.io,application/json` asks for a table and takes the object instead. JSON is given
wherever it is accepted: protobuf only to clients that take nothing else. Source:
`apiserver/pkg/endpoints/handlers/negotiation/negotiate.go`, munnerz/goautoneg.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from k8snb.api.resources import Resource
from k8snb.apiserver.http.body import BUILTIN, CUSTOM, JSON, PROTOBUF, YAML
from k8snb.apiserver.http.messages import message_of

#: conversions there are -> the formats that can carry them
_CONVERSIONS: Final = {
    ("Table", "meta.k8s.io", "v1"): (JSON, YAML),
    ("PartialObjectMetadata", "meta.k8s.io", "v1"): (JSON, YAML, PROTOBUF),
    ("PartialObjectMetadataList", "meta.k8s.io", "v1"): (JSON, YAML, PROTOBUF),
    ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"): (JSON, YAML, PROTOBUF),
}


#: characters of a header that is worth remembering: strangers choose them
_USUAL: Final = 512
#: parts of a header that are looked at
_CLAUSES: Final = 256


def formats_of(resource: Resource | None) -> tuple[str, ...]:
    """What a resource (None: discovery) is read and written in: custom ones and the newest have no protobuf."""
    if resource is None:
        return BUILTIN
    custom = resource.custom is not None or message_of(resource.api_version, resource.kind) is None
    return CUSTOM if custom else BUILTIN


class Accepted(NamedTuple):
    """The format that the answer is written in, and the whole clause of the header that asked for it."""

    format: str
    clause: str
    pretty: bool = False


class _Clause(NamedTuple):
    kind: str
    parameters: dict[str, str]
    quality: float


def negotiate(header: str, offered: tuple[str, ...]) -> Accepted | None:
    """The best of what is offered; None if the client takes nothing of it. No header takes the first."""
    return (_remembered if len(header) < _USUAL else _negotiated)(header, offered)


def _negotiated(header: str, offered: tuple[str, ...]) -> Accepted | None:
    if not header:
        return Accepted(offered[0], offered[0])
    clauses = sorted((_parse(part) for part in header.split(",")[:_CLAUSES] if part.strip()), key=_rank)
    found = [accepted for clause in clauses for accepted in _matches(clause, offered)]
    readable = [accepted for accepted in found if accepted.format != PROTOBUF]
    return next(iter(readable or found), None)


_remembered = lru_cache(maxsize=256)(_negotiated)


def _rank(clause: _Clause) -> tuple[float, bool, bool]:
    return -clause.quality, clause.kind == "*/*", clause.kind.endswith("/*")


def _matches(clause: _Clause, offered: tuple[str, ...]) -> list[Accepted]:
    """What is offered of what one clause takes."""
    group = clause.kind.removesuffix("*")
    fitting = [
        kind for kind in offered if clause.kind in ("*/*", kind) or (group != clause.kind and kind.startswith(group))
    ]
    parameters = clause.parameters
    wanted = (parameters.get("as", ""), parameters.get("g", ""), parameters.get("v", ""))
    pretty = parameters.get("pretty") == "1"
    if not any(wanted):
        return [Accepted(kind, kind, pretty) for kind in fitting]
    carriers = _CONVERSIONS.get(wanted, ())
    described = "".join(f";{name}={value}" for name, value in zip(("as", "g", "v"), wanted, strict=True))
    return [Accepted(kind, kind + described, pretty) for kind in fitting if kind in carriers]


def _parse(part: str) -> _Clause:
    kind, *rest = (word.strip() for word in part.split(";"))
    parameters = {name.strip(): value.strip().strip('"') for name, _, value in (word.partition("=") for word in rest)}
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        quality = 1.0
    return _Clause(kind.lower(), parameters, quality)
