"""Tab completion in notebooks: kubectl's words, answered from the live cluster, through IPython's matcher API."""

from __future__ import annotations

from typing import Any

from k8snb.magics.lab import Lab
from k8snb.magics.syntax import COMMANDS


def add_matcher(ipython: Any, lab: Lab) -> None:
    """Answer Tab in lines that begin with one of the lab's commands."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher()  # type: ignore[untyped-decorator]
    def kubernetes_matcher(context: Any) -> Any:
        line = context.line_with_cursor if hasattr(context, "line_with_cursor") else context.full_text
        words = _words(line[: context.cursor_position] if len(line) >= context.cursor_position else line)
        if words is None:
            return {"completions": [], "suppress": False}
        found = candidates(lab, words)
        return {"completions": [SimpleCompletion(text, type="kubernetes") for text in found], "suppress": bool(found)}

    kubernetes_matcher.matcher_identifier = "k8snb.kubernetes"
    ipython.Completer.custom_matchers.append(kubernetes_matcher)


def _words(line: str) -> list[str] | None:
    """The words after the magic's name, the last one being typed; None if the line is none of ours."""
    text = line.lstrip().lstrip("%")
    name, space, rest = text.partition(" ")
    if name not in COMMANDS or not space:
        return None
    return [name, *rest.split(" ")]


def candidates(lab: Lab, words: list[str]) -> list[str]:
    """What the last word may become."""
    from k8snb.kubectl.completion import complete

    if words[0] == "kubectl":
        if not (lab.is_started or lab.may_start_implicitly):
            return []
        return complete(lab.cluster, words[1:])
    if words[0] == "minikube" and len(words) == 2:
        from k8snb.minikube import commands

        return sorted(command.name for command in commands.COMMANDS if command.name.startswith(words[1]))
    return []
