"""Command-line flags with the habits of spf13/pflag and cobra, which a kubectl user has in the fingers.

Clusters of shorthands (`-it`, `-oyaml`, `-n=web`), flags between arguments, `--` before a container's command,
switches whose value may be left out (`--dry-run`), and the words of every refusal. A `FlagSet` is a tuple of `Flag`
declarations; parsing is a pure function of the arguments. `usages` prints the declarations as kubectl's help does.
Upstream: spf13/pflag, spf13/cobra (command.go, flag_groups.go), `k8s.io/kubectl/pkg/util/templates`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from k8snb.api.duration import DurationError, format_seconds, parse_duration
from k8snb.api.validation.field import quote
from k8snb.kubectl import flagvalues
from k8snb.kubectl.flagvalues import ValueRefusedError

Kind = Literal["bool", "string", "int", "int32", "int64", "uint", "float64", "duration", "stringSlice", "stringArray"]

_ZERO: Final[dict[str, Any]] = {
    "bool": False,
    "string": "",
    "int": 0,
    "int32": 0,
    "int64": 0,
    "uint": 0,
    "float64": 0.0,
    "duration": 0.0,
    "stringSlice": (),
    "stringArray": (),
}


class FlagError(ValueError):
    """A command line that the flags do not allow; the message is pflag's or cobra's, without `error: `."""


@dataclass(frozen=True)
class Flag:
    """One flag.

    `kind` decides the value: str, bool, int, float, seconds as a float (duration), tuple of str (stringSlice splits at
    commas, stringArray does not; both may be repeated). `default` None stands for the kind's zero value.
    `no_opt_default` is the text that a flag without a value stands for (`--dry-run`); such a flag never takes the
    next argument. A `hidden` or `deprecated` flag is left out of help; the latter says so when used. `shown`
    overrides how help prints the default.
    """

    name: str
    kind: Kind = "string"
    default: Any = None
    shorthand: str = ""
    usage: str = ""
    no_opt_default: str = ""
    hidden: bool = False
    deprecated: str = ""
    shorthand_deprecated: str = ""
    shown: str | None = None

    @property
    def start(self) -> Any:
        """The value before anything is parsed."""
        return _ZERO[self.kind] if self.default is None else self.default

    @property
    def lone(self) -> str:
        """What the flag means without a value; "" if it needs one."""
        return self.no_opt_default or ("true" if self.kind == "bool" else "")

    @property
    def shown_default(self) -> str:
        """The default as help prints it."""
        if self.shown is not None:
            return self.shown
        value = self.start
        if self.kind == "bool":
            return "true" if value else "false"
        if self.kind == "duration":
            return format_seconds(value)
        if self.kind in ("stringSlice", "stringArray"):
            return "[" + flagvalues.format_csv(value) + "]"
        return str(value)


@dataclass(frozen=True)
class Parsed:
    """The values of all flags by name, the arguments left over, and what is to be said about it.

    `changed` holds the names of the flags given; `dash` is the number of arguments before `--`, None without one;
    `warnings` are lines for standard error (deprecated flags); `help` says that -h or --help was among them; `words`
    is what was typed, `given` each flag as it came, by name, with its text.
    """

    values: Mapping[str, Any]
    changed: frozenset[str]
    args: tuple[str, ...]
    dash: int | None = None
    warnings: tuple[str, ...] = ()
    help: bool = False
    words: tuple[str, ...] = ()
    given: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def check(
        self,
        required: Iterable[str] = (),
        exclusive: Iterable[Sequence[str]] = (),
        together: Iterable[Sequence[str]] = (),
        one_required: Iterable[Sequence[str]] = (),
    ) -> None:
        """cobra's checks after parsing: flags that must be given, and groups: all or none, at least one, at most one."""
        missing = sorted(name for name in required if name not in self.changed)
        if missing:
            names = '", "'.join(missing)
            raise FlagError(f'required flag(s) "{names}" not set')
        for group in together:
            unset = sorted(set(group) - self.changed)
            if unset and len(unset) < len(group):
                raise FlagError(
                    f"if any flags in the group [{' '.join(group)}] are set they must all be set; "
                    f"missing [{' '.join(unset)}]"
                )
        for group in one_required:
            if not self.changed.intersection(group):
                raise FlagError(f"at least one of the flags in the group [{' '.join(group)}] is required")
        for group in exclusive:
            given = sorted(self.changed.intersection(group))
            if len(given) > 1:
                raise FlagError(
                    f"if any flags in the group [{' '.join(group)}] are set none of the others can be; "
                    f"[{' '.join(given)}] were all set"
                )


HELP: Final = Flag("help", "bool", shorthand="h", usage="help for the command", hidden=True)


