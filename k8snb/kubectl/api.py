"""The calls kubectl makes, on JSON data: get, list, create, replace, patch, delete, watch. Refusals raise StatusError."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from k8snb.api import errors
from k8snb.api.errors import GroupResource, StatusError
from k8snb.apiserver.request import Response
from k8snb.client.rest import RestClient
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kinds import Kind

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


class Api:
    """A RestClient whose refusals are exceptions and whose warnings are told once each."""

    def __init__(self, client: RestClient, warn: Callable[[str], None]) -> None:
        self.client, self._warn = client, warn
        self._warned: set[str] = set()
        #: how many warnings the server has sent
        self.warnings = 0

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        multi: Mapping[str, Sequence[str]] | None = None,
        about: GroupResource | None = None,
        name: str = "",
    ) -> Response:
        """One request. StatusError if the server refuses it."""
        answer = self.client.request(
            method, path, query, _sorted(body), content_type=content_type, accept=accept, multi=multi
        )
        for text in answer.warnings:
            self.warnings += 1
            if text not in self._warned:
                self._warned.add(text)
                self._warn(text)
        if answer.code >= 400:
            if isinstance(answer.body, dict) and answer.body.get("kind") == "Status":
                raise StatusError(answer.body)
            raise errors.generic_server_response(answer.code, method.lower(), about, name, str(answer.body).strip())
        return answer

    def get(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        query: Mapping[str, str] | None = None,
        sub: str = "",
        *,
        table: bool = False,
    ) -> Any:
        """One object; with `table` a Table of it, if the server makes tables."""
        _check_name(name)
        accept = TABLE if table else "application/json"
        return self.call("GET", kind.path(namespace, name, sub), query, accept=accept, about=kind.about, name=name).body

    def page(self, kind: Kind, namespace: str, query: Mapping[str, str], *, table: bool = False) -> dict[str, Any]:
        """One page of a list; its items carry apiVersion and kind."""
        accept = TABLE if table else "application/json"
        data: dict[str, Any] = self.call("GET", kind.path(namespace), query, accept=accept, about=kind.about).body
        if data.get("kind") != "Table":
            data["items"] = [
                {"apiVersion": kind.api_version, "kind": kind.kind, **item} for item in data["items"] or []
            ]
        return data

    def list(self, kind: Kind, namespace: str = "", labels: str = "", fields: str = "") -> dict[str, Any]:
        """A whole list as JSON data."""
        query = {"labelSelector": labels, "fieldSelector": fields}
        return self.page(kind, namespace, {key: value for key, value in query.items() if value})

    def create(self, kind: Kind, namespace: str, obj: Any, query: Mapping[str, str] | None = None) -> Any:
        return self.call("POST", kind.path(namespace), query, obj, about=kind.about).body

    def replace(
        self, kind: Kind, namespace: str, name: str, obj: Any, query: Mapping[str, str] | None = None, sub: str = ""
    ) -> Any:
        _check_name(name)
        return self.call("PUT", kind.path(namespace, name, sub), query, obj, about=kind.about, name=name).body

    def patch(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        patch: Any,
        content_type: str,
        query: Mapping[str, str] | None = None,
        sub: str = "",
    ) -> Any:
        _check_name(name)
        path = kind.path(namespace, name, sub)
        answer = self.call("PATCH", path, query, patch, content_type=content_type, about=kind.about, name=name)
        return answer.body

    def delete(self, kind: Kind, namespace: str, name: str, options: Mapping[str, Any] | None = None) -> Any:
        _check_name(name)
        path = kind.path(namespace, name)
        return self.call("DELETE", path, None, dict(options or {}), about=kind.about, name=name).body

    def watch(
        self,
        kind: Kind,
        namespace: str,
        query: Mapping[str, str],
        timeout: float | None = None,
        *,
        table: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Events as they come; ends after `timeout` seconds, or when nothing can happen any more."""
        accept = TABLE if table else "application/json"
        answer = self.call("GET", kind.path(namespace), {**query, "watch": "true"}, accept=accept, about=kind.about)
        yield from self.events(answer.body, timeout)

    def events(self, stream: Any, timeout: float | None = None) -> Iterator[dict[str, Any]]:
        """The events of an open watch."""
        pending: list[dict[str, Any]] = []
        end = None if timeout is None else self.client.now() + timeout

        def arrived() -> bool:
            pending.extend(stream.poll())
            return bool(pending)

        try:
            while True:
                left = None if end is None else max(end - self.client.now(), 0.0)
                if not self.client.wait(arrived, left):
                    return
                batch = pending[:]
                pending.clear()
                yield from batch
        finally:
            stream.close()


def _check_name(name: str) -> None:
    """CommandError for the name of nothing: the URL would be that of the whole collection."""
    if not name:
        raise CommandError("resource name may not be empty")


def _sorted(value: Any) -> Any:
    """JSON as kubectl sends it, keys in order: the server names unknown fields in the order in which it meets them."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
