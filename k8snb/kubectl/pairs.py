"""Arguments like `deployment web key=value old-`: resources first, then what is to be set and removed.

Source: kubectl `pkg/cmd/util/helpers.go` (GetResourcesAndPairs, ParsePairs).
"""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.kubectl.errors import CommandError


def resources_and_pairs(args: Sequence[str], what: str) -> tuple[list[str], list[str]]:
    """(the resources, the pairs). CommandError for a resource behind a pair; `what` names the pairs in it."""
    resources: list[str] = []
    pairs: list[str] = []
    for arg in args:
        if _is_pair(arg) or (arg.endswith("-") and arg != "-"):
            pairs.append(arg)
        elif pairs:
            raise CommandError(f"all resources must be specified before {what} changes: {arg}")
        else:
            resources.append(arg)
    return resources, pairs


def parse_pairs(pairs: Sequence[str], what: str, *, removable: bool = False) -> tuple[dict[str, str], list[str]]:
    """(what is to be set, what is to be removed). CommandError for words that are neither."""
    values: dict[str, str] = {}
    removed: list[str] = []
    wrong: list[str] = []
    for pair in pairs:
        if _is_pair(pair):
            name, _, values[name] = pair.partition("=")
        elif removable and pair.endswith("-") and pair != "-":
            removed.append(pair[:-1])
        else:
            wrong.append(pair)
    if wrong:
        raise CommandError(f"invalid {what} format: {', '.join(wrong)}")
    return values, removed


def _is_pair(arg: str) -> bool:
    return "=" in arg and not arg.startswith("=")
