"""Images of a hollow node: any name, nothing inside, behaving as its name and command say and no further.

It is what the parity transcripts were recorded with: a container without a command runs until it is stopped, except that
busybox, alpine and the like end at once; `sleep N`, `true`, `false`, `echo`, `date` and `sh -c` of such end as they would;
anything else runs. Whatever declares a port listens on it, and nginx, httpd and redis on their own.
"""

from __future__ import annotations

import shlex

from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Pause, Serve
from k8snb.runtime.programs.talk import GRPC
from k8snb.runtime.userland import executable

_PORTS = {"nginx": 80, "httpd": 80, "redis": 6379}
_ENDS_AT_ONCE = ("busybox", "alpine", "ubuntu", "debian", "bash")
#: The program that every argv of a hollow container becomes.
PROGRAM = "image:hollow:Hollow"


class Hollow(Image):
    """One reference of any repository."""

    size = 20 * MIB
    cmd = ("/entrypoint",)
    userland = "hollow"
    speaks = frozenset({GRPC})

    def __init__(self, repository: str = "hollow", tag: str = "latest") -> None:
        super().__init__(tag)
        self.name = repository

    @property
    def digest(self) -> str:
        return content_digest(f"{self.name}:{self.tag}")

    @property
    def image_id(self) -> str:
        return content_digest(f"config of {self.name}:{self.tag}")

    def files(self) -> Directory:
        return Directory({"entrypoint": executable(PROGRAM)})

    def uid(self, user: str) -> tuple[int, int] | None:
        name = user.partition(":")[0]
        return (int(name) if name.isdigit() else 0), 0

    def start(self, call: Call) -> Outcome:
        """Begin; a command that ends by itself has its seconds and its status worked out here."""
        short = call.machine.image.name.rpartition("/")[2] if isinstance(call.machine.image, Hollow) else ""
        if call.state is not None:
            return int(call.state)
        if call.process.pid != 1:  # exec: what does not end by itself would never answer
            ended = script_plan(list(call.argv))
            return 1 if ended is None else ended[1]
        if not call.machine.container.spec.own_command:
            if short in _ENDS_AT_ONCE:
                return 0
            for port in {*call.machine.container.spec.declared_ports, _PORTS.get(short, 0)} - {0}:
                call.process.ports = (*call.process.ports, port)
            return Serve(None)
        plan = script_plan(list(call.argv))
        if plan is None:
            call.process.ports = call.machine.container.spec.declared_ports
            return Serve(None)
        seconds, status = plan
        return Pause(seconds, status) if seconds > 0 else status

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        return HttpResponse(200, b"SERVING" if request.method == GRPC else b"", {})

    def signal(self, call: Call, signal: int) -> int | None:
        if signal != 15:
            return None
        return 137 if call.machine.container.spec.own_command else 0


def script_plan(argv: list[str]) -> tuple[float, int] | None:
    """(seconds, exit status) of a command that ends by itself; None if it does not."""
    name = argv[0].rpartition("/")[2] if argv else ""
    if name == "sleep" and len(argv) == 2:
        return (float(argv[1]), 0) if argv[1].replace(".", "", 1).isdigit() else None
    if name in ("true", "echo", "date"):
        return 0.0, 0
    if name == "false":
        return 0.0, 1
    if name == "exit":
        return 0.0, int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 0
    if name in ("sh", "bash", "ash") and argv[1:2] == ["-c"] and len(argv) > 2:
        return _script(argv[2])
    return None


def _script(text: str) -> tuple[float, int] | None:
    seconds, status = 0.0, 0
    for line in text.replace("&&", ";").replace("\n", ";").split(";"):
        try:
            words = shlex.split(line)
        except ValueError:
            return None
        if not words:
            continue
        plan = script_plan(words)
        if plan is None:
            return None
        seconds, status = seconds + plan[0], plan[1]
        if words[0] == "exit":
            break
    return seconds, status
