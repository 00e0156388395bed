"""Which objects a command line means: `TYPE NAME…`, `TYPE/NAME …`, `-f FILE`, `-l selector`, `--all`, `-A`.

A `Selection` is upstream's resource builder: what the words ask for is read first, objects are fetched while they are
visited, an error about one of them does not stop the others. Source: cli-runtime `pkg/resource/{builder,visitor,
selector,helper}.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from k8snb.api import selector as selectors
from k8snb.api.errors import StatusError
from k8snb.kubectl import manifests
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import FAILURES, CommandError, Many, quoted, raise_all
from k8snb.kubectl.fileobjects import file_objects
from k8snb.kubectl.info import Info, get
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.typedobjects import need_model

__all__ = ["CHUNK", "MISSING", "Info", "Query", "Selection", "get", "require_files"]

MISSING = """You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""

#: pages in which long lists are fetched
CHUNK = 500


@dataclass(frozen=True)
class Query:
    """What a command wants of its command line. `-f`, `-k` and `-R` are read from the flags where the command has them."""

    args: Sequence[str] = ()
    selector: str = ""
    fields: str = ""
    #: `--all` of commands that refuse names beside it (delete)
    everything: bool = False
    all_namespaces: bool = False
    #: a bare type means all of its objects (get, describe; with `--all` label, scale and others)
    bare_types: bool = False
    single_type: bool = False
    #: objects of files are fetched from the server
    latest: bool = False
    #: fetch what was named by type and name
    fetch: bool = True
    #: check documents as `--validate` asks
    validate: bool = False
    #: do not ask the server for anything
    local: bool = False
    chunk: int = CHUNK
    subresource: str = ""
    ignore_not_found: bool = False
    #: objects are of built-in kinds only
    typed: bool = False
    #: the first error ends it
    brittle: bool = False
    #: ask for tables, with these parameters; they are handed over whole, one Info each
    table: Mapping[str, str] | None = None


