"""stress: takes memory and CPU, as polinux/stress and vish/stress do in Kubernetes' tasks about resources.

`stress --vm 1 --vm-bytes 250M --vm-hang 1`, `--cpu N`; `/stress -mem-total 150Mi -cpus 2` of the other. A worker's
memory counts against the container's limit, and CPU is what its limit lets it have.
"""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, Serve

_UNITS = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "": 1}


class Stress(Image):
    repository = "docker.io/polinux/stress"
    mirrors = ("docker.io/progrium/stress",)
    tags = {tag: content_digest("stress 1.0.4") for tag in ("latest", "1.0.4")}
    size = 4 * MIB
    cmd = ("/bin/sh",)
    userland = "busybox"

    def files(self) -> Directory:
        return merge(
            userland.alpine(), tree({"/usr/local/bin/stress": userland.executable("image:stress:Stress", 20_000)})
        )

    def start(self, call: Call) -> Outcome:
        if call.state is not None:
            call.out(f"stress: info: [{call.process.pid}] successful run completed in {int(call.state)}s\n")
            return 0
        found = _options(call.args)
        cpu, vm = (int(found.get(name, "0") or 0) for name in ("cpu", "vm"))
        workers = {"cpu": cpu, "io": int(found.get("io", "0")), "vm": vm, "hdd": int(found.get("hdd", "0"))}
        if not any(workers.values()):
            call.out(
                "`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...\n"
            )
            return 0
        call.out(
            f"stress: info: [{call.process.pid}] dispatching hogs: "
            + ", ".join(f"{number} {name}" for name, number in workers.items())
            + "\n"
        )
        call.process.memory = vm * amount(found.get("vm-bytes", "256M"))
        busy = 0 if "vm-hang" in found or "vm-keep" in found else vm
        call.process.cpu = 1000 * (cpu + busy)
        timeout = found.get("timeout", "").rstrip("s")
        return Pause(float(timeout), float(timeout)) if timeout.isdigit() else Serve(None)

    def signal(self, call: Call, signal: int) -> int | None:
        return 128 + signal if signal in (2, 15) and call.process.pid != 1 else None


class VishStress(Image):
    repository = "docker.io/vish/stress"
    tags = {"latest": content_digest("vish stress")}
    size = 3 * MIB
    entrypoint = ("/stress",)
    cmd = ("-logtostderr",)

    def files(self) -> Directory:
        return userland.distroless({"/stress": userland.executable("image:stress:VishStress", 3 * MIB)})

    def start(self, call: Call) -> Outcome:
        found = _options(call.args)
        total = found.get("mem-total", "0")
        cpus = int(found.get("cpus", "0") or 0)
        stamp = f"I{format_date('%m%d %H:%M:%S', call.now)}.{int(call.now % 1 * 1e6):06d}       1 main.go"
        call.err(f'{stamp}:26] Allocating "{total}" memory, in "{found.get("mem-alloc-size", "4Ki")}" chunks, with a '
                 f'{found.get("mem-alloc-sleep", "1ms")} sleep between allocations\n')  # fmt: skip
        call.err(f"{stamp}:39] Spawning a thread to consume CPU\n" * cpus)
        call.err(f'{stamp}:29] Allocated "{total}" memory\n')
        call.process.memory, call.process.cpu = amount(total), 1000 * cpus
        return Serve(None)

    def signal(self, call: Call, signal: int) -> int | None:
        return 2 if signal in (1, 2, 15) else None


def _options(args: list[str]) -> dict[str, str]:
    """Options by name, with the word that follows each."""
    short = {"c": "cpu", "m": "vm", "i": "io", "d": "hdd", "t": "timeout", "v": "verbose"}
    found: dict[str, str] = {}
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            raise Failure(f"FAIL: [1] (244) unrecognized option: {word}")
        name, equals, value = word.lstrip("-").partition("=")
        name = short.get(name, name)
        if not equals and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        found[name] = value
    return found


def amount(text: str) -> int:
    """`250M`, `150Mi`: bytes. Failure for what is none."""
    digits = text.rstrip("BKMGi")
    unit = text[len(digits) :]
    if not digits.isdigit() or unit not in _UNITS:
        raise Failure(f"invalid size: {text}")
    return int(digits) * _UNITS[unit]
