"""The REST face: paths, verbs and media types, turned into the server's typed verbs and back into JSON data.

kubectl in a notebook and the HTTP server both come in here, with a `Request` that is plain data, and get a `Response` whose
body is JSON data, text, or a `Stream`. One table of routes below; one function a verb. Source:
`k8s.io/apiserver/pkg/endpoints`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from k8snb.api import errors, selector
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.errors import GroupResource, StatusError
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver import listing
from k8snb.apiserver.conversion import from_stored, storage_of
from k8snb.apiserver.deletecollection import delete_collection
from k8snb.apiserver.nonresource import respond
from k8snb.apiserver.patch import patched
from k8snb.apiserver.queryoptions import WRITES, delete_options, number, options_of, selectors_of
from k8snb.apiserver.registry import strategy_of
from k8snb.apiserver.registry.customresource import CustomResourceStrategy
from k8snb.apiserver.request import Options, Request, Response, Target, Unreadable, User, flag
from k8snb.apiserver.server import APIServer
from k8snb.apiserver.table import table
from k8snb.apiserver.watch import Watch
from k8snb.apiserver.watchstream import WatchStream
from k8snb.sim.limits import OBJECT_BYTES

#: serves a subresource: (rest, request, resource, namespace, name) -> response
SubresourceHandler = Callable[["Rest", "Request", Resource, str, str], "Response"]
#: decides whether a user may do this; raises Forbidden
Authorizer = Callable[[User, str, "Target"], None]


class Rest:
    """Serves requests on an API server."""

    def __init__(
        self,
        server: APIServer,
        subresources: Mapping[str, SubresourceHandler],
        authorize: Authorizer,
        cluster: Any = None,
    ) -> None:
        self.server, self._subresources, self.authorize = server, subresources, authorize
        #: the machines behind the API, for subresources that reach into them (log, exec, proxy)
        self.cluster = cluster

    def handle(self, request: Request) -> Response:
        """Answer one request; refusals become Status objects."""
        try:
            target = self.parse(request.path)
            if request.impersonate is not None:
                request = self._impersonated(request, request.impersonate)
            if target.resource is None:
                self.authorize(request.user, request.method.lower(), target)
                return self._non_resource(request, target)
            verb = _verb(request, target)
            self.authorize(request.user, verb, target)
            if isinstance(request.body, Unreadable):
                raise request.body.error(_expected(request, target))
            return self._serve(verb, request, target)
        except StatusError as error:
            return Response(error.code, error.status)

    def _impersonated(self, request: Request, wanted: User) -> Request:
        """The request as the user it wants to be, if its own user may (verb `impersonate`)."""
        kind, space, name = Resource("", "v1", "User", "users", namespaced=False), "", wanted.name
        parts = name.split(":")
        if name.startswith("system:serviceaccount:") and len(parts) == 4:
            kind = Resource("", "v1", "ServiceAccount", "serviceaccounts")
            space, name = parts[2:]
        self.authorize(request.user, "impersonate", Target(kind, space, name))
        groups = Resource("", "v1", "Group", "groups", namespaced=False)
        for group in wanted.groups:
            self.authorize(request.user, "impersonate", Target(groups, name=group))
        authentication = "authentication.k8s.io"
        if wanted.uid:
            uids = Resource(authentication, "v1", "UID", "uids", namespaced=False)
            self.authorize(request.user, "impersonate", Target(uids, name=wanted.uid))
        extras = Resource(authentication, "v1", "UserExtra", "userextras", namespaced=False)
        for key, values in wanted.extra.items():
            for value in values:
                self.authorize(request.user, "impersonate", Target(extras, name=value, subresource=key))
        return replace(request, user=with_implied_groups(wanted), impersonate=None)

    def parse(self, path: str) -> Target:
        """What a path names. NotFound if the resource does not exist."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[0] == "api" and len(parts) > 2:
            group, version, parts = "", parts[1], parts[2:]
        elif parts[0] == "apis" and len(parts) > 3:
            group, version, parts = parts[1], parts[2], parts[3:]
        else:
            return Target(path=path)
        namespace = ""
        if parts[0] == "namespaces" and len(parts) > 2 and parts[2] not in ("status", "finalize"):
            namespace, parts = parts[1], parts[2:]
        resource = self.server.catalogue.find(group, version, parts[0])
        if resource is None:
            return Target(path=path)
        name, subresource, rest = (parts[1:] + ["", "", ""])[0], "/".join(parts[2:3]), "/".join(parts[3:])
        return Target(resource, namespace, name, subresource, path, rest)

    # -- verbs --------------------------------------------------------------------------------------------------------

    def _serve(self, verb: str, request: Request, target: Target) -> Response:
        assert target.resource is not None
        if target.subresource and target.subresource != "status":
            handler = self._subresources.get(f"{target.resource.plural}/{target.subresource}")
            handler = handler or self._subresources.get(f"*/{target.subresource}")
            if handler is None or target.resource.subresource(target.subresource) is None:
                raise errors.generic_server_response(404, "", None, "", "")  # no such path
            return handler(self, request, target.resource, target.namespace, target.name)
        if target.subresource and target.resource.subresource("status") is None:
            raise errors.generic_server_response(404, "", None, "", "")
        if verb not in target.resource.verbs and verb != "status":
            raise _not_allowed(target.resource, verb)
        serve: Callable[[Request, Target, Resource], Response] = getattr(self, f"_{verb}")
        response = serve(request, target, target.resource)
        deprecation = target.resource.deprecation
        return replace(response, warnings=(deprecation, *response.warnings)) if deprecation else response

    def _get(self, request: Request, target: Target, resource: Resource) -> Response:
        obj = self.server.get(request.user, resource, target.namespace, target.name)
        return Response(200, self.shown(request, resource, obj))

    def _list(self, request: Request, target: Target, resource: Resource) -> Response:
        labels, fields = selectors_of(request)
        wanted = listing.reading(request.query, number(request, "limit") or 0, self.server.store)
        result = self.server.list(request.user, resource, target.namespace, labels, fields, wanted.revision)
        items, meta = listing.page(wanted, result.items, result.revision, labels is None and fields is None)
        if "as=Table" in request.accept:
            include = request.query.get("includeObject", "Metadata")
            strategy = strategy_of(resource)
            return Response(200, table(resource, strategy, items, self.server.clock.unix, meta, include))
        kind, version = f"{resource.kind}List", resource.api_version
        if "as=PartialObjectMetadataList" in request.accept:
            kind, version = "PartialObjectMetadataList", "meta.k8s.io/v1"
            rows: list[Any] = [{"metadata": self.full(obj, resource)["metadata"]} for obj in items]
        elif request.render is not None:
            rows = [request.render(resource, obj, False) for obj in items]
        else:
            rows = [_without_type(self.full(obj, resource), resource) for obj in items]
        return Response(200, {"kind": kind, "apiVersion": version, "metadata": meta, "items": rows})

    def _watch(self, request: Request, target: Target, resource: Resource) -> Response:
        labels, fields = selectors_of(request)
        if target.name:
            fields = selector.parse_fields(f"metadata.name={target.name}")
        admits = self.server.filter(resource, labels, fields)
        listing.check(request.query, watch=True)
        version, asked = request.query.get("resourceVersion", ""), "sendInitialEvents" in request.query
        number(request, "timeoutSeconds")
        initial, since = None, listing.revision_of(version) if version else 0
        if flag(request.query, "sendInitialEvents") or (since == 0 and not asked):
            if since > self.server.store.revision:
                raise errors.resource_version_too_large(since, self.server.store.revision)
            initial = self.server.list(request.user, resource, target.namespace, labels, fields).items
            since = self.server.store.revision
        elif since == 0:
            since = self.server.store.revision
        else:
            if since > self.server.store.revision:
                raise errors.resource_version_too_large(since, self.server.store.revision)
            self.server.store.changes_since(since)
        watch = Watch(self.server.store, storage_of(resource), target.namespace, since, admits, initial)
        return Response(200, WatchStream(self, watch, request, resource))

    def _create(self, request: Request, target: Target, resource: Resource) -> Response:
        warnings: list[str] = []
        options = options_of(request)
        obj = self.decode(resource, request.body, options, warnings)
        created = self.server.create(request.user, resource, target.namespace, obj, options, warnings)
        return Response(201, self.shown(request, resource, created), tuple(warnings))

    def _update(self, request: Request, target: Target, resource: Resource) -> Response:
        warnings: list[str] = []
        options = options_of(request)
        obj = self.decode(resource, request.body, options, warnings)
        if obj.metadata.name != target.name:
            raise errors.bad_request(
                f"the name of the object ({obj.metadata.name}) does not match the name on the URL ({target.name})"
            )
        updated = self.server.update(
            request.user, resource, target.namespace, obj, target.subresource, options, warnings
        )
        return Response(200, self.shown(request, resource, updated), tuple(warnings))

    def _patch(self, request: Request, target: Target, resource: Resource) -> Response:
        warnings: list[str] = []
        obj, created = patched(self, request, target, resource, options_of(request), warnings)
        return Response(201 if created else 200, self.shown(request, resource, obj), tuple(warnings))

    def _delete(self, request: Request, target: Target, resource: Resource) -> Response:
        options = delete_options(request)
        obj, gone = self.server.delete(request.user, resource, target.namespace, target.name, options)
        if not gone:
            return Response(200, self.shown(request, resource, obj))
        details = {"name": target.name, "group": resource.group, "kind": resource.plural, "uid": obj.metadata.uid}
        details = {key: value for key, value in details.items() if value}
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
        return Response(200, body)

    def _deletecollection(self, request: Request, target: Target, resource: Resource) -> Response:
        labels, fields = selectors_of(request)
        items = self.server.list(request.user, resource, target.namespace, labels, fields).items
        delete_collection(self.server, request.user, resource, items, delete_options(request))
        return Response(200, self._list_of(resource, items))

    def _list_of(self, resource: Resource, items: list[Object]) -> dict[str, Any]:
        meta = {"resourceVersion": str(self.server.store.revision)}
        rows = [_without_type(self.full(obj, resource), resource) for obj in items]
        return {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": meta, "items": rows}

    # -- bodies -------------------------------------------------------------------------------------------------------

    def decode(self, resource: Resource, body: Any, options: Options, warnings: list[str]) -> Object:
        """The typed object of a request body, as strictly as `fieldValidation` asks."""
        if not isinstance(body, dict):
            raise errors.bad_request("the object provided is unrecognized (must be of type " + resource.kind + ")")
        kind, version = body.get("kind", resource.kind), body.get("apiVersion", resource.api_version)
        if version != resource.api_version:
            raise errors.bad_request(
                f"the API version in the data ({version}) does not match the expected API version"
                f" ({resource.api_version})"
            )
        if kind != resource.kind:
            scheme = "pkg/api/legacyscheme/scheme.go:30"
            raise errors.bad_request(
                f'{kind} in version "{resource.version}" cannot be handled as a {resource.kind}: no kind "{kind}" is '
                f'registered for version "{version}" in scheme "{scheme}"'
            )
        if len(json.dumps(body)) > OBJECT_BYTES:
            raise errors.object_too_large()
        handled = f'{kind} in version "{resource.version}" cannot be handled as a {resource.kind}'
        pruned: list[str] = []
        if resource.custom is not None:
            strategy = strategy_of(resource)
            assert isinstance(strategy, CustomResourceStrategy)
            body, pruned = strategy.unknown_fields(body)
        try:
            obj, unknown = decode_object(resource.model, body)
            unknown += pruned
        except DecodeError as error:
            raise errors.bad_request(f"{handled}: {error}") from None
        problems = [*options.strict_problems, *(f'unknown field "{path}"' for path in unknown)]
        if problems and options.field_validation == "Strict":
            raise errors.bad_request(f"{handled}: strict decoding error: {', '.join(problems)}")
        if options.field_validation == "Warn":
            warnings += problems
        return obj

    def shown(self, request: Request, resource: Resource, obj: Object) -> Any:
        """An object in the form that the request accepts: JSON data, or what the request's `render` makes of it."""
        if "as=Table" in request.accept:
            include = request.query.get("includeObject", "Metadata")
            meta = {"resourceVersion": obj.metadata.resourceVersion}
            strategy = strategy_of(resource)
            return table(resource, strategy, [obj], self.server.clock.unix, meta, include)
        if "as=PartialObjectMetadata" in request.accept:
            partial = self.full(obj, resource)["metadata"]
            return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": partial}
        if request.render is not None:
            return request.render(resource, obj, True)
        return self.full(obj, resource)

    def full(self, obj: Object, resource: Resource) -> dict[str, Any]:
        """JSON data of an object in the version of the request, with its field managers."""
        data = from_stored(obj, resource).to_dict()
        entries = self.server.managers.entries(obj)
        if entries:
            data["metadata"]["managedFields"] = entries
        return data

    # -- what is not a resource -----------------------------------------------------------------------------------------

    def _non_resource(self, request: Request, target: Target) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise _not_allowed(None, request.method.lower())
        aggregated = "as=APIGroupDiscoveryList" in request.accept
        page = respond(self.server, target.path, request.query, request.multi, aggregated)
        return Response(page.code, page.body, content_type=page.content_type)


def _verb(request: Request, target: Target) -> str:
    """The RBAC verb of a request."""
    method = request.method
    if method == "GET":
        if flag(request.query, "watch"):
            return "watch"
        return "get" if target.name else "list"
    if method == "DELETE":
        return "delete" if target.name else "deletecollection"
    verb = WRITES.get(method)
    if verb is None or (verb == "create" and target.name and not target.subresource):
        raise _not_allowed(target.resource, method.lower())
    return verb


def _not_allowed(resource: Resource | None, verb: str) -> StatusError:
    """405: built-in resources have no such route, custom ones say it themselves."""
    if resource is not None and resource.custom is not None:
        return errors.method_not_supported(_gr(resource), verb)
    return errors.generic_server_response(405, "", None, "", "")


def _expected(request: Request, target: Target) -> str:
    """The kind that a request's body should have been of."""
    if request.method == "DELETE":
        return "DeleteOptions"
    assert target.resource is not None
    subresource = target.resource.subresource(target.subresource) if target.subresource else None
    return subresource.kind if subresource is not None else target.resource.kind


def _without_type(data: dict[str, Any], resource: Resource) -> dict[str, Any]:
    """Items of a typed list do not repeat its kind; custom resources do."""
    if resource.custom is None:
        del data["apiVersion"], data["kind"]
    return data


def _gr(resource: Resource) -> GroupResource:
    return GroupResource(resource.group, resource.plural)


def with_implied_groups(user: User) -> User:
    """The groups everybody signed in is in, and those of a service account (upstream's impersonation filter)."""
    groups = list(user.groups)
    parts = user.name.split(":")
    if user.name.startswith("system:serviceaccount:") and len(parts) == 4 and not groups:
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{parts[2]}"]
    if user.name != "system:anonymous" and "system:authenticated" not in groups:
        groups.append("system:authenticated")
    return User(user.name, tuple(groups), user.uid, user.extra)