class Selection:
    """The objects of a command line. Raises Many for words that make no sense; what cannot be got is met while visiting."""

    def __init__(self, invocation: Invocation, query: Query) -> None:
        self.invocation, self.query = invocation, query
        self.namespace = "" if query.all_namespaces else invocation.namespace
        self.errors: list[Exception] = []
        self.sources = self._read_sources()
        self.pairs: list[tuple[str, str]] = []
        self.types: list[str] = []
        self.names: list[str] = []
        self.labels: str | None = None
        #: the kinds that were named
        self.kinds: list[Kind] = []
        #: the resourceVersion of the last list that was read
        self.revision = ""
        self._check_selectors()
        self._read_args(_spread(list(query.args)))
        if self.errors:
            raise Many(self.errors)
        self._infos = self._plan()

    @property
    def single(self) -> bool:
        """Whether the words mean exactly one object: only then is it printed without a list around it."""
        if self.sources:
            return len(self.sources) == 1 and self.sources[0].name != manifests.STDIN
        return len(self.pairs) == 1 if self.pairs else len(self.names) == 1

    @property
    def targets_single(self) -> bool:
        """Whether objects were named, as opposed to selected."""
        return bool(self.sources or self.pairs or self.names)

    def visit(self, work: Callable[[Info], None]) -> None:
        """Do something with every object; the errors of all of them are raised at the end."""
        errors: list[Exception] = []
        unread: list[Exception] = []
        for info in self._infos():
            if isinstance(info, Exception):
                unread.append(info)
                if self.query.brittle:
                    break
                continue
            try:
                self._complete(info)
                work(info)
            except FAILURES as error:
                errors.append(error)
                if self.query.brittle:
                    break
        if unread:
            errors.append(Many(unread))
        if self.query.ignore_not_found:
            errors = list(_without_not_found(errors))
        raise_all(errors)

    def infos(self) -> list[Info]:
        """All of them; raises if one cannot be got."""
        found, error = self.attempt()
        if error is not None:
            raise error
        return found

    def attempt(self) -> tuple[list[Info], Exception | None]:
        """All that can be got, and what went wrong with the others."""
        found: list[Info] = []
        try:
            self.visit(found.append)
        except FAILURES as error:
            return found, error
        return found, None

    # -- reading the words --------------------------------------------------------------------------------------------

    def _read_sources(self) -> list[manifests.Source]:
        flags = self.invocation.parsed.values
        if "filename" not in flags:
            return []
        try:
            return manifests.sources(
                self.invocation, flags["filename"], flags.get("kustomize") or "", bool(flags.get("recursive"))
            )
        except Many as error:
            self.errors += error.errors
            return []

    def _check_selectors(self) -> None:
        query = self.query
        if query.everything and (query.selector.strip() or query.fields.strip()):
            self.errors.append(CommandError("setting 'all' parameter but found a non empty selector. "))
        if query.selector.strip():
            self.labels = query.selector.strip()

    def _read_args(self, args: list[str]) -> None:
        slashes = sum("/" in arg for arg in args)
        if slashes and slashes != len(args):
            self.errors.append(
                CommandError(
                    "there is no need to specify a resource type as a separate argument when passing arguments in "
                    "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource "
                    "resource/<resource_name>'"
                )
            )
            return
        if slashes:
            for arg in args:
                word, _, name = arg.partition("/")
                if "/" in name:
                    self.errors.append(CommandError("arguments in resource/name form may not have more than one slash"))
                    return
                if not word or not name or "," in word:
                    self.errors.append(
                        CommandError("arguments in resource/name form must have a single resource and name")
                    )
                    return
                self.pairs.append((word, name))
            return
        if args:
            self.types = list(dict.fromkeys(self._expand(args[0]).split(",")))
            self.names = args[1:]
            if not self.names and self.labels is None and self.query.bare_types:
                self.labels = ""

    def _expand(self, words: str) -> str:
        """The words with categories (`all`) replaced by what is in them."""
        kinds = self.invocation.kinds
        return ",".join(
            ",".join(kind.group_resource for kind in kinds.category(word)) or word for word in words.split(",")
        )

    # -- planning -------------------------------------------------------------------------------------------------------

    def _plan(self) -> Callable[[], Iterator[Info | Exception]]:
        if self.query.everything:
            self.labels = ""
        if self.sources:
            return self._plan_files()
        if self.labels is not None or self.query.fields.strip():
            return self._plan_selector()
        if self.pairs:
            return self._plan_pairs()
        if self.names:
            return self._plan_names()
        if self.types:
            for word in self.types:
                self.invocation.kind(word)
            raise CommandError("resource(s) were provided, but no name was specified")
        raise CommandError(MISSING)

    def _plan_files(self) -> Callable[[], Iterator[Info | Exception]]:
        if self.types:
            raise CommandError(
                "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
            )
        if self.pairs:
            raise CommandError("resource/name arguments cannot be provided when a path is specified")
        wanted = None
        if self.labels is not None:
            try:
                wanted = selectors.parse(self.labels)
            except selectors.SelectorError as error:
                raise CommandError(f"the provided selector {quoted(self.labels)} is not valid: {error}") from None

        def infos() -> Iterator[Info | Exception]:
            for found in file_objects(
                self.invocation, self.sources, validate=self.query.validate, typed=self.query.typed
            ):
                info = self._latest(found) if self.query.latest and isinstance(found, Info) else found
                if isinstance(info, Exception) or wanted is None or wanted.matches(_labels(info)):
                    yield info

        return infos

    def _plan_selector(self) -> Callable[[], Iterator[Info | Exception]]:
        if self.names:
            raise CommandError("name cannot be provided when a selector is specified")
        if self.pairs:
            raise CommandError("selectors and the all flag cannot be used when passing resource/name arguments")
        if not self.types:
            raise CommandError("at least one resource must be specified to use a selector")
        if self.query.subresource:
            raise CommandError("subresource cannot be used when bulk resources are specified")
        self.kinds = self._mappings()
        return lambda: self._listed(self.kinds)

    def _plan_pairs(self) -> Callable[[], Iterator[Info | Exception]]:
        found = [(self.invocation.kind(word), name) for word, name in self.pairs]
        if self.query.single_type and len({kind for kind, _ in found}) > 1:
            raise CommandError("you may only specify a single resource type")
        for kind, _ in found:
            self._check_namespace(kind)
        self.kinds = list(dict.fromkeys(kind for kind, _ in found))
        return lambda: iter([Info(kind, self._in(kind), name) for kind, name in found])

    def _plan_names(self) -> Callable[[], Iterator[Info | Exception]]:
        if len(self.types) > 1:
            raise CommandError("you must specify only one resource")
        kind = self._mappings()[0]
        self._check_namespace(kind)
        self.kinds = [kind]
        return lambda: iter([Info(kind, self._in(kind), name) for name in self.names])

    def _mappings(self) -> list[Kind]:
        if len(self.types) > 1 and self.query.single_type:
            raise CommandError("you may only specify a single resource type")
        return list(dict.fromkeys(self.invocation.kind(word) for word in self.types))

    def _check_namespace(self, kind: Kind) -> None:
        if kind.namespaced and not self.namespace:
            raise CommandError("a resource cannot be retrieved by name across all namespaces")

    def _in(self, kind: Kind) -> str:
        return self.namespace if kind.namespaced else ""

    # -- fetching ---------------------------------------------------------------------------------------------------------

    def _latest(self, info: Info) -> Info | StatusError | CommandError:
        """An object of a file as the server has it."""
        self._place(info)
        if info.kind.namespaced and not info.namespace:
            return CommandError(f"no namespace set on resource {info.kind.resource_text} {quoted(info.name)}")
        if info.name:
            try:
                info.object = get(self.invocation, info, self.query.subresource, self.query.table)
            except StatusError as error:
                return error
        return info

    def _listed(self, kinds: Sequence[Kind]) -> Iterator[Info | Exception]:
        for kind in kinds:
            try:
                yield from self._pages(kind)
            except StatusError as error:
                yield self._list_error(kind, error)

    def _pages(self, kind: Kind) -> Iterator[Info]:
        query = {"labelSelector": self.labels or "", "fieldSelector": self.query.fields.strip()}
        query = {name: value for name, value in query.items() if value}
        if self.query.chunk:
            query["limit"] = str(self.query.chunk)
        if self.query.table is not None:
            query |= self.query.table
        while True:
            page = self.invocation.api.page(kind, self._in(kind), query, table=self.query.table is not None)
            if page.get("kind") == "Table":
                yield Info(kind, self._in(kind), "", page)
            else:
                for item in page.get("items") or []:
                    meta = item.get("metadata") or {}
                    yield Info(kind, meta.get("namespace", ""), meta.get("name", ""), item)
            meta = page.get("metadata") or {}
            self.revision = str(meta.get("resourceVersion", ""))
            rest = meta.get("continue")
            if not rest:
                return
            query["continue"] = rest

    def _list_error(self, kind: Kind, error: StatusError) -> StatusError:
        if error.reason not in ("BadRequest", "NotFound"):
            return error
        what = quoted(kind.resource_text)
        if self.labels or self.query.fields.strip():
            text = (
                f"Unable to find {what} that match label selector {quoted(self.labels or '')}, field selector "
                f"{quoted(self.query.fields.strip())}: {error.message}"
            )
        else:
            text = f"Unable to list {what}: {error.message}"
        return StatusError({**error.status, "message": text})

    def _complete(self, info: Info) -> None:
        """Give an object its namespace, check it, and fetch what has only been named."""
        self._place(info)
        if not info.object and self.query.fetch and not self.query.local:
            info.object = get(self.invocation, info, self.query.subresource, self.query.table)
        if self.query.typed and info.object and not info.source:
            need_model(info.object)

    def _place(self, info: Info) -> None:
        if self.query.local:
            return  # without a server nothing is known of scopes
        if not info.kind.namespaced:
            if info.namespace:
                info.namespace = ""
                meta = dict(info.object.get("metadata") or {})
                meta.pop("namespace", None)
                info.object = {**info.object, "metadata": meta}
            return
        if not info.source:
            return
        if not info.namespace:
            info.namespace = self.namespace
            info.object = {
                **info.object,
                "metadata": {**(info.object.get("metadata") or {}), "namespace": self.namespace},
            }
        elif self.invocation.namespace_given and not self.query.all_namespaces and info.namespace != self.namespace:
            raise CommandError(
                f"the namespace from the provided object {quoted(info.namespace)} does not match the namespace "
                f"{quoted(self.namespace)}. You must pass '--namespace={info.namespace}' to perform this operation."
            )


def _labels(info: Info) -> dict[str, str]:
    return (info.object.get("metadata") or {}).get("labels") or {}


def _spread(args: list[str]) -> list[str]:
    """`a,b c d` as `a/c a/d b/c b/d`."""
    if len(args) >= 2 and len(words := list(dict.fromkeys(args[0].split(",")))) > 1:
        return [f"{word}/{name}" for word in words for name in args[1:]]
    return args


def _without_not_found(errors: Sequence[Exception]) -> Iterator[Exception]:
    for error in errors:
        if isinstance(error, Many):
            kept = list(_without_not_found(error.errors))
            if kept:
                yield Many(kept)
        elif not (isinstance(error, StatusError) and error.reason == "NotFound"):
            yield error


def require_files(invocation: Invocation) -> None:
    """CommandError if neither -f nor -k is given."""
    if not invocation.flag("filename") and not invocation.flag("kustomize"):
        raise CommandError("must specify one of -f and -k")
