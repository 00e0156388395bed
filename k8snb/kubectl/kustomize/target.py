"""One kustomization folder: its file, what it takes in, and the order in which it is applied.

Source: kustomize `api/internal/target/kusttarget.go`, `api/types/kustomization.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from k8snb.api import yaml
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.kustomize import fields, generators, manifests, patches, transformers
from k8snb.kubectl.kustomize.loader import Loader
from k8snb.kubectl.kustomize.references import follow
from k8snb.kubectl.kustomize.resource import Json, Resource

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_VERSIONS: Final = {
    "Kustomization": "kustomize.config.k8s.io/v1beta1",
    "Component": "kustomize.config.k8s.io/v1alpha1",
}
#: fields that the lab does not build
_REFUSED: Final = (
    "replacements",
    "vars",
    "helmCharts",
    "helmChartInflationGenerator",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "openapi",
    "crds",
    "buildMetadata",
)
_DEPRECATED: Final = {
    "bases": "resources",
    "imageTags": "images",
    "patchesJson6902": "patches",
    "patchesStrategicMerge": "patches",
    "vars": "replacements",
    "commonLabels": "labels",
}
Warn = Callable[[str], None]


class Target:
    """A folder that is built."""

    def __init__(self, loader: Loader, warn: Warn) -> None:
        self.loader, self._warn = loader, warn
        self.root = loader.root
        self.data = self._load()

    def _load(self) -> Json:
        found = [self.root / name for name in NAMES if (self.root / name).is_file()]
        if not found:
            raise CommandError(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory "
                f"'{self.root}'"
            )
        if len(found) > 1:
            raise CommandError(f"Found multiple kustomization files under: {self.root}\n")
        try:
            value = yaml.load(found[0].read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            problem = str(error).removeprefix("error converting YAML to JSON: ")
            raise CommandError(f"invalid Kustomization: {problem}") from None
        data = fields.checked({} if value is None else value)
        if not {name: given for name, given in data.items() if name not in ("apiVersion", "kind", "metadata")}:
            raise CommandError(f"{found[0].name} is empty")
        self._check_version(data)
        for name in _REFUSED:
            if data.get(name):
                raise CommandError(f"{name} of a kustomization is not something the lab's kustomize can build")
        return data

    def _check_version(self, data: Json) -> None:
        kind = data.setdefault("kind", "Kustomization")
        if kind not in _VERSIONS:
            wrong = "kind should be Kustomization or Component"
        elif data.get("apiVersion") not in (None, "", _VERSIONS[kind]):
            wrong = f"apiVersion for {kind} should be {_VERSIONS[kind]}"
        else:
            return
        raise CommandError(f"Failed to read kustomization file under {self.root}:\n{wrong}\n")

    # -- building ---------------------------------------------------------------------------------------------------------

    def accumulate(self, given: list[Resource] | None = None) -> list[Resource]:
        """All resources of the folder, changed as it asks; a component changes those that are `given`."""
        for old, new in _DEPRECATED.items():
            if self.data.get(old):
                self._warn(
                    f"# Warning: '{old}' is deprecated. Please use '{new}' instead. Run 'kustomize edit fix' to update "
                    "your Kustomization automatically."
                )
        resources = list(given or [])
        with _named("accumulating resources"):
            for name in [*(self.data.get("resources") or []), *(self.data.get("bases") or [])]:
                self._take(resources, name)
        self._generate(resources)
        with _named("accumulating components"):
            for name in self.data.get("components") or []:
                resources = self._component(resources, name)
        before = {id(resource): resource.name for resource in resources}
        self._transform(resources)
        follow(resources, [before[id(resource)] for resource in resources])
        return resources

    def _take(self, resources: list[Resource], name: str) -> None:
        """Add what a path holds: first it is taken for a file, then for a folder."""
        try:
            _from_file(resources, self.loader, name)
            return
        except manifests.MalformedYAML:
            raise
        except CommandError as error:
            failed = error
        with _named(f"accumulation err='{failed.message}'"):
            folder = self.loader.below(name)
            child = self._child(folder)
            if child.data["kind"] == "Component":
                raise CommandError(f"expected kind != 'Component' for path '{folder.root}'")
            with _named(f"recursed accumulation of path '{folder.root}'"):
                found = child.accumulate()
            with _named(f"recursed merging from path '{folder.root}'"):
                for resource in found:
                    _append(resources, resource)

    def _component(self, resources: list[Resource], name: str) -> list[Resource]:
        try:
            folder = self.loader.below(name)
        except CommandError as error:
            raise CommandError(f"loader.New {quoted(error.message)}") from None
        try:
            child = self._child(folder)
            kind = child.data["kind"]
            if kind != "Component":
                raise CommandError(f"expected kind 'Component' for path '{folder.root}' but got '{kind}'")
            with _named(f"recursed accumulation of path '{folder.root}'"):
                return child.accumulate(resources)
        except CommandError as error:
            raise CommandError(f"accumulateDirectory: {quoted(error.message)}") from None

    def _child(self, folder: Loader) -> Target:
        with _named(f"couldn't make target for path '{folder.root}'"):
            return Target(folder, self._warn)

    def _generate(self, resources: list[Resource]) -> None:
        options = self.data.get("generatorOptions") or {}
        for kind, field in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
            for entry in self.data.get(field) or []:
                made = generators.generate(kind, entry, options, self.loader.read)
                generators.add(resources, made, entry.get("behavior", ""))

    def _transform(self, resources: list[Resource]) -> None:
        data = self.data
        if data.get("patchesStrategicMerge"):
            patches.apply_merges(resources, self.loader, data["patchesStrategicMerge"])
        for entry in data.get("patches") or []:
            patches.apply_entry(resources, self.loader, entry)
        if data.get("namespace"):
            transformers.set_namespace(resources, data["namespace"])
        if data.get("namePrefix") or data.get("nameSuffix"):
            transformers.add_affixes(resources, data.get("namePrefix") or "", data.get("nameSuffix") or "")
        for entry in data.get("labels") or []:
            transformers.add_labels(resources, entry)
        if data.get("commonLabels"):
            transformers.add_labels(resources, {"pairs": data["commonLabels"]}, common=True)
        if data.get("commonAnnotations"):
            transformers.add_annotations(resources, data["commonAnnotations"])
        for entry in data.get("patchesJson6902") or []:
            patches.apply_operations(resources, self.loader, entry)
        transformers.set_replicas(resources, data.get("replicas") or [])
        images = [*(data.get("images") or []), *(data.get("imageTags") or [])]
        if images:
            transformers.set_images(resources, images)


@contextmanager
def _named(text: str) -> Iterator[None]:
    """Errors within begin with a text; those of YAML stay what they are."""
    try:
        yield
    except CommandError as error:
        error.message = f"{text}: {error.message}"
        raise


def _from_file(resources: list[Resource], loader: Loader, name: str) -> None:
    with _named(f"accumulating resources from '{name}'"):
        if "://" in name or name.startswith(("git@", "github.com/")):
            raise CommandError(f"the lab has no network: {name} cannot be fetched")
        found: list[Resource] = []
        for resource in manifests.resources(loader.read(name).decode("utf-8"), name):
            _append(found, resource)
    with _named(f"merging resources from '{name}'"):
        for resource in found:
            _append(resources, resource)


def _append(resources: list[Resource], resource: Resource) -> None:
    if any(one.id == resource.id for one in resources):
        raise CommandError(f"may not add resource with an already registered id: {resource.id}")
    resources.append(resource)
