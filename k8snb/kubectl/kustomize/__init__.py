"""kustomize: one set of manifests out of a folder with a `kustomization.yaml`, as `kubectl kustomize` and `-k` make it.

A kustomization names resources (files, and folders with kustomizations of their own), generates ConfigMaps and Secrets,
and changes all of it: patches, namespace, name prefix and suffix, labels, annotations, replicas, images. References between
objects follow their names. Remote bases, plugins, Helm charts, replacements and vars are refused. Source:
sigs.k8s.io/kustomize/api `internal/target`, `internal/builtins`, https://kubectl.docs.kubernetes.io/references/kustomize/.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from k8snb.api import yaml
from k8snb.kubectl.kustomize.loader import Loader, checked_root
from k8snb.kubectl.kustomize.order import ordered
from k8snb.kubectl.kustomize.references import follow
from k8snb.kubectl.kustomize.resource import Resource
from k8snb.kubectl.kustomize.target import Target


def build(root: Path, shown: str = "", warn: Callable[[str], None] | None = None) -> str:
    """The manifests of a kustomization folder as YAML documents. CommandError for what kustomize refuses."""
    return "---\n".join(yaml.dump(resource.object) for resource in resources(root, shown, warn))


def resources(
    root: Path, shown: str = "", warn: Callable[[str], None] | None = None, *, restricted: bool = True
) -> list[Resource]:
    """The objects of a kustomization folder; its files may lie outside of it unless `restricted`. CommandError."""
    target = Target(Loader(checked_root(root, shown, shown), restricted=restricted), warn or (lambda text: None))
    found = target.accumulate()
    before = [resource.name for resource in found]
    for resource in found:
        resource.add_hash()
    follow(found, before)
    return ordered(found, target.data.get("sortOptions"))
