"""Programs about the machine: id, uname, hostname, ps, kill, top, mount, free, uptime, …"""

from __future__ import annotations

from collections.abc import Callable

from k8snb.runtime.kernelfs import mount_table
from k8snb.runtime.process import Process, signal_number
from k8snb.runtime.programs.files import group_name, options, user_name
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause


def id(call: Call) -> Outcome:
    uid, gid = call.process.uid, call.process.gid
    named = next((arg for arg in call.args if not arg.startswith("-")), "")
    if named:
        uid, gid = _account(call, named)
    more = () if named else call.machine.container.spec.groups
    groups = [gid, *(group for group in more if group != gid)]
    if call.name == "groups":
        call.out(" ".join(group_name(call, group) for group in groups) + "\n")
        return 0
    found, _ = options(call, "ugnGr")
    if "u" in found:
        call.out(user_name(call, uid, "n" not in found) + "\n")
    elif "g" in found:
        call.out(group_name(call, gid, "n" not in found) + "\n")
    elif "G" in found:
        call.out(" ".join(group_name(call, group, "n" not in found) for group in groups) + "\n")
    else:
        user = user_name(call, uid)
        shown = f"({user})" if user != str(uid) else ""
        listed = [
            f"{group}({name})" if (name := group_name(call, group)) != str(group) else str(group) for group in groups
        ]
        call.out(f"uid={uid}{shown} gid={listed[0]} groups={','.join(listed)}\n")
    return 0


def _account(call: Call, name: str) -> tuple[int, int]:
    """The numbers of a user and its group."""
    for line in call.machine.fs.read("/etc/passwd").decode("utf-8", "replace").splitlines():
        row = line.split(":")
        if len(row) > 3 and name in (row[0], row[2]) and (row[2] + row[3]).isdigit():
            return int(row[2]), int(row[3])
    raise Failure(f"unknown user {name}" if call.busybox else f"'{name}': no such user")


def whoami(call: Call) -> Outcome:
    name = user_name(call, call.process.uid)
    if name == str(call.process.uid):
        raise Failure(f"unknown uid {name}" if call.busybox else f"cannot find name for user ID {name}")
    call.out(name + "\n")
    return 0


def hostname(call: Call) -> Outcome:
    found, names = options(call, "sfidIA")
    if names:
        raise Failure(
            "sethostname: Operation not permitted" if call.busybox else "you must be root to change the host name"
        )
    call.out((call.machine.world.ip if "i" in found or "I" in found else call.machine.container.hostname) + "\n")
    return 0


def uname(call: Call) -> Outcome:
    found, _ = options(call, "asnrvmpio")
    values = {
        "s": "Linux",
        "n": call.machine.container.hostname,
        "r": call.machine.world.kernel,
        "v": "#1 SMP PREEMPT_DYNAMIC",
        "m": "x86_64",
        "o": "Linux" if call.busybox else "GNU/Linux",
    }
    wanted = list(values) if "a" in found else [letter for letter in values if letter in found] or ["s"]
    call.out(" ".join(values[letter] for letter in wanted) + "\n")
    return 0


def arch(call: Call) -> Outcome:
    call.out("x86_64\n")
    return 0


def nproc(call: Call) -> Outcome:
    call.out(f"{call.machine.world.cpus}\n")
    return 0


def tty(call: Call) -> Outcome:
    session = call.machine.sessions.get(call.process.session)
    call.out("/dev/pts/0\n" if session and session.tty else "not a tty\n")
    return 0 if session and session.tty else 1


def stty(call: Call) -> Outcome:
    if "size" in call.args:
        call.out("24 80\n")
    return 0


def _live(call: Call) -> list[Process]:
    return [process for _, process in sorted(call.machine.processes.items())]


def _command(process: Process) -> str:
    return " ".join(process.argv) if process.status is None else f"[{process.argv[0].rpartition('/')[2]}]"


def ps(call: Call) -> Outcome:
    """busybox's table, or procps' forms: plain, `-ef`, `aux`; or the columns that `-o` names."""
    columns = _columns(call)
    if columns:
        return _listed(call, columns)
    if call.busybox:
        call.out("PID   USER     TIME  COMMAND\n")
        for process in _live(call):
            call.out(f"{process.pid:5d} {user_name(call, process.uid):<8}  0:00 {_command(process)}\n")
        return 0
    return _procps(call, "".join(call.args).replace("-", ""))