class FlagSet:
    """The flags that a command understands. Where two have a name in common the first counts."""

    def __init__(self, flags: Iterable[Flag], *, interspersed: bool = True) -> None:
        self.interspersed = interspersed
        self.flags: dict[str, Flag] = {}
        self.shorthands: dict[str, Flag] = {}
        for flag in (*flags, HELP):
            if self.flags.setdefault(flag.name, flag) is flag and flag.shorthand:
                self.shorthands.setdefault(flag.shorthand, flag)

    def lookup(self, name: str) -> Flag | None:
        """The flag with this name; `_` counts as `-`."""
        return self.flags.get(name.replace("_", "-"))

    def parse(self, args: Sequence[str], words: Sequence[str] | None = None) -> Parsed:
        """Read the arguments (without the names of the commands); `words` is the whole command line. FlagError."""
        return _Parser(self, args).run(tuple(args if words is None else words))

    def command_words(self, args: Sequence[str]) -> list[str]:
        """The arguments that cobra takes for names of commands: neither flags nor, as far as can be told, their
        values."""
        found: list[str] = []
        rest = list(args)
        while rest:
            word = rest.pop(0)
            if word == "--":
                break
            if self._takes_next(word):
                if len(rest) <= 1:
                    break
                rest.pop(0)
            elif word and not word.startswith("-"):
                found.append(word)
        return found

    def _takes_next(self, word: str) -> bool:
        if "=" in word:
            return False
        if word.startswith("--"):
            flag = self.lookup(word[2:])
        elif word.startswith("-") and len(word) == 2:
            flag = self.shorthands.get(word[1])
        else:
            return False
        return flag is None or not flag.lone


@dataclass
class _Parser:
    """One reading of one command line."""

    flags: FlagSet
    rest: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    at: int = 0

    def run(self, words: tuple[str, ...]) -> Parsed:
        dash = None
        while self.at < len(self.rest):
            word = self.rest[self.at]
            self.at += 1
            if word == "--":
                dash = len(self.args)
                self.args += self.rest[self.at :]
                break
            if word.startswith("--"):
                self.long(word)
            elif word.startswith("-") and word != "-":
                cluster = word[1:]
                while cluster:
                    cluster = self.short(cluster)
            else:
                self.args.append(word)
                if not self.flags.interspersed:
                    self.args += self.rest[self.at :]
                    break
        values = {name: self.values.get(name, flag.start) for name, flag in self.flags.flags.items()}
        changed = frozenset(self.values) - {HELP.name}
        asked = bool(values[HELP.name])
        return Parsed(values, changed, tuple(self.args), dash, tuple(self.warnings), asked, words, tuple(self.given))

    def long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        if not name or name.startswith("-"):
            raise FlagError(f"bad flag syntax: {word}")
        flag = self.flags.lookup(name)
        if flag is None:
            raise FlagError(f"unknown flag: --{name}")
        if not equals:
            value = flag.lone or self.next(f"flag needs an argument: {word}")
        self.set(flag, value)

    def short(self, cluster: str) -> str:
        """Reads the first letter of a cluster of shorthands; returns the letters that are still to be read."""
        letter, left = cluster[0], cluster[1:]
        flag = self.flags.shorthands.get(letter)
        shown = f"{flagvalues.quote_byte(letter)} in -{cluster}"
        if flag is None:
            raise FlagError(f"unknown shorthand flag: {shown}")
        if len(left) > 1 and left[0] == "=":
            value, left = left[1:], ""
        elif flag.lone:
            value = flag.lone
        elif left:
            value, left = left, ""
        else:
            value = self.next(f"flag needs an argument: {shown}")
        if flag.shorthand_deprecated:
            self.warnings.append(f"Flag shorthand -{flag.shorthand} has been deprecated, {flag.shorthand_deprecated}")
        self.set(flag, value)
        return left

    def next(self, complaint: str) -> str:
        if self.at >= len(self.rest):
            raise FlagError(complaint)
        self.at += 1
        return self.rest[self.at - 1]

    def set(self, flag: Flag, text: str) -> None:
        try:
            value = _value(flag.kind, text)
        except (ValueRefusedError, DurationError) as error:
            name = f"--{flag.name}"
            if flag.shorthand and not flag.shorthand_deprecated:
                name = f"-{flag.shorthand}, {name}"
            raise FlagError(f'invalid argument {quote(text)} for "{name}" flag: {error}') from None
        if flag.kind in ("stringSlice", "stringArray"):
            value = (*self.values.get(flag.name, ()), *value)
        self.values[flag.name] = value
        self.given.append((flag.name, text))
        if flag.deprecated:
            self.warnings.append(f"Flag --{flag.name} has been deprecated, {flag.deprecated}")


def usages(flags: Iterable[Flag]) -> str:
    """The options as kubectl's help lists them: by name, each with its default and, indented by a tab, its usage."""
    text = ""
    for flag in sorted(flags, key=lambda flag: flag.name):
        if flag.hidden or flag.deprecated or flag.name == HELP.name:
            continue
        default = f"'{flag.shown_default}'" if flag.kind == "string" else flag.shown_default
        start = f"    -{flag.shorthand}, " if flag.shorthand else "    "
        usage = " ".join(flag.usage.split("\n"))
        text += f"{start}--{flag.name}={default}:\n\t{usage}\n\n"
    return text


def _value(kind: Kind, text: str) -> Any:
    match kind:
        case "string":
            return text
        case "bool":
            return flagvalues.parse_bool(text)
        case "int" | "int64":
            return flagvalues.parse_int(text, 64)
        case "int32":
            return flagvalues.parse_int(text, 32)
        case "uint":
            return flagvalues.parse_uint(text)
        case "float64":
            return flagvalues.parse_float(text)
        case "duration":
            return parse_duration(text) / 1e9
        case "stringSlice":
            return flagvalues.parse_csv(text)
        case "stringArray":
            return (text,)
