"""OpenAPI documents: what the server's kinds look like, for `kubectl explain`, validation and completion.

`/openapi/v3` names one document for each group and version; each holds the schemas of its kinds (and all they refer to) and
the paths by which clients find a resource's kind. Everything is read from the typed models, custom kinds from their
definitions. `/openapi/v2` is the same in the older form, all in one. Simplified: paths carry no more than kubectl reads.
Source: `k8s.io/kube-openapi`, https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition.
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any

from k8snb.api.decode import field_meta
from k8snb.api.model import FieldMeta, Struct, encode
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.catalogue import Catalogue

Json = dict[str, Any]
_REF = "#/components/schemas/"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1"
#: types that are no structs in our models: schema name -> schema
_SPECIAL: dict[str, Json] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "format": "int-or-string",
        "oneOf": [{"type": "integer"}, {"type": "string"}],
    },
    f"{_META}.Time": {"format": "date-time", "type": "string"},
    f"{_META}.MicroTime": {"format": "date-time", "type": "string"},
    f"{_META}.FieldsV1": {"type": "object"},
    "io.k8s.apimachinery.pkg.runtime.RawExtension": {"type": "object"},
    **{
        f"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.{name}": {}
        for name in ("JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray")
    },
}
_BY_LAST = {name.rpartition(".")[2]: name for name in _SPECIAL}
#: parts that must be given although Go leaves out what is empty, or writes what is not needed: class -> fields
_REQUIRED_STRUCTS: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "CustomResourceDefinition": "spec",
        "CustomResourceDefinitionSpec": "names",
        "DaemonSetSpec": "template selector",
        "DeploymentSpec": "template selector",
        "StatefulSetSpec": "template selector",
        "ReplicaSetSpec": "selector",
        "TokenReview": "spec",
        "SelfSubjectRulesReview": "spec",
        "LocalSubjectAccessReview": "spec",
        "SelfSubjectAccessReview": "spec",
        "SubjectAccessReview": "spec",
        "ContainerResourceMetricSource": "target",
        "ContainerResourceMetricStatus": "current",
        "ExternalMetricSource": "metric target",
        "ExternalMetricStatus": "metric current",
        "HorizontalPodAutoscaler": "spec",
        "HorizontalPodAutoscalerSpec": "scaleTargetRef",
        "ObjectMetricSource": "describedObject metric target",
        "ObjectMetricStatus": "describedObject metric current",
        "PodsMetricSource": "metric target",
        "PodsMetricStatus": "metric current",
        "ResourceMetricSource": "target",
        "ResourceMetricStatus": "current",
        "CronJob": "spec",
        "CronJobSpec": "jobTemplate",
        "JobSpec": "template",
        "CertificateSigningRequest": "spec",
        "core.Event": "metadata involvedObject",
        "events.Event": "eventTime",
        "events.EventSeries": "lastObservedTime",
        "Binding": "target",
        "PreferredSchedulingTerm": "preference",
        "WeightedPodAffinityTerm": "podAffinityTerm",
        "PersistentVolumeClaimTemplate": "spec",
        "HTTPIngressPath": "backend",
        "HTTPGetAction": "port",
        "TCPSocketAction": "port",
        "IPAddress": "spec",
        "IPAddressSpec": "parentRef",
        "ClusterRoleBinding": "roleRef",
        "RoleBinding": "roleRef",
        "CSIDriver": "spec",
        "CSINode": "spec",
        "VolumeAttachment": "spec",
        "VolumeAttachmentSpec": "source",
        "ScaleIOPersistentVolumeSource": "secretRef",
        "ScaleIOVolumeSource": "secretRef",
        "Condition": "lastTransitionTime",
        "MutatingWebhook": "clientConfig",
        "ValidatingWebhook": "clientConfig",
        "ValidatingAdmissionPolicyBinding": "spec",
        "FlowSchemaSpec": "priorityLevelConfiguration",
        "DeviceClass": "spec",
        "ResourceClaim": "spec",
        "ResourceClaimTemplate": "spec",
        "ResourceClaimTemplateSpec": "spec",
        "ResourceSlice": "spec",
        "ResourceSliceSpec": "pool",
        "CapacityRequestPolicyRange": "min",
        "Counter": "value",
        "DeviceCapacity": "value",
        "OpaqueDeviceConfiguration": "parameters",
    }.items()
}
_API_VERSION = "Group and version of the object's schema. Servers turn what they know into the version they store."
_KIND = "The kind of the object, in CamelCase. Servers may work it out from the address; it cannot be changed."


# -- documents ------------------------------------------------------------------------------------------------------------


def index(catalogue: Catalogue) -> Json:
    """`/openapi/v3`: the documents there are, each with a hash of what it depends on."""
    paths = {}
    for group, version in dict.fromkeys((resource.group, resource.version) for resource in catalogue):
        path = f"apis/{group}/{version}" if group else f"api/{version}"
        stamp = catalogue.stamp if any(r.custom for r in catalogue if r.group == group) else 0
        digest = hashlib.sha512(f"{path} {stamp}".encode()).hexdigest().upper()
        paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash={digest}"}
    return {"paths": paths}


def document(catalogue: Catalogue, group: str, version: str) -> Json | None:
    """`/openapi/v3/apis/<group>/<version>`; None if there is no such version."""
    resources = [r for r in catalogue if (r.group, r.version) == (group, version)]
    if not resources:
        return None
    schemas: dict[str, Json] = {}
    paths: dict[str, Json] = {}
    for resource in resources:
        schemas.update(_resource_schemas(catalogue, resource))
        paths.update(_paths(resource))
    info = {"title": "Kubernetes", "version": "unversioned"}
    return {
        "openapi": "3.0.0",
        "info": info,
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def swagger(catalogue: Catalogue, server_version: str) -> Json:
    """`/openapi/v2`: every schema in one Swagger document."""
    definitions: dict[str, Json] = {}
    paths: dict[str, Json] = {}
    for group, version in dict.fromkeys((resource.group, resource.version) for resource in catalogue):
        found = document(catalogue, group, version)
        assert found is not None
        definitions.update(found["components"]["schemas"])
        paths.update(found["paths"])
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": server_version},
        "paths": {path: _older_path(paths[path]) for path in sorted(paths)},
        "definitions": {name: _older(schema) for name, schema in sorted(definitions.items())},
    }


#: keywords whose value is a schema, a list of schemas, or schemas by name
_ONE, _MANY = ("items", "additionalProperties", "not"), ("properties", "patternProperties", "definitions")
#: keywords that Swagger 2 does not have
_NEWER = ("allOf", "oneOf", "anyOf", "enum", "nullable")


def _older(schema: Any) -> Any:
    """A schema without what Swagger 2 does not know: alternatives become a plain string, wrapped references bare ones."""
    if not isinstance(schema, dict):
        return schema  # `additionalProperties: true`
    changed = {name: value for name, value in schema.items() if name not in _NEWER}
    for name in _ONE:
        if name in changed:
            changed[name] = _older(changed[name])
    for name in _MANY:
        if name in changed:
            changed[name] = {key: _older(value) for key, value in changed[name].items()}
    if "oneOf" in schema:
        changed["type"] = "string"
    for part in schema.get("allOf") or ():
        changed.update(_older(part))
        changed.pop("default", None)
    if isinstance(changed.get("$ref"), str):
        changed["$ref"] = changed["$ref"].replace(_REF, "#/definitions/")
    return changed


def _older_path(path: Json) -> Json:
    """The operations of a path with parameters as Swagger 2 writes them."""
    found = {}
    for method, operation in path.items():
        parameters = [
            {**{name: value for name, value in each.items() if name != "schema"}, **each.get("schema", {})}
            for each in operation.get("parameters", ())
        ]
        found[method] = {**operation, "parameters": parameters} if parameters else operation
    return found


# -- paths ------------------------------------------------------------------------------------------------------------------


_OPTIONS = ("dryRun", "fieldManager", "fieldValidation", "force")
_METHODS = {
    "list": ("get", False),
    "create": ("post", False),
    "get": ("get", True),
    "update": ("put", True),
    "patch": ("patch", True),
    "delete": ("delete", True),
}


def _paths(resource: Resource) -> dict[str, Json]:
    """The collection and the single object, with the kind they speak of."""
    prefix = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    if resource.namespaced:
        prefix += "/namespaces/{namespace}"
    gvk = {"group": resource.group, "kind": resource.kind, "version": resource.version}
    found: dict[str, Json] = {}
    for verb, (method, named) in _METHODS.items():
        if verb not in resource.verbs:
            continue
        path = f"{prefix}/{resource.plural}" + ("/{name}" if named else "")
        operation: Json = {
            "x-kubernetes-action": "put" if verb == "update" else verb,
            "x-kubernetes-group-version-kind": gvk,
            "responses": {"200": {"description": "OK"}},
        }
        if method in ("post", "put", "patch"):
            operation["parameters"] = [{"in": "query", "name": name, "schema": {"type": "string"}} for name in _OPTIONS]
        found.setdefault(path, {})[method] = operation
    return found


# -- schemas ----------------------------------------------------------------------------------------------------------------


def _resource_schemas(catalogue: Catalogue, resource: Resource) -> dict[str, Json]:
    """The schema of a kind and of everything in it."""
    gvk = [{"group": resource.group, "kind": resource.kind, "version": resource.version}]
    if resource.custom is not None:
        name = ".".join(reversed(resource.group.split("."))) + f".{resource.version}.{resource.kind}"
        schema = {**_custom_schema(catalogue, resource), "x-kubernetes-group-version-kind": gvk}
        from k8snb.api.meta import ObjectMeta

        return {name: schema, **_reachable(ObjectMeta)}
    found = dict(_reachable(resource.model))
    own = schema_name(resource.model)
    found[own] = {**found[own], "x-kubernetes-group-version-kind": gvk}
    return found


def _custom_schema(catalogue: Catalogue, resource: Resource) -> Json:
    """What a definition says of its kind, with the fields that every object has."""
    schema: Json = {"type": "object"}
    for crd in catalogue.definitions():
        if (crd.spec.group, crd.spec.names.kind) != (resource.group, resource.kind):
            continue
        for version in crd.spec.versions:
            if version.name == resource.version and version.schema_ and version.schema_.openAPIV3Schema:
                schema = encode(version.schema_.openAPIV3Schema)
    meta = {"allOf": [{"$ref": f"{_REF}{_META}.ObjectMeta"}], "description": "Name, labels and bookkeeping."}
    properties = {**schema.get("properties", {}), **_type_properties(), "metadata": meta}
    return {**schema, "properties": dict(sorted(properties.items()))}


def _type_properties() -> Json:
    return {
        "apiVersion": {"description": _API_VERSION, "type": "string"},
        "kind": {"description": _KIND, "type": "string"},
    }


@cache
def _reachable(cls: type[Struct]) -> Mapping[str, Json]:
    """The schemas of a class and of all that its fields refer to, by name."""
    found: dict[str, Json] = {}
    waiting = [cls]
    while waiting:
        one = waiting.pop()
        name = schema_name(one)
        if name in found:
            continue
        found[name] = _class_schema(one)
        waiting += [part for part in _parts(one) if schema_name(part) not in found]
    for schema in list(found.values()):
        for name in _references(schema):
            if name in _SPECIAL:
                found[name] = {**_SPECIAL[name]}
    return found


def schema_name(cls: type[Struct]) -> str:
    """`io.k8s.api.apps.v1.Deployment`"""
    place = cls.__module__.removeprefix("k8snb.api.")
    group, _, module = place.partition(".")
    if group == "meta":
        return f"{_META}.{cls.__name__}"
    if group == "apiextensions":
        return f"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.{cls.__name__}"
    if group == "apiregistration":
        return f"io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.{cls.__name__}"
    if group == "metrics":
        return f"io.k8s.metrics.pkg.apis.metrics.v1beta1.{cls.__name__}"
    older = module if "beta" in module else "v1"
    version = "v2" if module == "horizontalpodautoscaler" else older
    return f"io.k8s.api.{group}.{version}.{cls.__name__}"


def _class_schema(cls: type[Struct]) -> Json:
    properties: Json = {}
    required = []
    group = cls.__module__.removeprefix("k8snb.api.").partition(".")[0]
    extra = _REQUIRED_STRUCTS.get(f"{group}.{cls.__name__}") or _REQUIRED_STRUCTS.get(cls.__name__, frozenset())
    for name, info in cls.__pydantic_fields__.items():
        shown, meta = info.alias or name, field_meta(cls, name)
        # pydantic keeps the markers of a whole field beside its annotation
        markers = [item for item in info.metadata if isinstance(item, str)]
        properties[shown] = _property(info.annotation, meta, markers)
        if shown in extra or (meta.always and not _is_struct(info.annotation)):
            required.append(shown)
    if issubclass(cls, Object):
        properties.update(_type_properties())
    schema: Json = {"description": (cls.__doc__ or "").strip(), "type": "object"}
    if properties:
        schema["properties"] = dict(sorted(properties.items()))
    if required:
        schema["required"] = sorted(required)
    return schema


def _property(annotation: Any, meta: FieldMeta, markers: list[str]) -> Json:
    """The schema of one field."""
    schema = _type(annotation, meta.go, markers)
    if "$ref" in schema:
        schema = {"allOf": [schema]}
    if meta.doc:
        schema["description"] = meta.doc
    if meta.enum:
        # the values of a list or map are what is restricted
        restricted: dict[str, Any] = schema.get("items") or schema.get("additionalProperties") or schema
        restricted["enum"] = list(meta.enum)
    if meta.default is not None:
        schema["default"] = meta.default
    for key, value in (
        ("x-kubernetes-list-type", meta.list_type),
        ("x-kubernetes-list-map-keys", list(meta.list_keys)),
        ("x-kubernetes-map-type", meta.map_type),
        ("x-kubernetes-patch-merge-key", meta.merge_key),
        ("x-kubernetes-patch-strategy", meta.strategy),
    ):
        if value:
            schema[key] = value
    return schema


_FORMATS = {"int32": "int32", "int64": "int64", "uint8": "byte", "float64": "double"}
_MARKED = {"Quantity": "Quantity", "IntOrString": "IntOrString", "Time": "Time", "MicroTime": "MicroTime"}


def _type(annotation: Any, go: str, markers: list[str]) -> Json:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        return _type(inner, go, [*markers, *(item for item in more if isinstance(item, str))])
    if markers:
        return _marked(markers[0], go)
    if origin in (typing.Union, UnionType):
        part = next(part for part in typing.get_args(annotation) if part is not type(None))
        return _type(part, go, markers)
    if origin is tuple:
        return {"items": _type(typing.get_args(annotation)[0], go.removeprefix("[]"), []), "type": "array"}
    if origin is not None and issubclass(origin, Mapping):
        inner_go = go.partition("]")[2] if go.startswith("map[") else ""
        return {"additionalProperties": _type(typing.get_args(annotation)[1], inner_go, []), "type": "object"}
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return {"$ref": _REF + schema_name(annotation)}
    return _scalar(annotation, go)


def _marked(marker: str, go: str) -> Json:
    """A scalar with a format of its own."""
    if marker in _MARKED:
        return {"$ref": _REF + _BY_LAST[_MARKED[marker]]}
    if marker == "JSON":
        name = go.lstrip("*").rpartition(".")[2]
        return {"$ref": _REF + _BY_LAST.get(name, _BY_LAST["JSON"])}
    return {"format": "byte", "type": "string"} if marker == "Bytes" else {"type": "string"}


def _scalar(annotation: Any, go: str) -> Json:
    if annotation is bool:
        return {"type": "boolean"}
    if annotation is int:
        return {"format": _FORMATS.get(go.lstrip("*"), "int32"), "type": "integer"}
    if annotation is float:
        return {"format": "double", "type": "number"}
    return {"type": "string"}


def _is_struct(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Struct)


def _parts(cls: type[Struct]) -> Iterator[type[Struct]]:
    """The classes of the fields of a class."""

    def walk(annotation: Any) -> Iterator[type[Struct]]:
        if isinstance(annotation, type) and issubclass(annotation, Struct):
            yield annotation
        for part in typing.get_args(annotation):
            yield from walk(part)

    for info in cls.__pydantic_fields__.values():
        yield from walk(info.annotation)


def _references(schema: Any) -> Iterator[str]:
    """The names of the schemas that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(_REF)
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)
