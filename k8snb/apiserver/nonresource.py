"""Paths that are no resources: discovery, OpenAPI, version, health, metrics, and `/`, which lists them.

Source: `apiserver/pkg/server/{routes,healthz,mux}`, `apiserver/pkg/endpoints/discovery`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from k8snb.api import errors
from k8snb.apiserver import discovery, health, metrics, openapi
from k8snb.apiserver.catalogue import Catalogue
from k8snb.apiserver.server import APIServer

_TEXT = "text/plain; charset=utf-8"


class Page(NamedTuple):
    """An answer: JSON data or text."""

    code: int
    body: Any
    content_type: str = "application/json"


NOT_FOUND = Page(404, "404 page not found\n", _TEXT)


def respond(
    server: APIServer, path: str, query: Mapping[str, str], multi: Mapping[str, tuple[str, ...]], aggregated: bool
) -> Page:
    """The answer to a GET. StatusError NotFound for a resource that a served version does not have."""
    parts = path.strip("/").split("/")
    if parts == [""]:
        return Page(200, {"paths": paths(server.catalogue)})
    if parts == ["version"]:
        return Page(200, version_info(server.settings.version))
    if parts == ["metrics"]:
        return Page(200, metrics.text(metrics.families(server)), metrics.CONTENT_TYPE)
    if parts[0] in health.ENDPOINTS:
        verbose = "verbose" in multi or "verbose" in query
        excluded = multi.get("exclude") or tuple(filter(None, (query.get("exclude", ""),)))
        found = health.check(server, path, excluded, verbose)
        return NOT_FOUND if found is None else Page(found.code, found.text, _TEXT)
    body = _document(server, parts, aggregated)
    return NOT_FOUND if body is None else Page(200, body)


def _document(server: APIServer, parts: list[str], aggregated: bool) -> dict[str, Any] | None:
    catalogue = server.catalogue
    if parts[0] == "openapi":
        return _openapi(catalogue, parts[1:], server.settings.version)
    if parts in (["api"], ["apis"]) and aggregated:
        return discovery.aggregated(catalogue, parts == ["api"])
    if parts == ["api"]:
        return discovery.api_versions()
    if parts == ["apis"]:
        return discovery.group_list(catalogue)
    if parts[0] == "apis" and len(parts) == 2 and parts[1] in discovery.groups(catalogue):
        versions = discovery.groups(catalogue)[parts[1]]
        return {"kind": "APIGroup", "apiVersion": "v1", **discovery.group(parts[1], versions)}
    if parts[0] not in ("api", "apis") or len(parts) < (2 if parts[0] == "api" else 3):
        return None
    group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
    found = discovery.resource_list(catalogue, group, version)
    if any(
        (remote.group, remote.version, remote.available) == (group, version, False) for remote in catalogue.remotes()
    ):
        raise errors.generic_server_response(503, "", None, "", "")  # somebody else's, and nobody answers
    if found is not None and rest:
        raise errors.generic_server_response(404, "", None, "", "")  # the version is there, the resource is not
    return found


def _openapi(catalogue: Catalogue, parts: list[str], version: str) -> dict[str, Any] | None:
    """`/openapi/…`; None for a document that there is not."""
    if parts == ["v2"]:
        return openapi.swagger(catalogue, version)
    if parts == ["v3"]:
        return openapi.index(catalogue)
    if parts[:2] == ["v3", "api"] and len(parts) == 3:
        return openapi.document(catalogue, "", parts[2])
    if parts[:2] == ["v3", "apis"] and len(parts) == 4:
        return openapi.document(catalogue, parts[2], parts[3])
    return None


def paths(catalogue: Catalogue) -> list[str]:
    """What `/` lists."""
    found = ["/api", "/api/v1", "/apis", "/metrics", "/openapi/v2", "/openapi/v3", "/version"]
    for group, versions in discovery.groups(catalogue).items():
        found += [f"/apis/{group}", *(f"/apis/{group}/{version}" for version in versions)]
    for endpoint in health.ENDPOINTS:
        found += [f"/{endpoint}", *health.names(endpoint)]
    return sorted(found)


def version_info(version: str) -> dict[str, str]:
    """`/version`."""
    major, minor = version.lstrip("v").split(".")[:2]
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": version,
        "gitCommit": "0000000000000000000000000000000000000000",
        "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z",
        "goVersion": "go1.26.0",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
