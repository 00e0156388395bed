"""Builtins about variables and options: export, readonly, unset, local, set, shift, read, getopts, let, umask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime import limits
from k8snb.runtime.shell.arithmetic import evaluate
from k8snb.runtime.shell.expansion import ExpansionFailure
from k8snb.runtime.shell.words import is_name

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def export(shell: Interpreter, args: list[str]) -> int | None:
    names = [arg for arg in args if not arg.startswith("-")]
    if not names:
        return _listing(shell, "export", shell.shell.exported)
    for item in names:
        name, equals, value = item.partition("=")
        if not is_name(name):
            if shell.shell.dialect == "bash":
                shell.complain(f"`{item}': not a valid identifier", "export")
                return 1
            shell.complain(f"{name}: bad variable name", "export")
            shell.leave(2)
            return None
        if equals:
            assign(shell, name, value)
        shell.shell.exported |= {name}
        if "-n" in args:
            shell.shell.exported -= {name}
    return 0


def readonly(shell: Interpreter, args: list[str]) -> int:
    names = [arg for arg in args if not arg.startswith("-")]
    if not names:
        return _listing(shell, "readonly", shell.shell.readonly)
    for item in names:
        name, equals, value = item.partition("=")
        if equals:
            assign(shell, name, value)
        shell.shell.readonly |= {name}
    return 0


def _listing(shell: Interpreter, name: str, names: frozenset[str]) -> int:
    """`export` and `readonly` without names: what has been marked, as it could be typed again."""
    variables, bash = shell.shell.variables, shell.shell.dialect == "bash"
    for key in sorted(names):
        if key not in variables:
            continue
        text = variables[key].replace("'", "'\\''")
        head = f"declare -{'x' if name == 'export' else 'r'}"
        shell.out(f'{head} {key}="{variables[key]}"\n' if bash else f"{name} {key}='{text}'\n")
    return 0


def assign(shell: Interpreter, name: str, value: str) -> None:
    """Set a variable; a read-only one ends the shell."""
    if name in shell.shell.readonly:
        raise ExpansionFailure(
            {"ash": f"{name}: is read only", "dash": f"{name}: is read only"}.get(
                shell.shell.dialect, f"{name}: readonly variable"
            )
        )
    shell.shell.variables[name] = value
    if len(value) > 4096 and sum(map(len, shell.shell.variables.values())) > limits.SHELL_BYTES:
        raise ExpansionFailure("out of memory")
    if "a" in shell.shell.options:
        shell.shell.exported |= {name}


def unset(shell: Interpreter, args: list[str]) -> int:
    functions = "-f" in args
    for name in args:
        if name.startswith("-"):
            continue
        if name in shell.shell.readonly:
            shell.complain(f"{name}: is read only", "unset")
            return 1
        if functions or name not in shell.shell.variables:
            shell.shell.functions = {key: body for key, body in shell.shell.functions.items() if key != name}
        if not functions:
            shell.shell.variables.pop(name, None)
            shell.shell.exported -= {name}
    return 0


def local(shell: Interpreter, args: list[str]) -> int | None:
    index = next((i for i in range(len(shell.frames) - 1, -1, -1) if shell.frames[i].kind == "call"), None)
    if index is None:
        bash = shell.shell.dialect == "bash"
        shell.complain("can only be used in a function" if bash else "not in a function", "local")
        if not bash:
            shell.leave(2)
        return 1 if bash else None
    params, saved = shell.frames[index].data
    saved = dict(saved)
    for item in args:
        name, equals, value = item.partition("=")
        if name.startswith("-"):
            continue
        saved.setdefault(name, shell.shell.variables.get(name))
        if equals:
            assign(shell, name, value)
        else:
            shell.shell.variables.pop(name, None)
    shell.frames[index] = shell.frames[index]._replace(data=(params, saved))
    return 0


def arrays(shell: Interpreter, args: list[str]) -> int:
    """mapfile, declare -a, read -a: there are no arrays."""
    shell.err(f"{limits.MARK}bash: arrays are not simulated; a POSIX script does without\n")
    return 2


def declare(shell: Interpreter, args: list[str]) -> int:
    if any(frame.kind == "call" for frame in shell.frames):
        local(shell, args)
    flags = "".join(arg for arg in args if arg.startswith("-"))
    if "a" in flags or "A" in flags:
        return arrays(shell, args)
    for item in args:
        name, equals, value = item.partition("=")
        if name.startswith("-"):
            continue
        if equals:
            assign(shell, name, value)
        if "x" in flags:
            shell.shell.exported |= {name}
        if "r" in flags:
            shell.shell.readonly |= {name}
    return 0


def set_(shell: Interpreter, args: list[str]) -> int | None:
    if not args:
        for name in sorted(shell.shell.variables):
            if is_name(name):
                shell.out(f"{name}='{shell.shell.variables[name]}'\n")
        return 0
    options, dialect = set(shell.shell.options), shell.shell.dialect
    while args and args[0][:1] in ("-", "+"):
        word = args.pop(0)
        if word in ("--", "-"):
            if args or word == "--":
                shell.shell.params = tuple(args)
            break
        for letter in word[1:]:
            if letter == "o":
                name = args.pop(0) if args else ""
                if name and name not in _LONG_OPTIONS and not (name in _MORE_OPTIONS and dialect != "dash"):
                    illegal = f"{name}: invalid option name" if dialect == "bash" else f"Illegal option -o {name}"
                    shell.complain(illegal if dialect != "ash" else f"illegal option -o {name}", "set")
                    shell.leave(2)
                    return None
                letter = _LONG_OPTIONS.get(name, name)
            (options.add if word[0] == "-" else options.discard)(letter)
    else:
        if args:
            shell.shell.params = tuple(args)
    shell.shell.options = frozenset(options)
    return 0


#: options that dash does not have
_MORE_OPTIONS = frozenset(
    {"pipefail", "posix", "histexpand", "errtrace", "functrace", "monitor", "emacs", "vi", "notify"}
)
_LONG_OPTIONS = {
    "errexit": "e",
    "nounset": "u",
    "xtrace": "x",
    "noglob": "f",
    "noclobber": "C",
    "allexport": "a",
    "verbose": "v",
    "noexec": "n",
    "ignoreeof": "I",
}


def shift(shell: Interpreter, args: list[str]) -> int:
    count = int(args[0]) if args and args[0].isdigit() else 1
    if count > len(shell.shell.params):
        if shell.shell.dialect == "dash":
            shell.complain("can't shift that many", "shift")
            shell.leave(2)
        return 1
    shell.shell.params = shell.shell.params[count:]
    return 0


def read(shell: Interpreter, args: list[str]) -> int:
    raw, prompt, names = False, "", []
    items = list(args)
    while items:
        word = items.pop(0)
        if word == "-p" and items:
            prompt = items.pop(0)
        elif word == "-a":
            return arrays(shell, args)
        elif word in ("-t", "-n", "-d", "-u") and items:
            items.pop(0)
        elif word.startswith("-") and len(word) > 1:
            raw = raw or "r" in word
        else:
            names.append(word)
    line = b""
    while True:
        piece = shell.machine.read_line(shell.process, 0)
        line += piece
        if raw or not piece.endswith(b"\\\n"):
            break
        line = line[:-2]
    if prompt and line:
        shell.err(prompt)
    _distribute(shell, names, line.decode("utf-8", "surrogateescape").removesuffix("\n"), raw)
    return 0 if line.endswith(b"\n") else 1


def _distribute(shell: Interpreter, names: list[str], text: str, raw: bool) -> None:
    """Give the words of a line to variables; the last gets the rest."""
    if not raw:
        text = text.replace("\\", "")
    separators = shell.shell.variables.get("IFS", " \t\n")
    white = "".join(char for char in separators if char in " \t\n")
    if not names:
        shell.shell.variables["REPLY"] = text
        return
    rest = text.strip(white) if white else text
    for name in names[:-1]:
        at = next((index for index, char in enumerate(rest) if char in separators), len(rest))
        assign(shell, name, rest[:at])
        rest = rest[at + 1 :]
        rest = rest.lstrip(white) if white else rest
    assign(shell, names[-1], rest)


def umask(shell: Interpreter, args: list[str]) -> int | None:
    if not args:
        shell.out(f"{shell.process.umask:04o}\n")
    elif all(char in "01234567" for char in args[0]):
        shell.process.umask = int(args[0], 8) & 0o777
    else:
        shell.complain(
            f"illegal mode: {args[0]}" if shell.shell.dialect == "ash" else f"Illegal mode: {args[0]}", "umask"
        )
        shell.leave(2)
        return None
    return 0


def let(shell: Interpreter, args: list[str]) -> int:
    value = 0
    for expression in args:
        value = evaluate(expression, shell.shell.variables, shell.shell.dialect)
    return 0 if value else 1


def getopts(shell: Interpreter, args: list[str]) -> int:
    if len(args) < 2:
        return 2
    options, name, words = args[0], args[1], args[2:] or list(shell.shell.params)
    variables = shell.shell.variables
    index, _, offset = variables.get("OPTIND", "1").partition(".")
    at, inner = int(index or 1), int(offset or variables.get("_OPTOFF", "1") or 1)
    word = words[at - 1] if at <= len(words) else ""
    if not word.startswith("-") or word in ("-", "--"):
        variables[name] = "?"
        variables["OPTIND"] = str(at + (word == "--"))
        return 1
    letter = word[inner]
    variables[name] = letter
    inner += 1
    position = options.find(letter)
    if position < 0 or letter == ":":
        variables[name] = "?"
        if not options.startswith(":"):
            bash = shell.shell.dialect == "bash"
            shell.err(f"{shell.shell.name}: illegal option -- {letter}\n" if bash else f"Illegal option -{letter}\n")
    elif options[position + 1 : position + 2] == ":":
        if inner < len(word):
            variables["OPTARG"] = word[inner:]
        elif at < len(words):
            variables["OPTARG"] = words[at]
            at += 1
        else:
            variables[name] = ":" if options.startswith(":") else "?"
        inner = len(word)
    if inner >= len(word):
        at, inner = at + 1, 1
    variables["OPTIND"], variables["_OPTOFF"] = str(at), str(inner)
    return 0
