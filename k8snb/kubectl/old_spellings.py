"""Old spellings: what people still type from older texts, and one line on what changed, since when, and what to type now.

kubectl's own answer comes first and is v1.36's; the line is the lab's and says so. Source: Kubernetes' changelogs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from k8snb.kubectl.command import LAB_MARK


class Spelling(NamedTuple):
    """One old form: how it is recognised in the words of a command line, and what to say."""

    matches: Callable[[Sequence[str]], bool]
    text: str


def _flag(*names: str, verb: str = "") -> Callable[[Sequence[str]], bool]:
    """A flag of this name is given, perhaps with a value (to this command)."""

    def matches(words: Sequence[str]) -> bool:
        if verb and (not words or words[0] != verb):
            return False
        return any(word == name or word.startswith(f"{name}=") for word in _before_dashes(words) for name in names)

    return matches


def _first(*names: str) -> Callable[[Sequence[str]], bool]:
    return lambda words: bool(words) and words[0] in names


def _short_a(words: Sequence[str]) -> bool:
    return bool(words) and words[0] == "get" and "-a" in words


def _component_statuses(words: Sequence[str]) -> bool:
    return (
        len(words) > 1
        and words[0] == "get"
        and words[1].partition("/")[0] in ("cs", "componentstatus", "componentstatuses")
    )


def _run_forever(words: Sequence[str]) -> bool:
    """`kubectl run` without --restart=Never: it used to make a Deployment."""
    if not words or words[0] != "run":
        return False
    before = _before_dashes(words)
    return not any(word.startswith(("--restart", "--dry-run", "--rm")) or word in ("-h", "--help") for word in before)


def _before_dashes(words: Sequence[str]) -> Sequence[str]:
    return words[: words.index("--")] if "--" in words else words


SPELLINGS: tuple[Spelling, ...] = (
    Spelling(
        _flag("--show-all", verb="get"),
        "finished Pods are always listed since v1.11, and --show-all is gone; type: kubectl get pods",
    ),
    Spelling(_short_a, "-a (--show-all) is gone since v1.11; -A lists all namespaces"),
    Spelling(
        _flag("--generator"),
        "generators are gone since v1.18: `kubectl run` makes a Pod; for a Deployment type: kubectl create deployment",
    ),
    Spelling(
        _run_forever,
        "until v1.17 `kubectl run` made a Deployment; now it makes one Pod. For a Deployment type: kubectl create deployment",
    ),
    Spelling(
        lambda words: _flag("--cascade")(words) and any(w in ("--cascade=false", "--cascade=true") for w in words),
        "since v1.20 --cascade takes a policy: background (the default), foreground or orphan (what false meant)",
    ),
    Spelling(
        _flag("--record"),
        "--record is deprecated since v1.19; write the reason yourself: kubectl annotate … kubernetes.io/change-cause='…'",
    ),
    Spelling(
        _first("rolling-update"),
        "rolling-update is gone since v1.18; Deployments roll by themselves: kubectl set image, kubectl rollout status",
    ),
    Spelling(_first("run-container"), "run-container was renamed to run in v1.2: kubectl run"),
    Spelling(
        _component_statuses,
        "componentstatuses are deprecated since v1.19; ask the API server itself: kubectl get --raw='/readyz?verbose'",
    ),
    Spelling(_flag("--export", verb="get"), "--export is gone since v1.18; take the fields you need from -o yaml"),
)


def hint(words: Sequence[str], code: int) -> str:
    """The lab's line about a command line, "" if it is spelled as today. `code` is how the command ended."""
    for spelling in SPELLINGS:
        if spelling.matches(words):
            return f"{LAB_MARK}{spelling.text}\n"
    return ""
