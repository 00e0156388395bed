"""Programs that are also builtins of shells, and other small ones: echo, printf, test, env, expr, sleep, date, timeout, …"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Filesystem, Link, join
from k8snb.runtime.process import Process, signal_number
from k8snb.runtime.programs.program import Become, Call, Failure, Outcome, Pause, Run
from k8snb.runtime.shell import pattern
from k8snb.runtime.shell.words import unescape

if TYPE_CHECKING:
    from k8snb.runtime.machine import Machine


def true(call: Call) -> Outcome:
    return 0


def false(call: Call) -> Outcome:
    return 1


# -- echo and printf ---------------------------------------------------------------------------------------------------


def echo_text(args: list[str], dialect: str = "bash") -> str:
    """What echo prints: dash always applies escapes, the others with `-e`."""
    newline, escapes = True, dialect == "dash"
    while args and re.fullmatch(r"-[neE]+", args[0]) and (dialect != "dash" or args[0] == "-n"):
        newline = newline and "n" not in args[0]
        escapes = (escapes or "e" in args[0]) and not args[0].endswith("E")
        args = args[1:]
    text = " ".join(args)
    if escapes:
        text, stop, _ = text.partition("\\c")
        newline = newline and not stop
        text = unescape(text, zero=True)
    return text + ("\n" if newline else "")


def echo(call: Call) -> Outcome:
    call.out(echo_text(call.args))
    return 0


_CONVERSION = re.compile(
    r"%(?:%|(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?P<kind>[diouxXcsbeEfFgGq]))"
)


def printf_text(template: str, args: list[str]) -> tuple[str, list[str]]:
    """(text, complaints) of printf: the format is used again until the arguments are used up."""
    out: list[str] = []
    problems: list[str] = []
    rest = list(args)
    while True:
        before = len(rest)
        out.append(_format(template, rest, problems))
        if not rest or len(rest) == before:
            return "".join(out), problems


def _format(template: str, rest: list[str], problems: list[str]) -> str:
    out, at = [], 0
    for match in _CONVERSION.finditer(template):
        out.append(unescape(template[at : match.start()]))
        at = match.end()
        if match[0] == "%%":
            out.append("%")
            continue
        flags, width, precision, kind = match.group("flags", "width", "precision", "kind")
        width = rest.pop(0) if width == "*" and rest else width
        precision = rest.pop(0) if precision == "*" and rest else precision
        spec = "%" + flags + (width or "") + (f".{precision}" if precision is not None else "")
        value = rest.pop(0) if rest else ("0" if kind in "diouxXeEfFgG" else "")
        out.append(_convert(spec, kind, value, problems))
    return "".join(out) + unescape(template[at:])


def _convert(spec: str, kind: str, value: str, problems: list[str]) -> str:
    if kind in "sb":
        return (spec + "s") % (unescape(value, zero=True) if kind == "b" else value)
    if kind == "c":
        return (spec + "s") % value[:1]
    if kind == "q":
        return value if re.fullmatch(r"[\w./:=@%+-]+", value) else "'" + value.replace("'", "'\\''") + "'"
    number = _printf_number(value, problems)
    if kind in "eEfFgG":
        return (spec + kind) % float(number)
    whole = int(number)
    return (spec + ("d" if kind in "diu" else kind)) % (whole if whole >= 0 or kind in "di" else whole + (1 << 64))


def _printf_number(value: str, problems: list[str]) -> float:
    if value[:1] in ("'", '"') and len(value) > 1:
        return ord(value[1])
    try:
        return float(int(value, 0) if re.fullmatch(r"[-+]?0[xX][0-9a-fA-F]+", value) else value or 0)
    except ValueError:
        problems.append(f"invalid number '{value}'")
        match = re.match(r"[-+]?\d+", value)
        return float(match[0]) if match else 0.0


def printf(call: Call) -> Outcome:
    if not call.args:
        raise Failure("missing operand")
    text, problems = printf_text(call.args[0], call.args[1:])
    call.out(text)
    for problem in problems:
        call.complain(problem)
    return 1 if problems else 0


# -- test ----------------------------------------------------------------------------------------------------------------


class TestFailure(Exception):
    """An expression that `test` does not understand."""

    __test__ = False


def test(call: Call) -> Outcome:
    args = call.args
    if call.name == "[":
        if args[-1:] != ["]"]:
            raise Failure("missing ]", 2)
        args = args[:-1]
    try:
        return 0 if evaluate_test(args, call.machine.fs, call.process.cwd, call.machine, call.process) else 1
    except TestFailure as error:
        raise Failure(str(error), 2) from None


def evaluate_test(args: list[str], fs: Filesystem, cwd: str, machine: Machine, process: Process) -> bool:
    """The truth of a `test` expression."""
    if not args:
        return False
    parser = _Test(args, fs, cwd, process, words=False)
    value = parser.disjunction()
    if parser.at < len(args):
        raise TestFailure(f"{args[parser.at]}: unknown operand")
    return value


def evaluate_double(args: list[str], fs: Filesystem, cwd: str, machine: Machine, process: Process) -> bool:
    """The truth of what stands between `[[` and `]]`."""
    parser = _Test(args, fs, cwd, process, words=True)
    value = parser.disjunction()
    if parser.at < len(args):
        raise TestFailure(f"syntax error near `{args[parser.at]}'")
    return value


_UNARY: dict[str, Callable[[Entry], bool]] = {
    "-e": lambda entry: True,
    "-f": lambda entry: isinstance(entry, File) and not entry.device,
    "-d": lambda entry: isinstance(entry, Directory),
    "-s": lambda entry: isinstance(entry, Directory) or (isinstance(entry, File) and entry.length > 0),
    "-c": lambda entry: isinstance(entry, File) and bool(entry.device),
    "-b": lambda entry: False,
    "-p": lambda entry: False,
    "-S": lambda entry: False,
    "-x": lambda entry: isinstance(entry, Directory) or bool(entry.mode & 0o111),
    "-r": lambda entry: True,
    "-w": lambda entry: True,
    "-u": lambda entry: bool(entry.mode & 0o4000),
    "-g": lambda entry: bool(entry.mode & 0o2000),
    "-k": lambda entry: bool(entry.mode & 0o1000),
    "-O": lambda entry: True,
    "-G": lambda entry: True,
}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_BINARY = frozenset({"=", "==", "!=", "<", ">", "=~", "-nt", "-ot", "-ef", *_NUMBERS})


class _Test:
    def __init__(self, args: list[str], fs: Filesystem, cwd: str, process: Process, words: bool) -> None:
        self.args, self.fs, self.cwd, self.process, self.words = args, fs, cwd, process, words
        self.at = 0

    def peek(self, ahead: int = 0) -> str | None:
        return self.args[self.at + ahead] if self.at + ahead < len(self.args) else None

    def take(self) -> str:
        if self.at >= len(self.args):
            raise TestFailure("argument expected")
        self.at += 1
        return self.args[self.at - 1]

    def disjunction(self) -> bool:
        value = self.conjunction()
        while self.peek() == ("||" if self.words else "-o"):
            self.at += 1
            value = self.conjunction() or value
        return value

    def conjunction(self) -> bool:
        value = self.negation()
        while self.peek() == ("&&" if self.words else "-a"):
            self.at += 1
            value = self.negation() and value
        return value

    def negation(self) -> bool:
        if self.peek() == "!" and len(self.args) - self.at > 1 and self.peek(1) not in _BINARY:
            self.at += 1
            return not self.negation()
        return self.primary()

    def primary(self) -> bool:
        left = self.take()
        operator = self.peek()
        if operator in _BINARY and self.peek(1) is not None:
            self.at += 1
            return self.compare(left, operator or "", self.take())
        if left == "(" and self.peek() is not None:
            value = self.disjunction()
            if self.take() != ")":
                raise TestFailure("closing paren expected")
            return value
        if self.peek() is not None and (left in _UNARY or left in ("-n", "-z", "-h", "-L", "-t", "-v")):
            return self.unary(left, self.take())
        return left != ""

    def unary(self, operator: str, operand: str) -> bool:
        if operator == "-n":
            return operand != ""
        if operator == "-z":
            return operand == ""
        if operator == "-t":
            return False
        if operator == "-v":
            return bool(self.process.shell and operand in self.process.shell.variables)
        try:
            entry = self.fs.lookup(join(self.cwd, operand), follow=operator not in ("-h", "-L")) if operand else None
        except FileError:
            return False
        if entry is None:
            return False
        return isinstance(entry, Link) if operator in ("-h", "-L") else _UNARY[operator](entry)

    def compare(self, left: str, operator: str, right: str) -> bool:
        if operator in _NUMBERS:
            return _NUMBERS[operator](_integer(left), _integer(right))
        if operator in ("-nt", "-ot", "-ef"):
            return self.newer(left, operator, right)
        if operator == "=~":
            try:
                return re.search(pattern.expand_classes(right), left) is not None
            except re.error:
                raise TestFailure("syntax error in regular expression") from None
        if operator in ("<", ">"):
            return left < right if operator == "<" else left > right
        equal = pattern.matches(right, left) if self.words else left == right
        return equal != (operator == "!=")

    def newer(self, left: str, operator: str, right: str) -> bool:
        times = []
        for name in (left, right):
            try:
                times.append(self.fs.lookup(join(self.cwd, name)).mtime)
            except FileError:
                times.append(-1.0)
        if operator == "-ef":
            return join(self.cwd, left) == join(self.cwd, right)
        return times[0] > times[1] if operator == "-nt" else times[0] < times[1]


def _integer(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise TestFailure(f"{text}: bad number") from None


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
        raise Failure("missing operand")
    total = 0.0
    for arg in call.args:
        seconds = seconds_of(arg)
        if seconds is None:
            raise Failure(f"invalid number '{arg}'" if call.busybox else f"invalid time interval '{arg}'")
        total += seconds
    return Pause(total, True) if total > 0 else 0


def date(call: Call) -> Outcome:
    template, moment = "%a %b %e %H:%M:%S UTC %Y", call.now
    call.machine.world.outside = True
    args = call.args
    while args:
        word = args.pop(0)
        if word.startswith("+"):
            template = word[1:]
        elif word in ("-d", "--date", "-r") and args:
            moment = _moment(call, args.pop(0))
        elif word.startswith(("-I", "--iso-8601")):
            template = "%Y-%m-%dT%H:%M:%S+00:00" if "s" in word[2:] and word[1] == "I" else "%Y-%m-%d"
        elif word == "-R":
            template = "%a, %d %b %Y %H:%M:%S +0000"
        elif word in ("-s", "--set"):
            raise Failure("cannot set date: Operation not permitted")
    if template == "%a %b %e %H:%M:%S UTC %Y" and not call.busybox:
        template = "%a %b %e %H:%M:%S UTC %Y"
    call.out(format_date(template, moment) + "\n")
    return 0


def _moment(call: Call, text: str) -> float:
    if re.fullmatch(r"@-?\d+(\.\d+)?", text):
        return float(text[1:])
    if text in ("now", ""):
        return call.now
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(?:Z| UTC)?", text)
    if not match:
        raise Failure(f"invalid date '{text}'")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_date(template: str, moment: float) -> str:
    """strftime in UTC and the C locale, whatever the host's."""
    when = datetime.fromtimestamp(moment, UTC)
    year, month, day, hour, minute, second, weekday, yearday, _ = when.timetuple()
    nanoseconds = int((moment - int(moment)) * 1_000_000_000)
    values = {
        "Y": f"{year:04d}", "m": f"{month:02d}", "d": f"{day:02d}", "e": f"{day:2d}", "H": f"{hour:02d}",
        "M": f"{minute:02d}", "S": f"{second:02d}", "j": f"{yearday:03d}", "y": f"{year % 100:02d}",
        "a": _DAYS[weekday][:3], "A": _DAYS[weekday], "b": _MONTHS[month - 1][:3], "B": _MONTHS[month - 1],
        "h": _MONTHS[month - 1][:3], "u": str(weekday + 1), "w": str((weekday + 1) % 7), "Z": "UTC", "z": "+0000",
        "s": str(int(moment)), "N": f"{nanoseconds:09d}", "n": "\n", "t": "\t", "%": "%", "C": f"{year // 100:02d}",
        "I": f"{(hour + 11) % 12 + 1:02d}", "p": "AM" if hour < 12 else "PM", "k": f"{hour:2d}",
        "F": f"{year:04d}-{month:02d}-{day:02d}", "T": f"{hour:02d}:{minute:02d}:{second:02d}",
        "R": f"{hour:02d}:{minute:02d}", "D": f"{month:02d}/{day:02d}/{year % 100:02d}",
        "c": f"{_DAYS[weekday][:3]} {_MONTHS[month - 1][:3]} {day:2d} {hour:02d}:{minute:02d}:{second:02d} {year:04d}",
        "x": f"{month:02d}/{day:02d}/{year % 100:02d}", "X": f"{hour:02d}:{minute:02d}:{second:02d}",
    }  # fmt: skip
    return re.sub(r"%[-_0]?(\w|%)", lambda match: _padded(match[0], values.get(match[1], match[0])), template)


