"""Kubernetes' protobuf: bytes made by hand, every kind there and back, wrong bytes, and what the real kubectl sends."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import typing
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import UnionType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb import Cluster
from k8snb.api.decode import decode_object
from k8snb.api.model import Struct
from k8snb.api.resources import RESOURCES, Resource
from k8snb.apiserver.http.body import BUILTIN, PROTOBUF, read_object
from k8snb.apiserver.http.messages import MessageField, fields, message_of
from k8snb.apiserver.http.protobuf import decode, encode, encode_event
from k8snb.apiserver.http.wireformat import BYTES, ProtobufError, integer, tagged, values
from k8snb.apiserver.request import Unreadable

KINDS = [resource for resource in RESOURCES if message_of(resource.api_version, resource.kind) is not None]
#: behind alpha gates that are off: their numbers are in no table, and a server drops these fields anyway
WITHOUT_NUMBER = {
    ("core.v1.NodeStatus", "declaredFeatures"),
    ("core.v1.PodSpec", "schedulingGroup"),
    ("core.v1.PodStatus", "nodeAllocatableResourceClaimStatuses"),
    ("core.v1.ResourceHealth", "message"),
    ("storage.v1.CSIDriverSpec", "preventPodSchedulingIfMissing"),
    ("storage.v1.CSIDriverSpec", "serviceAccountTokenInSecrets"),
    ("apiextensions.v1.CustomResourceDefinitionCondition", "observedGeneration"),
    ("apiextensions.v1.CustomResourceDefinitionStatus", "observedGeneration"),
}


def envelope(version: str, kind: str, raw: bytes) -> bytes:
    about = tagged(1, version.encode()) + tagged(2, kind.encode())
    return b"k8s\x00" + tagged(1, about) + tagged(2, raw) + tagged(3, b"") + tagged(4, b"")


# -- by hand -------------------------------------------------------------------------------------------------------------


def test_a_config_map_byte_by_byte() -> None:
    meta = b"\x0a\x01a" + b"\x12\x00" + b"\x1a\x02ns" + b"\x42\x00" + b"\x5a\x06\x0a\x01k\x12\x01v"
    raw = b"\x0a" + bytes([len(meta)]) + meta + b"\x12\x06\x0a\x01x\x12\x01y" + b"\x1a\x07\x0a\x01b\x12\x02\x00\xff"
    assert decode(envelope("v1", "ConfigMap", raw)) == {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": "a", "generateName": "", "namespace": "ns", "labels": {"k": "v"}},
        "data": {"x": "y"},
        "binaryData": {"b": base64.b64encode(b"\x00\xff").decode()},
    }


def test_what_json_writes_in_its_own_way() -> None:
    probe = tagged(1, tagged(2, tagged(2, integer(1, 1) + tagged(3, b"http")))) + integer(6, -1)
    container = tagged(1, b"main") + tagged(10, probe)
    container += tagged(8, tagged(2, tagged(1, b"cpu") + tagged(2, tagged(1, b"250m"))))
    volume = tagged(1, b"v") + tagged(2, tagged(1, tagged(1, b"/data")))
    status = tagged(7, integer(1, 1767225600) + integer(2, 0))
    pod = decode(envelope("v1", "Pod", tagged(2, tagged(1, volume) + tagged(2, container)) + tagged(3, status)))
    assert pod["spec"]["volumes"] == [{"name": "v", "hostPath": {"path": "/data"}}]
    main = pod["spec"]["containers"][0]
    assert main["livenessProbe"] == {"httpGet": {"port": "http"}, "failureThreshold": -1}
    assert main["resources"] == {"requests": {"cpu": "250m"}}
    assert pod["status"] == {"startTime": "2026-01-01T00:00:00Z"}


def test_packed_numbers_groups_and_unknown_fields_are_read_or_skipped() -> None:
    context = tagged(4, b"\x01\x80\x01") + integer(4, 7)
    raw = tagged(2, tagged(14, context) + b"\xf3\x07\x08\x01\x1b\x1c\xf4\x07" + b"\xfd\x7f\x00\x00\x00\x00")
    assert decode(envelope("v1", "Pod", raw))["spec"] == {"securityContext": {"supplementalGroups": [1, 128, 7]}}


def test_the_kind_may_be_the_one_that_was_expected() -> None:
    assert decode(envelope("", "", b""), ("v1", "Pod")) == {"kind": "Pod", "apiVersion": "v1"}
    assert decode(envelope("apps/v1", "DeleteOptions", integer(1, 5)))["gracePeriodSeconds"] == 5


def test_json_inside_protobuf() -> None:
    revision = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "data": {"a": [1, {"b": None}]}, "revision": 3}
    assert decode(encode(revision)) == {"kind": "ControllerRevision", **revision}
    inner = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}}
    raw = tagged(1, b"") + tagged(2, tagged(1, encode(inner)))
    assert decode(envelope("v1", "List", raw))["items"] == [inner]


def test_a_watch_event_is_a_frame() -> None:
    pod = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}}
    frame = encode_event({"type": "ADDED", "object": pod})
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    event = {number: value for number, wire, value in values("WatchEvent", frame[4:]) if wire == BYTES}
    assert event[1] == b"ADDED"
    assert decode(next(iter(values("RawExtension", event[2])))[2]) == pod


WRONG = [
    (b"", "empty data"),
    (b"{}", "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"),
    (b"k8s\x00", "empty body"),
    (b"k8s\x00\x0a", "unexpected EOF"),
    (b"k8s\x00\x0a\x05ab", "unexpected EOF"),
    (b"k8s\x00\x08\x01", "proto: wrong wireType = 0 for field TypeMeta"),
    (b"k8s\x00\x02\x00", "proto: Unknown: illegal tag 0 (wire type 2)"),
    (b"k8s\x00\x1f", "proto: illegal wireType 7"),
    (b"k8s\x00\x0c", "proto: Unknown: wiretype end group for non-group"),
    (b"k8s\x00" + b"\xff" * 11, "proto: integer overflow"),
    (envelope("v1", "Pod", b"\x08\x01"), "proto: wrong wireType = 0 for field Metadata"),
    (envelope("v1", "Pod", tagged(1, b"\x08\x01")), "proto: wrong wireType = 0 for field Name"),
    (envelope("v1", "Pod", tagged(1, tagged(8, integer(1, 1 << 60)))), "Time.MarshalJSON: year outside of range"),
    (envelope("v1", "Nothing", b""), 'no kind "Nothing" is registered for version "v1"'),
]


@pytest.mark.parametrize(("data", "words"), WRONG)
def test_wrong_bytes(data: bytes, words: str) -> None:
    with pytest.raises(ProtobufError) as caught:
        decode(data)
    assert words in str(caught.value)


def test_wrong_bytes_are_named_with_what_they_should_have_been() -> None:
    body = read_object(b"k8s\x00\x0a", PROTOBUF, BUILTIN, ("v1", "Pod"))
    assert isinstance(body.data, Unreadable)
    expected = "the object provided is unrecognized (must be of type Pod): unexpected EOF (6b3873000a)"
    assert body.data.error("Pod").message == expected
    body = read_object(envelope("v1", "Pod", b"\x08"), PROTOBUF, BUILTIN, ("v1", "Pod"))
    expected = 'Pod in version "v1" cannot be handled as a Pod: unexpected EOF'
    assert body.data.error("Pod").message == expected


def test_schemas_do_not_nest_without_end() -> None:
    schema = b""
    for _ in range(5000):
        schema = tagged(28, schema)
    raw = tagged(2, tagged(7, tagged(4, tagged(1, schema))))
    with pytest.raises(ProtobufError, match="exceeded max depth"):
        decode(envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", raw))


@given(st.binary(max_size=200), st.sampled_from(KINDS))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_noise_is_an_error_or_an_object(noise: bytes, resource: Resource) -> None:
    for data in (noise, b"k8s\x00" + noise, envelope(resource.api_version, resource.kind, noise)):
        body = read_object(data, PROTOBUF, BUILTIN, (resource.api_version, resource.kind))
        assert isinstance(body.data, dict | Unreadable)


# -- every kind ------------------------------------------------------------------------------------------------------------


def flat(message: str) -> dict[str, MessageField]:
    found = {}
    for field in fields(message).values():
        found.update(flat(field.type) if field.inline else {field.name: field})
    return found


def inner_structs(annotation: Any) -> Iterator[type[Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        yield annotation
    for part in typing.get_args(annotation):
        yield from inner_structs(part)


def test_every_field_of_every_kind_has_a_number() -> None:
    missing, seen = set(), set()

    def walk(cls: type[Struct], message: str) -> None:
        if (cls, message) in seen:
            return
        seen.add((cls, message))
        known = flat(message)
        for attribute, info in cls.__pydantic_fields__.items():
            name = info.alias or attribute
            if name not in known:
                if name not in ("apiVersion", "kind"):
                    missing.add((message, name))
                continue
            for part in inner_structs(info.annotation):
                walk(part, known[name].type)

    for resource in KINDS:
        walk(resource.model, str(message_of(resource.api_version, resource.kind)))
    assert {each for each in missing if each[0] != "meta.v1.ListMeta"} == WITHOUT_NUMBER
    assert len(KINDS) > 50


def schema_data(rng: Random, depth: int) -> dict[str, Any]:
    """A schema as a CustomResourceDefinition has it."""

    def inner() -> dict[str, Any]:
        return schema_data(rng, depth - 1)

    data: dict[str, Any] = {"type": rng.choice(["string", "object", "array"])}
    choices: dict[str, Callable[[], Any]] = {
        "maximum": lambda: rng.choice([0.5, 3, -1]),
        "default": lambda: json_data(rng, 2),
        "$ref": lambda: "#/x",
        "x-kubernetes-int-or-string": lambda: True,
        "required": lambda: ["a", "b"],
        "properties": lambda: {"a": inner(), "b": inner()},
        "additionalProperties": lambda: rng.choice([True, inner()]),
        "items": lambda: rng.choice([inner(), [inner(), inner()]]),
        "allOf": lambda: [inner()],
        "dependencies": lambda: {"a": ["b"], "b": inner()},
    }
    for name, make in choices.items():
        if depth and rng.random() < 0.3:
            data[name] = make()
    return data


def json_data(rng: Random, depth: int) -> Any:
    if depth and rng.random() < 0.5:
        return {"a": json_data(rng, depth - 1), "b": [json_data(rng, depth - 1)]}
    return rng.choice([1, -2.5, "x", True, {}, []])


def text_data(rng: Random) -> str:
    return rng.choice(["", "a", "zz/y.x", "ü字", "<&>"])


_MARKED: dict[str, tuple[Any, ...]] = {
    "Quantity": ("1", "250m", "1Gi", "-3", "0"),
    "Time": ("2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z"),
    "MicroTime": ("2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.999999Z", "1969-12-31T23:59:59.500000Z"),
    "Duration": ("30s", "1h0m0s", "0s"),
    "Bytes": ("", "AP8=", "aGVsbG8="),
    "IntOrString": (0, 80, -1, "http", "25%"),
}


def data_of(annotation: Any, rng: Random, depth: int, markers: tuple[str, ...] = ()) -> Any:
    """JSON data of a type, as the decoder takes it (not always as validation would)."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        return data_of(inner, rng, depth, (*markers, *(mark for mark in more if isinstance(mark, str))))
    if markers:
        return rng.choice(_MARKED[markers[0]]) if markers[0] in _MARKED else json_data(rng, 2)
    if origin in (typing.Union, UnionType):
        return data_of(next(part for part in typing.get_args(annotation) if part is not type(None)), rng, depth)
    if origin is tuple:
        return [data_of(typing.get_args(annotation)[0], rng, depth) for _ in range(rng.randrange(3))]
    if origin is not None:
        inner = typing.get_args(annotation)[1]
        return {text_data(rng): data_of(inner, rng, depth) for _ in range(rng.randrange(3))}
    if issubclass(annotation, Struct):
        return struct_data(annotation, rng, depth)
    choices = {str: text_data(rng), int: rng.choice([0, 1, -9, 2**31 - 1]), bool: rng.random() < 0.5, float: 1.5}
    return choices[annotation]


