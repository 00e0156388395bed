"""The scheduling framework: what a plugin is, and the profile that lists them in the order in which they are asked.

Plugins are pure: they read a template, a node and the cluster, and answer with values. None is success; a refusal says
which plugin refused, in upstream's words, and whether removing Pods could help. Source:
`pkg/scheduler/framework/interface.go`, `apis/config/v1/default_plugins.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.plugins import PLUGINS
from k8snb.scheduler.template import Template

if TYPE_CHECKING:
    from k8snb.scheduler.cache import Cache

MAX_SCORE = 100


class Refusal(NamedTuple):
    """No, and why. `unresolvable`: no preemption can change it."""

    plugin: str
    reasons: tuple[str, ...]
    unresolvable: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that changed in the cluster and may have made a Pod schedulable.

    `kind` is `node` (added or changed: `node` and `old` say how), `pod gone`, `pod placed` or `pod changed` (`template` says
    which, `before` what it was), `storage`, or `namespace`.
    """

    kind: str
    node: NodeInfo | None = None
    old: NodeInfo | None = None
    template: Template | None = None
    before: Template | None = None


class Plugin:
    """A question asked of every node. A plugin overrides what it has an opinion on."""

    name: ClassVar[str] = ""
    #: weight of its score in the sum; 0 for plugins that do not score
    weight: ClassVar[int] = 0
    #: whether its answers depend on other nodes too, so that they cannot be kept from one Pod to the next
    relational: ClassVar[bool] = False

    def pre_filter(self, template: Template, cache: Cache) -> Refusal | None:
        """Refuse a Pod whatever the nodes are."""
        return None

    def applies(self, template: Template, cache: Cache) -> bool:
        """For relational plugins: whether `filter` has anything to check for this template."""
        return True

    def state(self, template: Template, cache: Cache, removed: Sequence[tuple[NodeInfo, Any]] = ()) -> Any:
        """For relational plugins: what `filter` needs to know of the whole cluster, as if `removed` Pods were not there."""
        return None

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        """Refuse a node."""
        return None

    def score(self, template: Template, node: NodeInfo) -> int:
        """How good a node is, before `normalize`."""
        return 0

    def normalize(self, scores: list[int]) -> list[int]:
        """Bring the scores of the feasible nodes to 0 … 100."""
        return scores

    def score_all(self, template: Template, nodes: Sequence[NodeInfo], cache: Cache) -> list[int] | None:
        """For relational plugins: the normalised scores of the feasible nodes; None if it has no opinion."""
        return None

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        """Whether what happened may turn this plugin's refusal: by default, if it refused a node and now admits it."""
        node = occurrence.node
        if node is None or self.filter(template, node) is not None:
            return False
        return occurrence.old is None or self.filter(template, occurrence.old) is not None


def normalized(scores: list[int], reverse: bool = False) -> list[int]:
    """Scale so that the best is 100; reversed, so that the worst is 0 (upstream DefaultNormalizeScore)."""
    top = max(scores, default=0)
    if not top:
        return [MAX_SCORE] * len(scores) if reverse else scores
    scaled = [MAX_SCORE * score // top for score in scores]
    return [MAX_SCORE - score for score in scaled] if reverse else scaled


class Profile:
    """The plugins of one scheduler, sorted by what they are asked."""

    def __init__(self, rows: tuple[tuple[str, str], ...] = PLUGINS) -> None:
        self.plugins = tuple(
            cast(Plugin, getattr(import_module(f"k8snb.scheduler.plugins.{module}"), name)()) for module, name in rows
        )
        self.by_name = {plugin.name: plugin for plugin in self.plugins}
        self.pre_filters = _overriding(self.plugins, "pre_filter")
        filters = _overriding(self.plugins, "filter")
        self.filters = tuple(plugin for plugin in filters if not plugin.relational)
        self.relational_filters = tuple(plugin for plugin in filters if plugin.relational)
        scores = tuple(plugin for plugin in _overriding(self.plugins, "score") if plugin.weight)
        #: scores that stand for themselves, and those that are compared with the other nodes' first
        self.plain_scores = tuple(plugin for plugin in scores if "normalize" not in type(plugin).__dict__)
        self.compared_scores = tuple(plugin for plugin in scores if "normalize" in type(plugin).__dict__)
        self.relational_scores = _overriding(self.plugins, "score_all")


def _overriding(plugins: Sequence[Plugin], method: str) -> tuple[Plugin, ...]:
    return tuple(plugin for plugin in plugins if getattr(type(plugin), method) is not getattr(Plugin, method))