def _columns(call: Call) -> list[tuple[str, str]]:
    """(column, heading) of every `-o`: `-o pid,comm`, `-opid=`, `-o args=COMMAND`."""
    found: list[tuple[str, str]] = []
    args = call.args
    while args:
        word = args.pop(0)
        if word.startswith("-") and "o" in word and not word.startswith("--"):
            text = word.partition("o")[2] or (args.pop(0) if args else "")
            for item in text.split(","):
                name, equals, heading = item.partition("=")
                if name not in _COLUMNS:
                    gnu = f'error: unknown user-defined format specifier "{name}"'
                    raise Failure(f"bad -o argument '{name}'" if call.busybox else gnu)
                found.append((name, heading if equals else _COLUMNS[name][0]))
    return found


#: what `ps -o` can show: heading, width (negative: to the right), how
_COLUMNS: dict[str, tuple[str, int, Callable[[Call, Process], str]]] = {
    "pid": ("PID", -5, lambda call, process: str(process.pid)),
    "ppid": ("PPID", -5, lambda call, process: str(process.ppid)),
    "pgid": ("PGID", -5, lambda call, process: str(process.pid)),
    "user": ("USER", 8, lambda call, process: user_name(call, process.uid)),
    "uid": ("UID", -5, lambda call, process: str(process.uid)),
    "group": ("GROUP", 8, lambda call, process: group_name(call, process.gid)),
    "comm": ("COMMAND", 15, lambda call, process: process.argv[0].rpartition("/")[2]),
    "args": ("COMMAND", 0, lambda call, process: _command(process)),
    "cmd": ("CMD", 0, lambda call, process: _command(process)),
    "command": ("COMMAND", 0, lambda call, process: _command(process)),
    "stat": ("STAT", 4, lambda call, process: _state(process)),
    "state": ("S", 1, lambda call, process: _state(process)[:1]),
    "etime": ("ELAPSED", -11, lambda call, process: _elapsed(call, process)),
    "time": ("TIME", 8, lambda call, process: "00:00:00"),
    "tty": ("TT", 8, lambda call, process: "?"),
    "nice": ("NI", -3, lambda call, process: "0"),
    "ni": ("NI", -3, lambda call, process: "0"),
    "pcpu": ("%CPU", -4, lambda call, process: "0.0"),
    "%cpu": ("%CPU", -4, lambda call, process: "0.0"),
    "pmem": ("%MEM", -4, lambda call, process: "0.1"),
    "%mem": ("%MEM", -4, lambda call, process: "0.1"),
    "rss": ("RSS", -5, lambda call, process: "3200"),
    "vsz": ("VSZ", -6, lambda call, process: "4364"),
}


def _listed(call: Call, columns: list[tuple[str, str]]) -> int:
    rows = [[heading for _, heading in columns]]
    rows += [[_COLUMNS[name][2](call, process) for name, _ in columns] for process in _live(call)]
    for row in rows if any(rows[0]) else rows[1:]:
        cells = []
        for (name, heading), cell in zip(columns, row, strict=True):
            width = max(abs(_COLUMNS[name][1]), len(heading))
            cells.append(f"{cell:>{width}}" if _COLUMNS[name][1] < 0 else f"{cell:<{width}}")
        call.out(" ".join(cells).rstrip() + "\n")
    return 0


def _elapsed(call: Call, process: Process) -> str:
    seconds = int(max(call.now - process.started, 0))
    hours, rest = divmod(seconds, 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60:02d}:{rest % 60:02d}"


