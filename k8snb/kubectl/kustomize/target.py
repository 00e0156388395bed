"""One kustomization folder: its file, what it takes in, and the order in which it is applied.

Source: kustomize `api/internal/target/kusttarget.go`, `api/types/kustomization.go`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from k8snb.api import yaml
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize import generators, patches, transformers
from k8snb.kubectl.kustomize.references import follow
from k8snb.kubectl.kustomize.resource import Json, Resource

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_FIELDS: Final = frozenset(
    (
        "apiVersion",
        "kind",
        "metadata",
        "openapi",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "commonLabels",
        "labels",
        "commonAnnotations",
        "patchesStrategicMerge",
        "patchesJson6902",
        "patches",
        "images",
        "imageTags",
        "replacements",
        "replicas",
        "vars",
        "sortOptions",
        "resources",
        "components",
        "crds",
        "bases",
        "configMapGenerator",
        "secretGenerator",
        "helmGlobals",
        "helmCharts",
        "helmChartInflationGenerator",
        "generatorOptions",
        "configurations",
        "generators",
        "transformers",
        "validators",
        "buildMetadata",
    )
)
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


def checked_root(root: Path, shown: str) -> Path:
    """The folder, without links. CommandError if it is none."""
    path = Path(os.path.normpath(root))
    if "://" in shown or shown.startswith(("git@", "github.com/")):
        raise CommandError(f"the lab has no network: {shown} cannot be fetched; copy it into a folder")
    if not path.exists():
        raise CommandError(
            f"must build at directory: not a valid directory: evalsymlink failure on '{shown}' : lstat {path}: no such "
            "file or directory"
        )
    if not path.is_dir():
        raise CommandError(f"must build at directory: '{shown}': file is not directory")
    return path.resolve()


class Target:
    """A folder that is built. `above` are the folders that led here."""

    def __init__(self, root: Path, warn: Warn, above: tuple[Path, ...] = ()) -> None:
        for visited in above:
            if visited == root or visited.is_relative_to(root):
                raise CommandError(f"cycle detected: candidate root '{root}' contains visited root '{visited}'")
        self.root, self._warn, self._above = root, warn, above
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
        text = found[0].read_text(encoding="utf-8")
        try:
            data = yaml.load(text)
        except yaml.YAMLError as error:
            raise CommandError(f"invalid Kustomization: yaml: {error}") from None
        if data is None:
            raise CommandError(f"{found[0].name} is empty")
        if not isinstance(data, dict):
            raise CommandError(
                "invalid Kustomization: json: cannot unmarshal into Go value of type types.Kustomization"
            )
        unknown = [name for name in data if name not in _FIELDS]
        if unknown:
            raise CommandError(f'invalid Kustomization: json: unknown field "{unknown[0]}"')
        for name in _REFUSED:
            if data.get(name):
                raise CommandError(f"{name} of a kustomization is not something the lab's kustomize can build")
        return data

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
        for name in [*(self.data.get("resources") or []), *(self.data.get("bases") or [])]:
            for resource in self._resources(str(name)):
                _append(resources, resource)
        self._generate(resources)
        for name in self.data.get("components") or []:
            child = Target(self._folder(str(name)), self._warn, (*self._above, self.root))
            resources = child.accumulate(resources)
        before = {id(resource): resource.name for resource in resources}
        self._transform(resources)
        follow(resources, [before[id(resource)] for resource in resources])
        return resources

    def _resources(self, name: str) -> list[Resource]:
        path = Path(os.path.normpath(self.root / name))
        if path.is_file():
            try:
                return list(_read(path, self._inside(path)))
            except CommandError as error:
                raise CommandError(
                    f"accumulating resources: accumulation err='accumulating resources from '{name}': {error.message}'"
                ) from None
        if path.is_dir():
            try:
                return Target(path.resolve(), self._warn, (*self._above, self.root)).accumulate()
            except CommandError as error:
                raise CommandError(
                    f"accumulating resources: accumulation err='accumulating resources from '{name}': read {path}: is a "
                    f"directory': recursed accumulation of path '{path}': {error.message}"
                ) from None
        missing = f"evalsymlink failure on '{path}' : lstat {path}: no such file or directory"
        if "://" in name or name.startswith(("git@", "github.com/")):
            missing = f"the lab has no network: {name} cannot be fetched"
        raise CommandError(
            f"accumulating resources: accumulation err='accumulating resources from '{name}': {missing}': must build at "
            f"directory: not a valid directory: {missing}"
        )

    def _folder(self, name: str) -> Path:
        return checked_root(self.root / name, str(Path(os.path.normpath(self.root / name))))

    def _inside(self, path: Path) -> Path:
        """The path, if it is in or below the folder. CommandError if it is not."""
        if not path.resolve().is_relative_to(self.root):
            raise CommandError(f"security; file '{path.resolve()}' is not in or below '{self.root}'")
        return path

    def _file(self, name: str) -> bytes:
        path = self._inside(Path(os.path.normpath(self.root / name)))
        if not path.exists():
            raise CommandError(f"evalsymlink failure on '{path}' : lstat {path}: no such file or directory")
        return path.read_bytes()

    def _generate(self, resources: list[Resource]) -> None:
        options = self.data.get("generatorOptions") or {}
        for kind, field in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
            for entry in self.data.get(field) or []:
                made = generators.generate(kind, entry, options, self._file)
                generators.add(resources, made, str(entry.get("behavior") or ""))

    def _transform(self, resources: list[Resource]) -> None:
        data = self.data
        for entry in data.get("patchesStrategicMerge") or []:
            patches.apply(resources, self._patch(str(entry)), None, {})
        for entry in data.get("patches") or []:
            documents = self._patch(entry["patch"]) if entry.get("patch") else self._documents(entry["path"])
            patches.apply(resources, documents, entry.get("target"), entry.get("options") or {})
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
            documents = self._patch(entry["patch"]) if entry.get("patch") else self._documents(entry["path"])
            patches.apply(resources, documents, entry.get("target") or {}, {})
        transformers.set_replicas(resources, data.get("replicas") or [])
        if data.get("images"):
            transformers.set_images(resources, data["images"])

    def _patch(self, text: str) -> list[Any]:
        """A patch that is written down, or the path of one."""
        if "\n" not in text and (self.root / text).is_file():
            return self._documents(text)
        return _parsed(text)

    def _documents(self, name: str) -> list[Any]:
        return _parsed(self._file(name).decode("utf-8"))


def _parsed(text: str) -> list[Any]:
    try:
        return [document.value for document in yaml.load_all(text) if document.value is not None]
    except yaml.YAMLError as error:
        raise CommandError(f"unable to parse SM or JSON patch from [{text}]: {error}") from None


def _read(path: Path, shown: Path) -> Iterator[Resource]:
    """The objects of a file; lists are opened."""
    try:
        documents = [document.value for document in yaml.load_all(path.read_text(encoding="utf-8"))]
    except yaml.YAMLError as error:
        raise CommandError(f"MalformedYAMLError: yaml: {error} in File: {shown.name}") from None
    for document in documents:
        if document is None:
            continue
        items = (
            document.get("items") if isinstance(document, dict) and str(document.get("kind")).endswith("List") else None
        )
        for item in items if isinstance(items, list) else [document]:
            yield _resource(item)


def _resource(item: Any) -> Resource:
    if not isinstance(item, dict):
        raise CommandError("missing Resource metadata")
    if not item.get("kind"):
        raise CommandError(f"missing kind in object {_shown(item)}")
    if not (item.get("metadata") or {}).get("name"):
        raise CommandError(f"missing metadata.name in object {_shown(item)}")
    return Resource(item)


def _shown(item: Json) -> str:
    meta = item.get("metadata") or {}
    parts = [f"{name}:{item[name]}" for name in ("apiVersion", "kind") if name in item]
    fields = "".join(f" {name}:{value}" for name, value in meta.items())
    return "{" + " ".join([*parts, f"metadata:{{{fields.strip()}}}"]) + "}"


def _append(resources: list[Resource], resource: Resource) -> None:
    if any(one.id == resource.id for one in resources):
        raise CommandError(f"may not add resource with an already registered id: {resource.id}")
    resources.append(resource)
