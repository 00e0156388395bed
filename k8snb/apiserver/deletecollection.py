"""Deleting a whole list at once: each object as if it were deleted by itself; what vanishes meanwhile does not matter."""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api.errors import StatusError
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.request import DeleteOptions, User
from k8snb.apiserver.server import APIServer


def delete_collection(
    server: APIServer, user: User, resource: Resource, items: Sequence[Object], options: DeleteOptions
) -> None:
    """Delete the objects of a list."""
    for obj in items:
        try:
            server.delete(user, resource, obj.metadata.namespace, obj.metadata.name, options)
        except StatusError as error:
            if error.reason != "NotFound":
                raise
