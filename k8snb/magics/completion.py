"""Tab completion in notebooks: kubectl's words from the live cluster, and a manifest's fields from its schema, through
IPython's matcher API.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.magics.lab import Lab
from k8snb.magics.syntax import CAPTURE, COMMANDS

#: cell magics whose cell is YAML
_YAML_CELLS = ("manifest",)
#: letters of a description
_COLUMN = 56


class Found(NamedTuple):
    """What may stand in the place of `fragment`, which ends at the cursor: texts, and what each of them is."""

    fragment: str = ""
    offers: tuple[tuple[str, str], ...] = ()


def add_matcher(ipython: Any, lab: Lab) -> None:
    """Answer Tab in the lab's cells; a second time changes nothing."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher()  # type: ignore[untyped-decorator]
    def kubernetes_matcher(context: Any) -> Any:
        with lab.lock:
            found = find(lab, context.full_text, context.cursor_line, context.cursor_position)
        return {
            "completions": [SimpleCompletion(text, type=_shown(about)) for text, about in found.offers],
            "matched_fragment": found.fragment,
            "suppress": bool(found.offers),
            "ordered": True,
        }

    kubernetes_matcher.matcher_identifier = "k8snb.kubernetes"
    matchers = ipython.Completer.custom_matchers
    matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", "") != "k8snb.kubernetes"]
    matchers.append(kubernetes_matcher)


def _shown(about: str) -> str:
    """What a suggestion is, for the narrow column that JupyterLab has for its type: it breaks a line at every space."""
    short = about if len(about) <= _COLUMN else f"{about[: _COLUMN - 1].rstrip()}…"
    return short.replace(" ", "\N{NO-BREAK SPACE}")


def find(lab: Lab, text: str, line: int, column: int) -> Found:
    """What may stand at a cursor of a cell."""
    lines = text.split("\n")
    first = lines[0]
    if line and first.startswith("%%"):
        name, _, rest = first[2:].strip().partition(" ")
        body = "\n".join(lines[1:])
        if name in _YAML_CELLS or (name == "kubectl" and rest.strip()):
            return _manifest(lab, body, line - 1, column)
        return _script(lab, body, line - 1, column) if name == "kubectl" else Found()
    from k8snb.magics.commandline import typed

    start = line
    while start and lines[start - 1].endswith("\\"):
        start -= 1
    before = "\n".join([*lines[start:line], lines[line][:column]]).lstrip()
    _, _, assigned = before.partition("= %") if "= %" in before else ("", "", "")
    command = (f"%{assigned}" if assigned else before).removeprefix("$ ").lstrip("%")
    if not command.startswith(COMMANDS):
        return Found()
    words, raw = typed(command)
    return _words(lab, [word for word in words if word not in (CAPTURE, "--expect-error")], raw)


def _script(lab: Lab, body: str, line: int, column: int) -> Found:
    """In a shell script: a command, or a manifest in a heredoc."""
    from k8snb.magics.commandline import heredoc, script_line, typed

    lines = body.split("\n")
    before = "\n".join([*lines[:line], lines[line][:column]])
    inner = heredoc(before)
    if inner is not None:
        return _manifest(lab, inner, inner.count("\n"), column)
    command = script_line(before)
    return Found() if command is None else _words(lab, *typed(command))


def _words(lab: Lab, words: list[str], raw: str) -> Found:
    """The last of a command's words."""
    if len(words) < 2:
        return Found(
            raw, tuple((name, "command") for name in COMMANDS if words and words[0] and name.startswith(words[0]))
        )
    offers = candidates(lab, words)
    # quotation marks stay as they were typed
    return Found(
        raw, tuple((raw + text[len(words[-1]) :], about) for text, about in offers if text.startswith(words[-1]))
    )


def _manifest(lab: Lab, body: str, line: int, column: int) -> Found:
    from k8snb.magics.manifestfields import offers

    session = lab.session
    if session is None:
        return Found()
    fragment, found = offers(session, body, line, column)
    return Found(fragment, tuple(found))


def candidates(lab: Lab, words: list[str]) -> list[tuple[str, str]]:
    """What the last word may become, each with what it is."""
    if words[0] == "kubectl":
        from k8snb.kubectl.completion import suggestions

        session = lab.session
        return suggestions(session, words[1:]) if session is not None else []
    if words[0] in ("minikube", "docker") and len(words) == 2:
        from importlib import import_module

        commands = import_module(f"k8snb.{words[0]}.commands").COMMANDS
        return sorted((one.name, getattr(one, "short", "")) for one in commands if one.name.startswith(words[1]))
    return []
