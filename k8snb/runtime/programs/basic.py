"""Programs that are also builtins of shells, and other small ones: echo, printf, test, env, expr, sleep, date, timeout, …"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8snb.runtime.process import SIGKILL, signal_number
from k8snb.runtime.programs.program import Become, Call, Failure, Outcome, Pause, Run, UsageFailure

if TYPE_CHECKING:
    pass


def true(call: Call) -> Outcome:
    return 0


def false(call: Call) -> Outcome:
    return 1


# -- echo and printf ---------------------------------------------------------------------------------------------------


# -- test ----------------------------------------------------------------------------------------------------------------


# -- names, environment, time ------------------------------------------------------------------------------------------


def basename(call: Call) -> Outcome:
    args = [arg for arg in call.args if arg != "--"]
    if not args:
        raise Failure("missing operand")
    name = args[0].rstrip("/").rpartition("/")[2] or ("/" if args[0] else "")
    if len(args) > 1 and name != args[1]:
        name = name.removesuffix(args[1])
    call.out(name + "\n")
    return 0


def dirname(call: Call) -> Outcome:
    for arg in call.args:
        head, slash, _ = arg.rstrip("/").rpartition("/")
        call.out((head or ("/" if slash or arg.startswith("/") else ".")) + "\n")
    return 0


def pwd(call: Call) -> Outcome:
    call.out(call.process.cwd + "\n")
    return 0


def printenv(call: Call) -> Outcome:
    if not call.args:
        call.out("".join(f"{name}={value}\n" for name, value in call.env.items()))
        return 0
    missing = [name for name in call.args if name not in call.env]
    call.out("".join(f"{call.env[name]}\n" for name in call.args if name in call.env))
    return 1 if missing else 0


def env(call: Call) -> Outcome:
    args, variables = call.args, dict(call.env)
    while args and (args[0].startswith("-") or "=" in args[0]):
        word = args.pop(0)
        if word in ("-i", "-", "--ignore-environment"):
            variables = {}
        elif word == "-u" and args:
            variables.pop(args.pop(0), None)
        elif "=" in word:
            name, _, value = word.partition("=")
            variables[name] = value
    if args:
        return Become(tuple(args), variables)
    call.out("".join(f"{name}={value}\n" for name, value in variables.items()))
    return 0


def which(call: Call) -> Outcome:
    from k8snb.runtime.machine import NoSuchProgram

    status = 0
    for name in [arg for arg in call.args if not arg.startswith("-")]:
        try:
            call.out(call.machine.find(name, call.process)[0] + "\n")
        except NoSuchProgram:
            status = 1
    return status


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str) -> float | None:
    """Seconds of `5`, `1.5`, `2m`, `inf`; None for anything else."""
    if text in ("inf", "infinity"):
        return 1e9
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smhd]?)", text)
    return float(match[1]) * _UNITS[match[2]] if match else None


def sleep(call: Call) -> Outcome:
    if call.state:
        return 0
    if not call.args:
        raise UsageFailure("missing operand")
    total = 0.0
    for arg in call.args:
        seconds = seconds_of(arg)
        if seconds is None:
            raise UsageFailure(f"invalid number '{arg}'" if call.busybox else f"invalid time interval '{arg}'")
        total += seconds
    return Pause(total, True) if total > 0 else 0


def date(call: Call) -> Outcome:
    template, when = "%a %b %e %H:%M:%S UTC %Y", call.now
    call.machine.world.outside = True
    args = call.args
    while args:
        word = args.pop(0)
        if word.startswith("+"):
            template = word[1:]
        elif word in ("-d", "--date", "-r") and args:
            when = moment(call, args.pop(0))
        elif word.startswith(("-I", "--iso-8601")):
            template = "%Y-%m-%dT%H:%M:%S+00:00" if "s" in word[2:] and word[1] == "I" else "%Y-%m-%d"
        elif word == "-R":
            template = "%a, %d %b %Y %H:%M:%S +0000"
        elif word in ("-s", "--set"):
            raise Failure("cannot set date: Operation not permitted")
    if template == "%a %b %e %H:%M:%S UTC %Y" and not call.busybox:
        template = "%a %b %e %H:%M:%S UTC %Y"
    call.out(format_date(template, when) + "\n")
    return 0


def moment(call: Call, text: str) -> float:
    if re.fullmatch(r"@-?\d+(\.\d+)?", text):
        return float(text[1:])
    if text in ("now", ""):
        return call.now
    shifts = {"yesterday": -1, "today": 0, "tomorrow": 1}
    relative = re.fullmatch(r"([-+]?\d+) (second|sec|minute|min|hour|day|week)s?( ago)?", text)
    if text in shifts:
        return call.now + 86400 * shifts[text]
    if relative:
        unit = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[relative[2][0]]
        return call.now + int(relative[1]) * unit * (-1 if relative[3] else 1)
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(?:Z| UTC)?", text)
    if not match:
        raise Failure(f"invalid date '{text}'")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        raise Failure(f"invalid date '{text}'") from None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_date(template: str, moment: float) -> str:
    """strftime in UTC and the C locale, whatever the host's."""
    when = datetime.fromtimestamp(min(max(moment, -62_000_000_000), 250_000_000_000), UTC)
    year, month, day, hour, minute, second, weekday, yearday, _ = when.timetuple()
    nanoseconds = int((moment - int(moment)) * 1_000_000_000)
    values = {
        "Y": f"{year:04d}", "m": f"{month:02d}", "d": f"{day:02d}", "e": f"{day:2d}", "H": f"{hour:02d}",
        "M": f"{minute:02d}", "S": f"{second:02d}", "j": f"{yearday:03d}", "y": f"{year % 100:02d}",
        "a": _DAYS[weekday][:3], "A": _DAYS[weekday], "b": _MONTHS[month - 1][:3], "B": _MONTHS[month - 1],
        "h": _MONTHS[month - 1][:3], "u": str(weekday + 1), "w": str((weekday + 1) % 7), "Z": "UTC", "z": "+0000",
        "s": str(int(moment)), "N": f"{nanoseconds:09d}", "n": "\n", "t": "\t", "%": "%", "C": f"{year // 100:02d}",
        "I": f"{(hour + 11) % 12 + 1:02d}", "p": "AM" if hour < 12 else "PM", "k": f"{hour:2d}",
        "l": f"{(hour + 11) % 12 + 1:2d}", "P": "am" if hour < 12 else "pm", "V": f"{when.isocalendar()[1]:02d}",
        "G": f"{when.isocalendar()[0]:04d}", "U": f"{(yearday + 6 - (weekday + 1) % 7) // 7:02d}",
        "W": f"{(yearday + 6 - weekday) // 7:02d}",
        "r": f"{(hour + 11) % 12 + 1:02d}:{minute:02d}:{second:02d} {'AM' if hour < 12 else 'PM'}",
        "F": f"{year:04d}-{month:02d}-{day:02d}", "T": f"{hour:02d}:{minute:02d}:{second:02d}",
        "R": f"{hour:02d}:{minute:02d}", "D": f"{month:02d}/{day:02d}/{year % 100:02d}",
        "c": f"{_DAYS[weekday][:3]} {_MONTHS[month - 1][:3]} {day:2d} {hour:02d}:{minute:02d}:{second:02d} {year:04d}",
        "x": f"{month:02d}/{day:02d}/{year % 100:02d}", "X": f"{hour:02d}:{minute:02d}:{second:02d}",
    }  # fmt: skip
    return re.sub(r"%[-_0^]?\d*(\w|%)", lambda match: _padded(match[0], values.get(match[1], match[0])), template)


