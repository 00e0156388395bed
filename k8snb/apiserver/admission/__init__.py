"""Admission: plugins that complete or refuse a write after it was authorised, in upstream's order.

Each plugin is one module with one class; the table below is the order. A plugin's `mutate` returns the object to go on
with, `validate` raises a StatusError to refuse. Source: `pkg/kubeapiserver/options/plugins.go`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from k8snb.apiserver.context import Context


class Plugin:
    """An admission plugin; does nothing unless overridden."""

    #: group resources it looks at; empty means all
    resources: ClassVar[frozenset[str]] = frozenset()
    operations: ClassVar[frozenset[str]] = frozenset({"create", "update"})

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        return obj

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        return None


#: (module, class) in the order in which upstream runs them
PLUGINS: tuple[tuple[str, str], ...] = (
    ("namespacelifecycle", "NamespaceLifecycle"),
    ("limitranger", "LimitRanger"),
    ("serviceaccount", "ServiceAccountAdmission"),
    ("podsecurity", "PodSecurity"),
    ("priority", "Priority"),
    ("tainttoleration", "DefaultTolerationSeconds"),
    ("storage", "StorageObjectInUseProtection"),
    ("runtimeclass", "RuntimeClass"),
    ("certificates", "CertificateApproval"),
    ("certificates", "CertificateSigning"),
    ("certificates", "CertificateSubjectRestriction"),
    ("storage", "DefaultIngressClass"),
    ("storage", "DefaultStorageClass"),
    ("admissionregistration", "AdmissionRegistration"),
    ("resourcequota", "ResourceQuotaAdmission"),
)


class Chain:
    """The plugins in order, sorted by what they look at so that a write only meets those that care."""

    def __init__(self) -> None:
        self._plugins: list[Plugin] = [
            getattr(import_module(f"{__name__}.{module}"), name)() for module, name in PLUGINS
        ]
        self._routes: dict[tuple[str, str], tuple[tuple[Plugin, ...], tuple[Plugin, ...]]] = {}

    def _route(self, ctx: Context) -> tuple[tuple[Plugin, ...], tuple[Plugin, ...]]:
        """(who may complete such a write, who may refuse it)."""
        key = (ctx.resource.group_resource, ctx.verb)
        route = self._routes.get(key)
        if route is None:
            caring = [
                plugin
                for plugin in self._plugins
                if ctx.verb in plugin.operations
                and (not plugin.resources or ctx.resource.group_resource in plugin.resources)
            ]
            route = self._routes[key] = (
                tuple(plugin for plugin in caring if type(plugin).mutate is not Plugin.mutate),
                tuple(plugin for plugin in caring if type(plugin).validate is not Plugin.validate),
            )
        return route

    def mutate(self, ctx: Context, obj: Any, old: Any | None) -> Any:
        for plugin in self._route(ctx)[0]:
            obj = plugin.mutate(ctx, obj, old)
        return obj

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        for plugin in self._route(ctx)[1]:
            plugin.validate(ctx, obj, old)
