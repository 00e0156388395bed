"""`kubectl proxy` as data: where on the learner's machine the API and a folder of files are to be had, and who may ask for it.

The proxy adds the credentials of whoever opened it, so it lets only the learner's own machine in. Source: kubectl
`pkg/proxy/proxy_server.go`.
"""

from __future__ import annotations

import mimetypes
import re
from html import escape
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from k8snb.apiserver.request import User
from k8snb.runtime.net import HttpResponse

_TEXT: Final = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
_HTML: Final = {"Content-Type": "text/html; charset=utf-8"}
_PORT: Final = re.compile(r":\d+$")


class ApiProxy(NamedTuple):
    """One proxy. Prefixes begin and end with a slash; the filters are regular expressions; no `filtered`, no filters."""

    user: User
    impersonate: User | None = None
    api_prefix: str = "/"
    www_prefix: str = "/static/"
    folder: str = ""
    filtered: bool = True
    accept_paths: tuple[str, ...] = ()
    reject_paths: tuple[str, ...] = ()
    accept_hosts: tuple[str, ...] = ()
    reject_methods: tuple[str, ...] = ()

    def route(self, method: str, path: str, host: str) -> str | HttpResponse:
        """The API's path that a request means, or the answer if the proxy gives it itself."""
        if self.folder and path.startswith(self.www_prefix) and not self._is_nearer_api(path):
            return serve_file(Path(self.folder), path.removeprefix(self.www_prefix))
        if f"{path}/" == self.api_prefix:
            return HttpResponse(301, b"", {"Location": self.api_prefix})
        if not path.startswith(self.api_prefix):
            return _error(404, "404 page not found")
        if not self.api_prefix.startswith("/api"):
            path = "/" + path.removeprefix(self.api_prefix)
        return path if self._allows(method, path, _PORT.sub("", host)) else _error(403, "Forbidden")

    def _is_nearer_api(self, path: str) -> bool:
        return len(self.api_prefix) > len(self.www_prefix) and path.startswith(self.api_prefix)

    def _allows(self, method: str, path: str, host: str) -> bool:
        if not self.filtered:
            return True
        if _matches(self.reject_paths, path) or _matches(self.reject_methods, method):
            return False
        return _matches(self.accept_paths, path) and _matches(self.accept_hosts, host)


def _matches(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


def _error(status: int, text: str) -> HttpResponse:
    return HttpResponse(status, f"{text}\n".encode(), _TEXT)


def serve_file(folder: Path, name: str) -> HttpResponse:
    """A file of the folder, its index.html, or a list of what is in it; nothing outside is ever shown."""
    root = folder.resolve()
    path = Path(root, name).resolve()
    if not path.is_relative_to(root) or not path.exists():
        return _error(404, "404 page not found")
    if path.is_dir():
        if name and not name.endswith("/"):
            return HttpResponse(301, b"", {"Location": f"{path.name}/"})
        index = path / "index.html"
        return _file(index) if index.is_file() else _listing(path)
    return _file(path)


def _file(path: Path) -> HttpResponse:
    try:
        data = path.read_bytes()
    except OSError:
        return _error(403, "403 Forbidden")
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return HttpResponse(200, data, {"Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind})


def _listing(folder: Path) -> HttpResponse:
    names = sorted(f"{one.name}/" if one.is_dir() else one.name for one in folder.iterdir())
    links = "".join(f'<a href="{quote(name)}">{escape(name)}</a>\n' for name in names)
    return HttpResponse(200, f"<pre>\n{links}</pre>\n".encode(), _HTML)
