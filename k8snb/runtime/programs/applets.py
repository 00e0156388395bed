"""Small tools that busybox has and that do little here: pidof, usleep, nice, less, logger, dmesg, su, vi, route, arp.

What needs a terminal or the machine's own kernel says so, as it does in a container without either.
"""

from __future__ import annotations

from dataclasses import replace

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs import slicing
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Become, Call, Failure, Outcome, Pause, UsageFailure


def pidof(call: Call) -> Outcome:
    """Process ids of programs by name, newest first."""
    names = [arg for arg in call.args if not arg.startswith("-")]
    found = [
        process.pid
        for process in call.machine.processes.values()
        if process.status is None and process.argv[0].rpartition("/")[2] in names and process.pid != call.process.pid
    ]
    if not found:
        return 1
    call.out(" ".join(map(str, sorted(found, reverse=True)[: 1 if "-s" in call.args else None])) + "\n")
    return 0


def usleep(call: Call) -> Outcome:
    if call.state:
        return 0
    if not call.args or not call.args[0].isdigit():
        raise UsageFailure("missing operand" if not call.args else f"invalid number '{call.args[0]}'")
    return Pause(max(int(call.args[0]) / 1e6, 1e-6), True)


def nice(call: Call) -> Outcome:
    args = call.args
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word == "-n" and args:
            args.pop(0)
    if not args:
        call.out("0\n")
        return 0
    return Become(tuple(args), call.env)


def less(call: Call) -> Outcome:
    """Without a terminal a pager is `cat`."""
    call.argv = (call.argv[0], *(arg for arg in call.args if not arg.startswith(("-", "+"))))
    return slicing.cat(call)


def logger(call: Call) -> Outcome:
    """There is no syslog in a container: what is logged goes nowhere, unless `-s` shows it."""
    found, words = options(call, "sic", "tp")
    if "s" in found:
        call.err(f"{found.get('t', 'root')}: {' '.join(words)}\n")
    return 0


def dmesg(call: Call) -> Outcome:
    raise Failure(
        "klogctl: Operation not permitted" if call.busybox else "read kernel buffer failed: Operation not permitted"
    )


def vi(call: Call) -> Outcome:
    raise Failure("needs a terminal to draw on: write the file with cat > FILE <<EOF, or change it with sed -i", 1)


def su(call: Call) -> Outcome:
    """`su [-] [-c COMMAND] [USER]`: only root may become somebody else without a password."""
    found, names = options(call, "lmp", "cs")
    name = next((word for word in names if word != "-"), "root")
    try:
        rows = [line.split(":") for line in call.machine.fs.read("/etc/passwd").decode("utf-8", "replace").splitlines()]
    except FileError:
        rows = []
    row = next((row for row in rows if row[0] == name and len(row) > 6 and (row[2] + row[3]).isdigit()), None)
    if row is None:
        raise Failure(f"unknown user {name}" if call.busybox else f"user {name} does not exist")
    if call.process.uid and call.process.uid != int(row[2]):
        raise Failure("must be suid to work properly" if call.busybox else "Authentication failure")
    call.process.uid, call.process.gid = int(row[2]), int(row[3])
    shell = found.get("s") or row[6] or "/bin/sh"
    env = {**call.env, "HOME": row[5], "USER": name, "LOGNAME": name, "SHELL": shell}
    return Become((shell, *(("-c", found["c"]) if "c" in found else ())), env)


def route(call: Call) -> Outcome:
    network = (call.machine.world.ip or "127.0.0.1").rpartition(".")[0]
    call.out("Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n")
    for destination, gateway, mask, flags in (
        ("default" if "n" not in "".join(call.args) else "0.0.0.0", f"{network}.1", "0.0.0.0", "UG"),
        (f"{network}.0", "*" if "n" not in "".join(call.args) else "0.0.0.0", "255.255.255.0", "U"),
    ):
        call.out(f"{destination:<15} {gateway:<15} {mask:<15} {flags:<5} 0      0        0 eth0\n")
    return 0


def arp(call: Call) -> Outcome:
    """Who has been talked to on the link: only the gateway, which is the node's bridge."""
    network = (call.machine.world.ip or "127.0.0.1").rpartition(".")[0]
    call.out(f"? ({network}.1) at 02:42:{'00:' * 3}01 [ether]  on eth0\n")
    return 0


def dos2unix(call: Call) -> Outcome:
    fs = call.machine.fs
    if not call.args:
        call.out(call.stdin().replace(b"\r\n", b"\n"))
        return 0
    for name in call.args:
        path = call.path(name)
        entry = fs.lookup(path)
        fs.write(path, fs.read(path).replace(b"\r\n", b"\n"))
        fs.put(fs.realpath(path), replace(fs.lookup(path), mode=entry.mode))
    return 0