def _padded(directive: str, value: str) -> str:
    return (value.lstrip("0 ") or "0") if directive[1] == "-" else value


def timeout(call: Call) -> Outcome:
    """Run a command for at most so long: state is (deadline passed to the child by a killer process)."""
    args, signal = call.args, "TERM"
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word in ("-s", "-k", "-t") and args:
            value = args.pop(0)
            signal = value if word == "-s" else signal
            if word == "-t":
                args.insert(0, value)
    if call.state is not None:
        return _timed(call)
    seconds = seconds_of(args[0]) if args else None
    if seconds is None or len(args) < 2:
        raise Failure(f"invalid time interval '{args[0]}'" if args else "missing operand", 125)
    from k8snb.runtime.machine import NoSuchProgram

    process = call.process
    try:
        child = call.machine.spawn(
            process.pid, tuple(args[1:]), call.env, process.cwd, process.fds, process.session, process.uid, process.gid
        )
    except NoSuchProgram as missing:
        call.complain(f"can't execute '{args[1]}': No such file or directory")
        return missing.status
    return Pause(0.001, (child.pid, call.now + seconds, signal_number(signal) or 15))


def _timed(call: Call) -> Outcome:
    pid, deadline, signal = call.state
    child = call.machine.processes.get(pid)
    if child is None or child.status is not None:
        return call.machine.reap(pid) or 0
    if call.now >= deadline:
        call.machine.kill(pid, signal)
        return 143 if call.busybox else 124
    # The child's own waking is looked at as often as it could matter, without a tick for every second of an hour.
    due = child.wait.value if child.wait is not None and child.wait.kind == "time" else None
    pause = min(deadline - call.now, max((due or 0) - call.now, 0.01) if due else 0.25)
    return Pause(pause, call.state)


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
        if word in ("-n", "--interval") and args:
            interval = seconds_of(args.pop(0)) or 2.0
    if not args:
        raise Failure("missing command")
    if call.state == "ran":
        return Pause(max(interval, 0.1), "slept")
    call.out(f"Every {interval:.1f}s: {' '.join(args)}\n\n")
    return Run(("sh", "-c", " ".join(args)), "ran")


