"""Authorisation of requests: what a path and a method mean to RBAC. Source: `pkg/endpoints/request/requestinfo.go`."""

from __future__ import annotations

from k8snb.apiserver.auth.rbac import Attributes, Rbac
from k8snb.apiserver.request import Target, User

#: paths everybody may read, signed in or not (system:public-info-viewer)
PUBLIC = frozenset({"/healthz", "/livez", "/readyz", "/version", "/version/"})


class RequestAuthorizer:
    """Refuses requests that the caller's roles do not allow."""

    def __init__(self, rbac: Rbac) -> None:
        self._rbac = rbac

    def __call__(self, user: User, verb: str, target: Target) -> None:
        """Forbidden unless the user may."""
        if user.is_master:
            return
        self._rbac.check(user, attributes(verb, target))


def attributes(verb: str, target: Target) -> Attributes:
    """What RBAC is asked about a request."""
    resource = target.resource
    if resource is None:
        return Attributes(verb, path=target.path)
    return Attributes(verb, resource.group, resource.plural, target.subresource, target.namespace, target.name)
