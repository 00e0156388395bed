"""DefaultTolerationSeconds: every Pod tolerates a lost node for five minutes unless it says otherwise.

Source: `plugin/pkg/admission/defaulttolerationseconds`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.pod import Pod, Toleration
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

_KEYS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_DEFAULTS = tuple(Toleration(key=key, operator="Exists", effect="NoExecute", tolerationSeconds=300) for key in _KEYS)


class DefaultTolerationSeconds(Plugin):
    """Adds the two tolerations that are missing."""

    resources: ClassVar[frozenset[str]] = frozenset({"pods"})

    def mutate(self, ctx: Context, obj: Pod, old: Any | None) -> Pod:
        if ctx.subresource:
            return obj
        present = obj.spec.tolerations
        if not present:
            return obj.replace(spec=obj.spec.replace(tolerations=_DEFAULTS))
        missing = tuple(t for t in _DEFAULTS if not any(_covers(own, t.key) for own in present))
        return obj.replace(spec=obj.spec.replace(tolerations=present + missing)) if missing else obj


def _covers(toleration: Toleration, key: str) -> bool:
    return toleration.key in (key, "") and toleration.effect in ("NoExecute", "")