def _procps(call: Call, flags: str) -> int:
    if "u" in flags:
        call.out("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
        for process in _live(call):
            call.out(
                f"{user_name(call, process.uid):<8} {process.pid:7d}  0.0  0.1   4364  3200 ?        "
                f"{_state(process):<4} {_clock(process)}   0:00 {_command(process)}\n"
            )
        return 0
    if "f" in flags:
        call.out("UID          PID    PPID  C STIME TTY          TIME CMD\n")
        for process in _live(call):
            call.out(
                f"{user_name(call, process.uid):<8} {process.pid:7d} {process.ppid:7d}  0 {_clock(process)} ?        "
                f"00:00:00 {_command(process)}\n"
            )
        return 0
    call.out("    PID TTY          TIME CMD\n")
    for process in _live(call):
        call.out(f"{process.pid:7d} ?        00:00:00 {process.argv[0].rpartition('/')[2]}\n")
    return 0


def _state(process: Process) -> str:
    if process.stopped:
        return "T"
    return "Z" if process.status is not None else "R" if process.wait is None else "Ss" if process.pid == 1 else "S"


def _clock(process: Process) -> str:
    minutes = int(process.started // 60)
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def kill(call: Call) -> Outcome:
    args, signal = call.args, 15
    if args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)[1:]
        word = args.pop(0) if word == "s" and args else word
        number = signal_number(word)
        if number is None:
            raise Failure(f"bad signal name '{word}'")
        signal = number
    status = 0
    for word in args:
        if not word.isdigit() or not call.machine.kill(int(word), signal):
            call.complain(f"can't kill pid {word}: No such process" if call.busybox else f"({word}) - No such process")
            status = 1
    return status


def _matching(call: Call, exact: bool) -> tuple[list[Process], int]:
    """Processes by their name, with `-f` by their whole command line; and the signal that is asked for."""
    args, signal, whole = call.args, 15, False
    while args and args[0].startswith("-"):
        word = args.pop(0)[1:]
        whole = whole or word == "f"
        signal = signal_number(word) or signal
    if not args:
        raise Failure("no process name given")
    found = []
    for process in _live(call):
        name = process.argv[0].rpartition("/")[2]
        hit = name == args[0] if exact else args[0] in (_command(process) if whole else name)
        if hit and process.pid != call.process.pid and process.status is None:
            found.append(process)
    return found, signal


def pgrep(call: Call) -> Outcome:
    found, _ = _matching(call, exact=False)
    call.out("".join(f"{process.pid}\n" for process in found))
    return 0 if found else 1


def pkill(call: Call) -> Outcome:
    found, signal = _matching(call, exact=False)
    for process in found:
        call.machine.kill(process.pid, signal)
    return 0 if found else 1


def killall(call: Call) -> Outcome:
    found, signal = _matching(call, exact=True)
    if not found:
        raise Failure(f"{call.args[-1]}: no process killed")
    for process in found:
        call.machine.kill(process.pid, signal)
    return 0


def mount(call: Call) -> Outcome:
    if len([arg for arg in call.args if not arg.startswith("-")]) > 1:
        raise Failure("permission denied (are you root?)", 1)
    for line in mount_table(call.machine).splitlines():
        source, path, kind, mode, *_ = line.split()
        call.out(f"{source} on {path} type {kind} ({mode})\n")
    return 0


def free(call: Call) -> Outcome:
    found, _ = options(call, "bkmgh")
    unit = 1 if "b" in found else 1024**2 if "m" in found or "h" in found else 1024**3 if "g" in found else 1024
    total = call.machine.world.memory // unit
    used = total * 3 // 10
    cached = total // 5
    call.out("              total        used        free      shared  buff/cache   available\n")
    call.out(f"Mem:    {total:11d} {used:11d} {total - used - cached:11d} {0:11d} {cached:11d} {total - used:11d}\n")
    call.out(f"Swap:   {0:11d} {0:11d} {0:11d}\n")
    return 0


def uptime(call: Call) -> Outcome:
    up = max(call.now - call.machine.world.boot_time, 0)
    clock = int(call.now) % 86400
    days, rest = divmod(int(up) // 60, 1440)
    shown = f"{days} days, " if days else ""
    span = f"{rest // 60}:{rest % 60:02d}" if rest >= 60 else f"{rest} min"
    stamp = f"{clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}"
    call.out(f" {stamp} up {shown}{span},  0 users,  load average: 0.12, 0.10, 0.09\n")
    return 0


def top(call: Call) -> Outcome:
    """One screen, or as many as `-n` says, five seconds apart."""
    found, _ = options(call, "bHc", "nd")
    world = call.machine.world
    kib = world.memory // 1024
    call.out(f"Mem: {kib * 3 // 10}K used, {kib * 7 // 10}K free, 0K shrd, 0K buff, {kib // 5}K cached\n")
    call.out(
        "CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq\nLoad average: 0.12 0.10 0.09 1/312 1\n"
    )
    call.out("  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n")
    for process in _live(call):
        user = user_name(call, process.uid)
        call.out(
            f"{process.pid:5d} {process.ppid:5d} {user:<8} {_state(process)[:1]}     4364   0%   0   0% {_command(process)}\n"
        )
    shown = (call.state or 0) + 1
    limit = int(found["n"]) if found.get("n", "").isdigit() else 1 if "b" not in found else 1_000_000
    return 0 if shown >= limit else Pause(float(found.get("d") or 5.0), shown)