def _padded(directive: str, value: str) -> str:
    if directive[1] == "-":
        return value.lstrip("0 ") or "0"
    if directive[1].isdigit() and directive.endswith("N"):  # %3N: milliseconds
        return value[: int(directive[1])]
    return (
        value.upper() if directive[1] == "^" else value.lstrip("0").rjust(len(value)) if directive[1] == "_" else value
    )


def timeout(call: Call) -> Outcome:
    """Run a command for at most so long; then it gets a signal, and `timeout` ends with 124 (busybox: with the signal's)."""
    args, name = call.args, "TERM"
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word in ("-s", "-k", "--signal") and args:
            value = args.pop(0)
            name = value if word != "-k" else name
        elif word.startswith("--signal="):
            name = word.partition("=")[2]
    signal = signal_number(name)
    if signal is None:
        raise Failure(f"bad signal name '{name}'" if call.busybox else f"{name}: invalid signal", 125)
    seconds = seconds_of(args[0]) if args else None
    if seconds is None or len(args) < 2:
        raise Failure(f"invalid time interval '{args[0]}'" if args and seconds is None else "missing operand", 125)
    if call.state is None:
        return Run(tuple(args[1:]), True, patience=seconds if seconds > 0 else None)
    if call.process.child_status is not None:
        return call.child_status
    machine, process = call.machine, call.process
    for child in [other for other in machine.processes.values() if other.ppid == process.pid]:
        machine.kill(child.pid, signal)
    if call.busybox:
        machine.exit(process, 128 + signal, signal)
    return 124 if signal != SIGKILL else 137


def time(call: Call) -> Outcome:
    if call.state is None:
        return Run(call.argv[1:], call.now) if call.args else 0
    elapsed = call.now - call.state
    minutes, seconds = divmod(elapsed, 60)
    if call.busybox:
        call.err(f"real\t{int(minutes)}m {seconds:.2f}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n")
    else:
        call.err(f"\nreal\t{int(minutes)}m{seconds:.3f}s\nuser\t0m0.001s\nsys\t0m0.001s\n")
    return call.child_status


def nohup(call: Call) -> Outcome:
    return Become(call.argv[1:], call.env) if call.args else 127


def watch(call: Call) -> Outcome:
    args, interval = call.args, 2.0
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word.startswith(("-n", "--interval")):
            text = word[2:] if word.startswith("-n") else word.partition("=")[2]
            interval = seconds_of(text or (args.pop(0) if args else "")) or 2.0
    if not args:
        raise UsageFailure("missing command")
    if call.state == "ran":
        return Pause(max(interval, 0.1), "slept")
    call.out(f"Every {interval:.1f}s: {' '.join(args)}\n\n")
    return Run(("sh", "-c", " ".join(args)), "ran")
