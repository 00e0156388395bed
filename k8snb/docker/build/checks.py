"""BuildKit's build checks: what works, but was hardly meant so. One function looks at the whole Dockerfile.

Rules and texts: docs.docker.com/reference/build-checks (those a beginner meets).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from k8snb.docker.build.dockerfile import Instruction, pairs

_SECRET = re.compile(
    r"(^|_)(apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(_|$)", re.IGNORECASE
)


def warnings(instructions: Sequence[Instruction]) -> list[str]:
    """Lines of the summary after a build, in the order of the Dockerfile."""
    found: list[tuple[int, str]] = []
    shells, last, froms = False, dict[str, int](), 0
    for item in instructions:
        if item.keyword == "FROM":
            shells, last, froms = False, {}, froms + 1
        shells = shells or item.keyword == "SHELL"
        found += [(item.line, text) for text in _of(item, shells)]
        if item.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            if item.keyword in last:
                text = f"Multiple {item.keyword} instructions should not be used in the same stage"
                text = f"MultipleInstructionsDisallowed: {text} because only the last one will be used"
                found.append((last[item.keyword], text))
            last[item.keyword] = item.line
    return [f"{text} (line {line})" for line, text in sorted(found)]


def _of(item: Instruction, shells: bool) -> list[str]:
    found = []
    if item.keyword in ("CMD", "ENTRYPOINT") and item.words is None and not shells:
        found.append(
            f"JSONArgsRecommended: JSON arguments recommended for {item.keyword} to prevent unintended behavior "
            "related to OS signals"
        )
    if item.keyword == "MAINTAINER":
        found.append("MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label")
    if item.keyword in ("ENV", "LABEL"):
        for name, _ in pairs(item):
            if item.keyword == "ENV" and _SECRET.search(name):
                found.append(
                    f'SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV "{name}")'
                )
        if "=" not in item.text.split()[0]:
            found.append(
                f'LegacyKeyValueFormat: "{item.keyword} key=value" should be used instead of legacy '
                f'"{item.keyword} key value" format'
            )
    if item.keyword == "ARG":
        found += [
            f'SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "{name}")'
            for name, _ in pairs(item)
            if _SECRET.search(name)
        ]
    if item.keyword == "FROM" and len(item.arguments) == 3:
        word, name = item.arguments[1], item.arguments[2]
        if (word == "as") != (item.typed == "from"):
            found.append(f"FromAsCasing: '{word}' and '{item.typed}' keywords' casing do not match")
        if name.lower() != name:
            found.append(f"StageNameCasing: Stage name '{name}' should be lowercase")
    if item.keyword == "WORKDIR" and not item.text.startswith(("/", "$", '"', "'")):
        found.append(
            f'WorkdirRelativePath: Relative workdir "{item.text}" can have unexpected results if the base image changes'
        )
    return found
