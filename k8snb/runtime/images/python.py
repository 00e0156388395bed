"""python: Python's command, as far as it can be simulated safely: its version, its own web server, and a refusal of the rest.

A learner's Python would have to run inside this kernel's Python, where nothing could hold it; so scripts are not run.
"""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, FileError, join, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.limits import MARK
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Failure, Outcome, Serve

_MINOR = {"3.14": "3.14.0", "3.13": "3.13.9", "3.12": "3.12.12", "3.11": "3.11.14", "3.10": "3.10.19", "3.9": "3.9.24"}
_VERSIONS = {
    **{f"{minor}{kind}": full for minor, full in _MINOR.items() for kind in ("", "-slim", "-alpine")},
    **{f"{name}": "3.14.0" for name in ("latest", "3", "slim", "alpine", "3-slim", "3-alpine")},
}
_VERSION_FILE = "/usr/local/lib/python-version"
_REFUSAL = (
    MARK
    + "Python scripts are not run here: of `python`, `--version` and `-m http.server` are simulated; node runs scripts\n"
)


class Python(Image):
    repository = "docker.io/library/python"
    tags = {tag: content_digest(f"python {tag}") for tag in _VERSIONS}
    size = 360 * MIB
    memory = 10 * MIB
    cmd = ("python3",)

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        version = _VERSIONS.get(tag, "3.14.0")
        alpine, slim = tag.endswith("alpine"), tag.endswith("slim")
        path = "/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        vars(self).update(
            version=version,
            userland="busybox" if alpine else "debian",
            size=(17 if alpine else 43 if slim else 360) * MIB,
            env={"PATH": path, "LANG": "C.UTF-8", "PYTHON_VERSION": version},
        )

    def files(self) -> Directory:
        program = userland.executable("image:python:Python", 6 * MIB)
        names = ("python", "python3", f"python{'.'.join(vars(self)['version'].split('.')[:2])}")
        files: dict[str, str | bytes | Entry] = {f"/usr/local/bin/{name}": program for name in names}
        files[_VERSION_FILE] = vars(self)["version"]
        return merge(userland.alpine() if self.tag.endswith("alpine") else userland.debian(), tree(files))

    def start(self, call: Call) -> Outcome:
        args = [arg for arg in call.args if arg not in ("-u", "-B", "-E", "-s", "-O")]
        if args[:1] in (["--version"], ["-V"]):
            call.out(f"Python {_version(call)}\n")
            return 0
        if args[:2] == ["-m", "http.server"]:
            return _serve(call, args[2:])
        if args and not args[0].startswith("-") and not call.machine.fs.exists(call.path(args[0])):
            name = call.argv[0] if "/" in call.argv[0] else f"/usr/local/bin/{call.argv[0]}"
            call.err(f"{name}: can't open file '{call.path(args[0])}': [Errno 2] No such file or directory\n")
            return 2
        if not args and not call.stdin().strip():
            return 0
        call.err(_REFUSAL)
        return 1

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        return _answer(call, request, call.state)

    def signal(self, call: Call, signal: int) -> int | None:
        if signal == 2:
            call.out("\nKeyboard interrupt received, exiting.\n")
            return 0
        return 128 + signal if signal == 15 and call.process.pid != 1 else None


def _version(call: Call) -> str:
    try:
        return call.machine.fs.read(_VERSION_FILE).decode()
    except FileError:
        return "3.14.0"


def _serve(call: Call, args: list[str]) -> Outcome:
    """`http.server [PORT] [--directory DIR] [--bind ADDRESS]`."""
    port, directory, bind, rest = 8000, call.process.cwd, "0.0.0.0", list(args)
    while rest:
        word = rest.pop(0)
        if word in ("-d", "--directory") and rest:
            directory = join(call.process.cwd, rest.pop(0))
        elif word in ("-b", "--bind") and rest:
            bind = rest.pop(0)
        elif word.isdigit():
            port = int(word)
        else:
            call.err(
                "usage: server.py [-h] [-b ADDRESS] [-d DIRECTORY] [-p VERSION] [port]\n"
                f"server.py: error: unrecognized arguments: {word}\n"
            )
            return 2
    try:
        call.listen(port)
    except Failure:
        call.err("OSError: [Errno 98] Address already in use\n")
        return 1
    call.out(f"Serving HTTP on {bind} port {port} (http://{bind}:{port}/) ...\n")
    return Serve(directory)


def _answer(call: Call, request: HttpRequest, root: str) -> HttpResponse:
    fs, path = call.machine.fs, root.rstrip("/") + join("/", request.path)
    status, kind, head = 200, "text/html; charset=utf-8", dict[str, str]()
    try:
        if request.method not in ("GET", "HEAD"):
            status, body = 501, _error(501, f"Unsupported method ('{request.method}')")
        elif fs.is_dir(path) and not request.path.endswith("/"):
            status, body, head = 301, b"", {"Location": request.path + "/"}
        elif fs.is_dir(path) and not fs.exists(f"{path}/index.html"):
            rows = "".join(f'<li><a href="{name}">{name}</a></li>\n' for name in _names(call, path))
            title = f"Directory listing for {request.path}"
            head_ = (
                f'<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>\n'
            )
            body = f"{head_}<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n{rows}</ul>\n<hr>\n</body>\n</html>\n".encode()
        else:
            body = fs.read(f"{path}/index.html" if fs.is_dir(path) else path)
            kind = (
                _TYPES.get(path.rpartition(".")[2], "application/octet-stream") if not fs.is_dir(path) else "text/html"
            )
    except FileError:
        status, body = 404, _error(404, "File not found")
    stamp = format_date("%d/%b/%Y %H:%M:%S", call.now)
    if status in (404, 501):
        what = "File not found" if status == 404 else f"Unsupported method ('{request.method}')"
        call.err(f"{request.client or '127.0.0.1'} - - [{stamp}] code {status}, message {what}\n")
    call.err(f'{request.client or "127.0.0.1"} - - [{stamp}] "{request.method} {request.target} HTTP/1.1" {status} -\n')
    headers = {
        "Server": f"SimpleHTTP/0.6 Python/{_version(call)}",
        "Content-type": kind,
        "Content-Length": str(len(body)),
        **head,
    }
    return HttpResponse(status, b"" if request.method == "HEAD" else body, headers, 0.001)


_TYPES = {"html": "text/html", "htm": "text/html", "txt": "text/plain", "py": "text/x-python", "css": "text/css",
          "js": "text/javascript", "json": "application/json", "png": "image/png", "md": "text/markdown"}  # fmt: skip


def _names(call: Call, path: str) -> list[str]:
    fs = call.machine.fs
    return [f"{name}/" if fs.is_dir(join(path, name)) else name for name in sorted(fs.listdir(path), key=str.lower)]


def _error(code: int, message: str) -> bytes:
    return (
        '<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error response</title>\n'
        f"    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: {code}</p>\n"
        f"        <p>Message: {message}.</p>\n    </body>\n</html>\n"
    ).encode()
