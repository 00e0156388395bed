"""Syntax trees of the shell: what a script is once it is parsed. Immutable, shared by all copies of a running script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Fault(NamedTuple):
    """Why a text is no script. `token` is what stands where something else should (`word`, `newline`, `end of file`, or the
    operator or keyword itself), `expecting` what should stand there if only one thing can, `near` how it is written, `opener`
    what was never closed, `words` what is wrong if it is no token, `text` the line it is in."""

    token: str = ""
    expecting: str = ""
    near: str = ""
    opener: str = ""
    words: str = ""
    line: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it stands; `quoted` text is neither split nor globbed."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name`, `${name}`, `${name<op>word}`; `${#name}` has the operator `#len`."""

    name: str
    op: str = ""
    word: Word = ()
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(…)` or backquotes."""

    script: Sequence
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((…))`; the expression is a word that is expanded first."""

    expression: Word
    quoted: bool = False


Part = Literal | Parameter | Substitution | Arithmetic
Word = tuple[Part, ...]


@dataclass(slots=True, eq=False)
class Heredoc:
    """The body of a here-document, filled in once by the parser: it stands behind the line that mentions it."""

    body: Word = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """`fd op word`, or `fd << heredoc`."""

    fd: int
    op: str
    word: Word = ()
    heredoc: Heredoc | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, words, redirections: the ordinary command."""

    assignments: tuple[tuple[str, Word], ...] = ()
    words: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`, perhaps negated; `timed` by bash's `time`, with `-p` or without."""

    commands: tuple[Command, ...]
    negated: bool = False
    timed: str = ""


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by `&&` and `||`; `background` if `&` follows."""

    pipelines: tuple[Pipeline, ...]
    operators: tuple[str, ...] = ()
    background: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of commands: a whole script, or the inside of a compound command.

    Shells run a script line by line, so one that is `broken` somewhere runs up to there.
    """

    items: tuple[AndOr, ...] = ()
    broken: Fault | None = None


@dataclass(frozen=True, slots=True)
class If:
    """Pairs of condition and body, then what `else` holds."""

    clauses: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None = None


@dataclass(frozen=True, slots=True)
class While:
    """`while`, or `until` when `negated`."""

    condition: Sequence
    body: Sequence
    negated: bool = False


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`; without `in` the words are None and the positional parameters are meant."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence


@dataclass(frozen=True, slots=True)
class ArithmeticFor:
    """bash's `for ((a; b; c))`."""

    start: Word
    test: Word
    step: Word
    body: Sequence


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in pattern) … ;; esac`."""

    word: Word
    clauses: tuple[tuple[tuple[Word, ...], Sequence], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ …; }`, or `( … )` when it is a subshell."""

    body: Sequence
    subshell: bool = False


@dataclass(frozen=True, slots=True)
class ArithmeticCommand:
    """`((expression))`."""

    expression: Word


@dataclass(frozen=True, slots=True)
class Function:
    """A function's definition."""

    name: str
    body: Command
    line: int = 1


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command with redirections behind it."""

    command: Command
    redirects: tuple[Redirect, ...]


Command = (
    Simple | Pipeline | If | While | For | ArithmeticFor | Case | Group | ArithmeticCommand | Function | Redirected
)
