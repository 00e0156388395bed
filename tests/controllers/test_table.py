"""The visible tables: every controller and plugin can be built, has a name of its own and says what it watches."""

from __future__ import annotations

from k8snb.controllers import CONTROLLERS
from k8snb.scheduler.framework import Profile
from k8snb.scheduler.plugins import PLUGINS
from tests.controllers.world import World


def test_controllers() -> None:
    world = World("*", scheduler=True)
    assert len(world.components) == len(CONTROLLERS) + 2
    for component in world.components.values():
        assert component.watches
        assert type(component).__doc__


def test_plugins() -> None:
    profile = Profile()
    assert [type(plugin).__name__ for plugin in profile.plugins] == [name for _, name in PLUGINS]
    assert len(profile.by_name) == len(PLUGINS)
    assert [plugin.name for plugin in profile.filters] == [
        "NodeUnschedulable",
        "TaintToleration",
        "NodeAffinity",
        "NodePorts",
        "NodeResourcesFit",
    ]
