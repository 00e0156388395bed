"""The official Python client (`kubernetes`) on a cluster of this process, with no socket in between.

    api = cluster.api_client()
    v1 = kubernetes.client.CoreV1Api(api)

`api` is a `kubernetes.client.ApiClient` like any other: typed and dynamic clients, watches, patches, logs, `stream()` and
real Status bodies in its `ApiException`s. What differs is time, see `reading`; and port-forward, which needs a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.apiclient.link import Link
from k8snb.apiclient.reading import Host, NothingHappensError
from k8snb.apiserver.request import ADMIN, User

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

__all__ = ["NothingHappensError", "open_client"]


def open_client(cluster: Host, user: User = ADMIN) -> ApiClient:
    """A client of this cluster as `user`. ModuleNotFoundError, with what to install, without the `kubernetes` package."""
    try:
        from kubernetes.client import ApiClient
        from kubernetes.stream import ws_client
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "api_client() gives a client of the `kubernetes` package, which is not installed:"
            " pip install 'k8snb[client]'",
            name=error.name,
        ) from error
    from k8snb.apiclient.console import connect_streams
    from k8snb.apiclient.transport import InProcessPool

    connect_streams(ws_client)
    link = Link(cluster, user)
    api: Any = ApiClient(_configuration(link))
    api.rest_client.pool_manager = InProcessPool(link)
    opened: ApiClient = api
    return opened


def _configuration(link: Link) -> Any:
    """A configuration that only says where the cluster is: nothing is read from files or the environment."""
    from kubernetes.client import Configuration

    found: Any = Configuration(host=link.url)
    found.verify_ssl = False
    found.proxy = found.no_proxy = None
    found.k8snb_link = link
    return found
