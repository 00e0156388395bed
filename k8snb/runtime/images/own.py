"""Images of a notebook's own: a class in a cell becomes an image that every cluster of the kernel can pull.

    from k8snb.runtime.images.own import image

    @image("me/greeter:1", port=8080)
    class Greeter:
        files = {"/etc/greeting": "Hello"}

        def request(self, call, request):
            greeting = call.machine.fs.read("/etc/greeting").decode()
            return f"{greeting} from {call.machine.container.hostname}, asked for {request.path}"

The class may have `files` (path -> text), `env`, `cmd`, `workdir`, `base` (`alpine`, `debian`, `busybox`, `none`),
`size`, `memory` (bytes) and the reactions of `Server`: `start(call)`, `request(call, request)`, `signal(call,
number)`, `tick(call)`. It must keep nothing in itself: what it has to remember is `call.state`, plain data, so that a
fork of the cluster has its own. `request` answers a text, bytes, a dictionary or list (as JSON), `(status, any of
these)`, an `HttpResponse`, or None to drop the connection. What it raises is its program's failure: the traceback is
in the container's log and the container ends with exit code 1.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Blocked, Call, Failure, Outcome, Serve

T = TypeVar("T", bound=type)

_BASES: dict[str, Callable[[], Directory]] = {
    "alpine": userland.alpine,
    "busybox": userland.busybox,
    "debian": userland.debian,
    "none": lambda: userland.distroless({}),
}
_PROGRAM_PATH = "/usr/local/bin/app"


class OwnImage(Image):
    """What a notebook's class is mixed with."""

    size = 20 * MIB
    memory = 10 * MIB
    base: ClassVar[str] = "alpine"
    port: ClassVar[int] = 0
    #: how the program table knows this very definition
    row: ClassVar[str] = ""
    #: the notebook's class
    written: ClassVar[type] = object

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        self.own: Any = self.written()

    def files(self) -> Directory:
        given = getattr(self.written, "files", {})
        extra: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        program = userland.executable(f"image:{self.row}", self.size)
        return merge(_BASES[self.base](), tree({_PROGRAM_PATH: program, **extra}))

    def start(self, call: Call) -> Outcome:
        if self.port:
            call.listen(self.port)
        outcome = self._run(call, "start", call)
        return Serve(None) if outcome is None else outcome

    def tick(self, call: Call) -> Outcome:
        outcome = self._run(call, "tick", call)
        return Serve(call.state) if outcome is None else outcome

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if not hasattr(self.own, "request"):
            return None
        answer = self._run(call, "request", call, request)
        if call.machine.phase != "running" or call.process.status is not None:
            return None
        return _response(answer)

    def signal(self, call: Call, signal: int) -> int | None:
        if not hasattr(self.own, "signal"):
            return 128 + signal if signal in (2, 15) else None
        answer: int | None = self._run(call, "signal", call, signal)
        return answer

    def _run(self, call: Call, name: str, *given: Any) -> Any:
        """One reaction of the notebook's class; what it raises ends its process, with the traceback in the log."""
        method = getattr(self.own, name, None)
        if method is None:
            return None
        try:
            return method(*given)
        except (Failure, Blocked):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the learner's program raises is its crash, and is logged
            own = traceback.extract_tb(error.__traceback__)[1:]
            lines = traceback.format_list(own) + traceback.format_exception_only(error)
            call.err("Traceback (most recent call last):\n" + "".join(lines))
            if name in ("start", "tick", "signal"):
                return 1
            call.machine.flush(call)
            call.output.clear()
            call.machine.exit(call.process, 1)
            return None


def _response(answer: Any) -> HttpResponse | None:
    if answer is None or isinstance(answer, HttpResponse):
        return answer
    status = 200
    if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], int):
        status, answer = answer
    kind = "text/plain; charset=utf-8"
    if isinstance(answer, dict | list):
        answer, kind = json.dumps(answer) + "\n", "application/json"
    body = answer if isinstance(answer, bytes) else str(answer).encode()
    if body.lstrip()[:1] == b"<":
        kind = "text/html; charset=utf-8"
    return HttpResponse(status, body, {"Content-Type": kind, "Content-Length": str(len(body))}, 0.001)


#: repository -> tag -> the image's class as it was defined last
_LATEST: dict[str, dict[str, type[OwnImage]]] = {}
#: row -> class, of all that was ever defined: containers go on with what they were started from
_DEFINED: dict[str, type[OwnImage]] = {}


def image(reference: str, **settings: Any) -> Callable[[T], T]:
    """Make a class an image under a name (see the module); `settings` are its attributes (`port=8080`, `base="debian"`).

    Defining a name again is pushing it again: containers that run go on as they are, and Pods that pull it afterwards
    have the new
    one. ValueError for a name that is none, or is one of the images that come with k8snb.
    """
    from k8snb.runtime.images import IMAGES, forget
    from k8snb.runtime.registry import InvalidReference, parse_reference

    try:
        parsed = parse_reference(reference)
    except InvalidReference as error:
        raise ValueError(f"{reference}: {error}") from None
    repository, tag = parsed.repository, parsed.tag
    if not tag or not IMAGES.get(repository, "own:").startswith("own:"):
        raise ValueError(f"{reference}: an image of this name comes with k8snb, choose another one")

    def define(written: T) -> T:
        row = f"own:{repository}:{tag}#{len(_DEFINED)}"
        given = {**_attributes(written), **settings}
        if given.get("base", "alpine") not in _BASES:
            raise ValueError(f"base: {given['base']!r} is none of {', '.join(_BASES)}")
        given.setdefault("cmd", (_PROGRAM_PATH,))
        given["userland"] = {"alpine": "busybox"}.get(given.get("base", "alpine"), given.get("base"))
        made: type[OwnImage] = type(
            written.__name__, (OwnImage,), {**given, "repository": repository, "row": row, "written": written}
        )
        known = _LATEST.setdefault(repository, {})
        known[tag] = _DEFINED[row] = made
        made.tags = {tag: content_digest(row)}
        for other in known.values():
            other.tags = {name: content_digest(one.row) for name, one in known.items()}
        IMAGES[repository] = f"own:{repository}"
        forget()
        return written

    return define


def _attributes(written: type) -> dict[str, Any]:
    """What a class says about its image; its reactions and files stay its own."""
    known = (
        "env",
        "cmd",
        "entrypoint",
        "workdir",
        "user",
        "base",
        "port",
        "size",
        "memory",
        "cpu_millis",
        "exposed",
        "stop_signal",
    )
    found = {name: getattr(written, name) for name in known if hasattr(written, name)}
    for name in ("cmd", "entrypoint"):
        if name in found:
            found[name] = tuple(found[name])
    return found


def find(row: str, tag: str) -> OwnImage:
    """The image behind a row: `own:<repository>` at a tag, or one definition. LookupError if the notebook has none."""
    if row in _DEFINED:
        return _DEFINED[row](tag)
    known = _LATEST.get(row.removeprefix("own:"))
    if not known:
        raise LookupError(
            f"the image {row.removeprefix('own:').partition('#')[0]} is not defined in this notebook: run its cell"
        )
    return (known.get(tag) or next(reversed(known.values())))(tag)
