"""Every operation of the OpenAPI documents with parameters, headers and bodies that make little sense: an answer, and no 5xx.

Requests go in as a client's bytes and are read and answered by the code that serves them on the wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb import Cluster
from k8snb.apiclient.link import Link
from k8snb.apiserver.request import ADMIN
from k8snb.sim.limits import REQUEST_BYTES

VERBS = ("get", "put", "post", "patch", "delete", "head", "options")
NAMES = (
    "web",
    "default",
    "nobody",
    "node-0",
    "A_b",
    "x" * 300,
    "..",
    "%2e%2e",
    "a/b",
    "é",
    "web:http",
    "https:web:443",
)
VALUES = ("", "0", "1", "-1", "true", "maybe", "9" * 30, "a=b", "a in (", "!", "metadata.name=x", "All", "\u0000", "é")
ACCEPTS = (
    "application/json",
    "*/*",
    "application/yaml",
    "application/json;as=Table;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    "application/vnd.kubernetes.protobuf",
    "application/json;as=Nonsense;v=v1;g=meta.k8s.io",
    "text/html;q=0.1, ;;;",
    "",
)
CONTENT = (
    "application/json",
    "application/yaml",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/json-patch+json",
    "application/apply-patch+yaml",
    "application/vnd.kubernetes.protobuf",
    "text/plain",
    "",
)
BODIES: tuple[Any, ...] = (
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 5000,
    b"k8s\x00\x0a\x04",
    b"a: &a [*a]",
    b"- - -",
    b"{}{}",
    b"null",
    b'"' + b"x" * 100_000 + b'"',
    b" " * (REQUEST_BYTES + 1),
    {},
    [],
    5,
    {"apiVersion": "v1", "kind": "Nonsense", "metadata": {"name": "web"}},
    {"metadata": {"name": "web", "labels": {"a": "b"}}, "spec": {"replicas": -1}},
    {"metadata": None, "spec": None, "status": None},
    {"spec": {"replicas": 1}},
    [{"op": "replace", "path": "/spec", "value": None}],
    [{"op": "remove", "path": ""}],
    [{"op": "test", "path": "/metadata/name"}],
    {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": -5, "preconditions": {"uid": 5}},
    {"$patch": "delete"},
    {"metadata": {"$retainKeys": ["name"], "finalizers": [{"$patch": "nonsense"}]}},
)
#: what any operation may be asked, whether its document says so or not
COMMON = (  # noqa: SIM905
    "labelSelector fieldSelector limit continue watch timeoutSeconds resourceVersion resourceVersionMatch pretty force"
    " sendInitialEvents allowWatchBookmarks dryRun fieldManager fieldValidation gracePeriodSeconds propagationPolicy"
    " includeObject command container stdin tailLines sinceSeconds sinceTime limitBytes previous timestamps follow ports"
).split()
#: a proxy passes on that nobody answers; a review that could not be looked up
MAY_FAIL = re.compile(r"/proxy(/|$)")


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster(profile="hollow")
    found.kubectl("create deployment web --image=nginx --replicas=2")
    found.kubectl("expose deployment web --port=80")
    found.kubectl("create configmap web --from-literal=a=1")
    found.kubectl("run web --image=nginx")
    found.settle()
    return found


class Operations(list[tuple[str, str, list[str]]]):
    """(method, path, query parameters) of everything that the documents promise."""

    def __repr__(self) -> str:
        return f"<{len(self)} operations>"


@pytest.fixture(scope="module")
def operations(cluster: Cluster) -> Operations:
    return Operations(_operations(Link(cluster, ADMIN)))


def _operations(link: Link) -> Iterator[tuple[str, str, list[str]]]:
    index = _json(link, "/openapi/v3")
    for where in index["paths"].values():
        document = _json(link, where["serverRelativeURL"])
        for path, item in document.get("paths", {}).items():
            shared = item.get("parameters", [])
            for verb in VERBS:
                if verb in item:
                    given_here = [*shared, *item[verb].get("parameters", [])]
                    yield verb.upper(), path, [p["name"] for p in given_here if p.get("in") == "query"]


def _json(link: Link, path: str) -> Any:
    _, answer, _ = link.call("GET", f"{link.url}{path}", [("Accept", "application/json")])
    assert answer.code == 200, answer.body
    return json.loads(answer.body)


def test_the_documents_promise_what_is_served(cluster: Cluster, operations: Operations) -> None:
    link = Link(cluster, ADMIN)
    assert len(operations) > 300
    for method, path, _ in operations:
        if method == "GET" and "{" not in path.replace("{namespace}", ""):
            url = link.url + path.replace("{namespace}", "default")
            _, answer, _ = link.call("GET", url, [("Accept", "application/json")])
            assert answer.code == 200, (path, answer.body)


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_no_operation_fails(cluster: Cluster, operations: Operations, seed: int) -> None:
    random = Random(seed)
    fork = cluster.fork()
    link = Link(fork, ADMIN)
    for _ in range(20):
        method, path, parameters = random.choice(operations)
        if random.random() < 0.1:
            method = random.choice(VERBS).upper()
        url = link.url + _filled(random, path) + _query(random, parameters)
        headers, body = _headers(random), _body(random)
        request, answer, _ = link.call(method, url, headers, body if method not in ("GET", "HEAD") else b"")
        context = (method, url, headers, body[:200], answer.code)
        if hasattr(answer.body, "poll"):
            with fork.lock:
                answer.body.poll()
                answer.body.close()
        else:
            assert isinstance(answer.body, bytes), context
            known = MAY_FAIL.search(request.path) or b"failed to create typed patch object" in answer.body
            assert answer.code < 500 or known, (context, answer.body)
            if answer.code >= 400 and answer.content_type == "application/json" and not MAY_FAIL.search(request.path):
                assert json.loads(answer.body)["kind"] == "Status", context


def _filled(random: Random, path: str) -> str:
    def fill(found: re.Match[str]) -> str:
        return quote("default" if found[1] == "namespace" and random.random() < 0.8 else random.choice(NAMES), safe="")

    return re.sub(r"\{(\w+)\}", fill, path)


def _query(random: Random, parameters: list[str]) -> str:
    chosen = random.sample([*parameters, *COMMON], random.choice((0, 1, 3, 6)))
    pairs = [(name, random.choice(VALUES)) for name in chosen]
    return f"?{urlencode(pairs)}" if pairs else ""


def _headers(random: Random) -> list[tuple[str, str]]:
    headers = [("Accept", random.choice(ACCEPTS)), ("Content-Type", random.choice(CONTENT))]
    if random.random() < 0.05:
        headers.append(("Impersonate-User", random.choice(("ann", "system:serviceaccount:default:default", "x:y:z"))))
    if random.random() < 0.05:
        headers.append(("Authorization", random.choice(("Bearer nonsense", "Basic eDp5", "Bearer a.b.c", "x"))))
    return headers


def _body(random: Random) -> bytes:
    body = random.choice(BODIES)
    return body if isinstance(body, bytes) else json.dumps(body).encode()