_SKIPPED = {name for _, name in WITHOUT_NUMBER} | {"apiVersion", "kind", "managedFields"}


def struct_data(cls: type[Struct], rng: Random, depth: int) -> dict[str, Any]:
    if cls.__name__ == "JSONSchemaProps":
        return schema_data(rng, 3)
    data = {}
    for attribute, info in cls.__pydantic_fields__.items():
        name = info.alias or attribute
        if depth and name not in _SKIPPED and rng.random() < 0.6:
            marks = tuple(item for item in info.metadata if isinstance(item, str))
            data[name] = data_of(info.annotation, rng, depth - 1, marks)
    return data


def without_empty_lists(value: Any) -> Any:
    """Protobuf cannot tell an empty list from none."""
    if isinstance(value, dict):
        return {name: without_empty_lists(item) for name, item in value.items() if item != []}
    return [without_empty_lists(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("resource", KINDS, ids=lambda r: f"{r.api_version}/{r.kind}")
def test_there_and_back(resource: Resource) -> None:
    for seed in range(12):
        body = struct_data(resource.model, Random(f"{resource.kind} {seed}"), 7)
        whole = {"kind": resource.kind, "apiVersion": resource.api_version, **body}
        before, _ = decode_object(resource.model, whole)
        after, unknown = decode_object(resource.model, decode(encode(whole)))
        assert unknown == []
        assert without_empty_lists(after.to_dict()) == without_empty_lists(before.to_dict())


# -- the real thing --------------------------------------------------------------------------------------------------------

KUBECTL = shutil.which("kubectl")
with_kubectl = pytest.mark.skipif(KUBECTL is None, reason="no kubectl here")


def described(program: Path) -> dict[str, dict[int, str]]:
    """The messages of `k8s.io/api` in the descriptors that a Go program carries: fields by number."""
    found: dict[str, dict[int, str]] = {}
    data = program.read_bytes()
    for match in re.finditer(rb"\x1f\x8b\x08", data):
        reader = zlib.decompressobj(31)
        try:
            raw = reader.decompress(data[match.start() : match.start() + 400_000])
        except zlib.error:
            continue
        if not reader.eof or not raw.startswith(b"\n") or b"k8s.io/api/" not in raw[:60]:
            continue
        parts = [(number, value) for number, _, value in values("file", raw)]
        package = next(value for number, value in parts if number == 2).decode().removeprefix("k8s.io.api.")
        for number, value in parts:
            if number == 4:
                inner = [(n, v) for n, _, v in values("message", value)]
                name = next(v for n, v in inner if n == 1).decode()
                rows = [{n: v for n, _, v in values("field", row)} for n, row in inner if n == 2]
                found[f"{package}.{name}"] = {row[3]: row[1].decode() for row in rows}
    return found


@with_kubectl
def test_the_numbers_are_those_of_kubectl() -> None:
    theirs = described(Path(str(KUBECTL)).resolve())
    if not theirs:
        pytest.skip("this kubectl carries no descriptors")
    compared = 0
    for message, by_number in theirs.items():
        try:
            ours = fields(message)
        except KeyError:
            continue
        for number, name in by_number.items():
            compared += 1
            assert ours[number].name.lower() == name.lower(), (message, number)
    assert compared > 1000


CREATES = """
create deployment web --image=nginx --replicas=2 --port=80
create service clusterip svc --tcp=80:8080
create service nodeport np --tcp=80
create service externalname ext --external-name=example.com
create job one --image=busybox -- echo hi
create cronjob cron --image=busybox --schedule=@hourly -- date
create configmap cm --from-literal=a=1
create secret generic sec --from-literal=a=b
create secret docker-registry reg --docker-username=u --docker-password=p
create role reader --verb=get,list --resource=pods,deployments.apps
create rolebinding rb --role=reader --user=ann --serviceaccount=default:default
create clusterrole cr --verb=get --non-resource-url=/metrics
create clusterrolebinding crb --clusterrole=cr --group=people
create serviceaccount sa
create namespace shop
create quota q --hard=configmaps=9,pods=9
create priorityclass high --value=1000 --description=more
create poddisruptionbudget pdb --selector=app=web --min-available=1
create ingress ing --rule=a.example/*=svc:80
create token default
auth can-i create pods
auth whoami
expose deployment web --port=80 --target-port=8080 --name=exposed
autoscale deployment web --min=1 --max=3 --cpu-percent=50
scale deployment web --replicas=1
run lone --image=nginx
"""


@with_kubectl
def test_the_real_kubectl_creates(tmp_path: Path) -> None:
    cluster = Cluster(profile="hollow")
    try:
        config = tmp_path / "config"
        cluster.serve().write_kubeconfig(config)
        for line in CREATES.strip().splitlines():
            words = [str(KUBECTL), "--kubeconfig", str(config), *line.split()]
            done = subprocess.run(words, capture_output=True, text=True, timeout=60, env={"HOME": str(tmp_path)})
            assert done.returncode == 0, (line, done.stderr)
        assert cluster.kubectl("get quota q -o jsonpath={.spec.hard}").stdout == '{"configmaps":"9","pods":"9"}'
        rules = cluster.kubectl("get role reader -o jsonpath={.rules}").stdout
        assert json.loads(rules)[0] == {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
        port = cluster.kubectl("get svc exposed -o jsonpath={.spec.ports[0]}").stdout
        assert json.loads(port) == {"port": 80, "protocol": "TCP", "targetPort": 8080}
    finally:
        cluster.close()