def expr(call: Call) -> Outcome:
    args = call.args
    if not args:
        raise Failure("missing operand", 2)
    parser = _Expr(args)
    value = parser.level(0)
    if parser.at < len(args):
        raise Failure("syntax error", 2)
    call.out(f"{value}\n")
    return 1 if value in ("", "0") else 0


_EXPR_LEVELS = (("|",), ("&",), ("=", "==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"), (":",))


class _Expr:
    def __init__(self, args: list[str]) -> None:
        self.args, self.at = args, 0

    def level(self, index: int) -> str:
        if index == len(_EXPR_LEVELS):
            return self.primary()
        left = self.level(index + 1)
        while self.at < len(self.args) and self.args[self.at] in _EXPR_LEVELS[index]:
            operator = self.args[self.at]
            self.at += 1
            left = self.apply(operator, left, self.level(index + 1))
        return left

    def primary(self) -> str:
        if self.at >= len(self.args):
            raise Failure("syntax error", 2)
        word = self.args[self.at]
        self.at += 1
        if word == "(":
            value = self.level(0)
            self.at += 1
            return value
        if word in ("length", "match", "substr", "index") and self.at < len(self.args):
            return self.function(word)
        return word

    def function(self, name: str) -> str:
        first = self.primary()
        if name == "length":
            return str(len(first))
        second = self.primary()
        if name == "match":
            return self.apply(":", first, second)
        if name == "index":
            return str(min((first.find(char) + 1 for char in second if char in first), default=0))
        return first[int(second) - 1 :][: int(self.primary())]

    def apply(self, operator: str, left: str, right: str) -> str:
        if operator == "|":
            return left if left not in ("", "0") else right
        if operator == "&":
            return left if left not in ("", "0") and right not in ("", "0") else "0"
        if operator == ":":
            from k8snb.runtime.programs.search import basic_regex

            match = re.match(basic_regex(right), left)
            if match is None:
                return "" if "\\(" in right else "0"
            return match[1] or "" if match.re.groups else str(match.end())
        numbers = all(re.fullmatch(r"-?\d+", word) for word in (left, right))
        if operator in "+-*/%":
            return self.compute(operator, left, right, numbers)
        order = int(left) - int(right) if numbers else (left > right) - (left < right)
        holds = {"=": order == 0, "==": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0}
        return str(int(holds.get(operator, order >= 0)))

    def compute(self, operator: str, left: str, right: str, numbers: bool) -> str:
        if not numbers:
            raise Failure("non-integer argument", 2)
        a, b = int(left), int(right)
        if operator in "/%" and b == 0:
            raise Failure("division by zero", 2)
        if operator in "/%":
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return str(quotient if operator == "/" else a - quotient * b)
        return str({"+": a + b, "-": a - b, "*": a * b}[operator])
