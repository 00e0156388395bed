"""Manifests from the web, for a terminal: `kubectl apply -f https://…`. The lab itself has no network.

Source: cli-runtime `pkg/resource/visitor.go` (readHttpWithRetries).
"""

from __future__ import annotations

import http.client
import time
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from k8snb.client.endpoint import problem
from k8snb.client.http import Unreachable
from k8snb.client.refused import ConnectionRefused

_ATTEMPTS: Final = 3
_PAUSE: Final = 1.0
_PATIENCE: Final = 30.0


class DownloadError(Exception):
    """The server has refused."""


def download(url: str, limit: int) -> bytes:
    """What is at a URL, at most `limit` bytes of it. DownloadError if the server refuses, ConnectionRefused if none answers."""
    failure: Exception = DownloadError(url)
    for attempt in range(_ATTEMPTS):
        time.sleep(_PAUSE if attempt else 0)
        try:
            with urlopen(Request(url, headers={"User-Agent": "Go-http-client/1.1"}), timeout=_PATIENCE) as answer:
                return bytes(answer.read(limit))
        except HTTPError as error:
            status = f"{error.code} {error.reason}"
            failure = DownloadError(f'unable to read URL "{url}", server reported {status}, status code={error.code}')
            if error.code < 500:
                break
        except (OSError, http.client.HTTPException) as error:
            failure = _unreachable(url, error)
    raise failure


def _unreachable(url: str, error: Exception) -> ConnectionRefused:
    cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    parts = urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}"
    path = url.removeprefix(server)
    if isinstance(cause, ConnectionRefusedError):
        return ConnectionRefused(server, "GET", path)
    return Unreachable(server, "GET", path, None, None, problem(cause, server))
