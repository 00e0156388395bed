"""The daemon's images: names, contents, what was pushed and pulled; the simulated Docker Hub and registries on localhost.

Contents are found by identity. An image of the table of known images counts as here once it has been pulled; one that was built
is kept in the state. Texts are dockerd's. Simplification: a repository is whoever's name stands before its slash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from k8snb.docker.errors import DockerError, PullError
from k8snb.docker.image import BuiltImage, created_at, layers_of
from k8snb.docker.state import DockerState
from k8snb.runtime.image import Image
from k8snb.runtime.registry import (
    HUB,
    PRIVATE,
    InvalidReference,
    Reference,
    Registry,
    parse_reference,
    pull_seconds,
    short_name,
)

#: what is on a fresh machine: the old tutorial's image, built there long ago
PRESENT = ("docker.io/library/hello-node:v1",)


class Store:
    """Reads and changes the images of a `DockerState`, which its owner keeps."""

    def __init__(self, registry: Registry, get: Callable[[], DockerState], put: Callable[[DockerState], None]) -> None:
        self._registry, self._get, self._put = registry, get, put

    @property
    def state(self) -> DockerState:
        return self._get()

    def _change(self, **changes: Any) -> None:
        self._put(self._get()._replace(**changes))

    # -- finding ----------------------------------------------------------------------------------------------------

    def reference(self, text: str) -> Reference:
        """A normalised reference. DockerError."""
        try:
            return parse_reference(text)
        except InvalidReference as error:
            raise DockerError(str(error)) from None

    def content(self, identity: str) -> Image | None:
        """The image with an identity, if this daemon has ever had it."""
        built = self.state.contents.get(identity)
        if built is not None:
            return built
        origin = self.state.origins.get(identity)
        return self._registry.local(origin) if origin else None

    def find(self, text: str) -> Image | None:
        """An image that is here, by name, by identity or by the beginning of it."""
        try:
            named = self.state.names.get(str(parse_reference(text)))
        except InvalidReference:
            named = None
        if named is not None:
            return self.content(named)
        digest = text.partition("@")[2]
        for name, known in self.state.digests.items():
            if digest and known == digest and name in self.state.names:
                return self.content(self.state.names[name])
        wanted = text.removeprefix("sha256:")
        if wanted and all(char in "0123456789abcdef" for char in wanted):
            hits = [i for i in self.identities() if i.removeprefix("sha256:").startswith(wanted)]
            if len(hits) == 1:
                return self.content(hits[0])
        return None

    def need(self, text: str) -> Image:
        """The same; DockerError if there is none."""
        found = self.find(text)
        if found is None:
            reference = self.reference(text)
            raise DockerError(f"No such image: {short_name(reference)}:{reference.tag or 'latest'}")
        return found

    def identities(self) -> list[str]:
        """Every image that is here, once."""
        return list(dict.fromkeys((*self.state.names.values(), *self.state.dangling)))

    def names_of(self, identity: str) -> list[str]:
        return [name for name, known in self.state.names.items() if known == identity]

    # -- changing ---------------------------------------------------------------------------------------------------

    def add(self, image: Image, name: str = "") -> None:
        """Have an image, under a name or without. A name that moves leaves its old image without one."""
        state, identity = self.state, image.image_id
        contents, origins = state.contents, state.origins
        if isinstance(image, BuiltImage):
            contents = {**contents, identity: image} if identity not in contents else contents
        else:
            origins = {**origins, identity: f"{image.repository}:{image.tag}"}
        self._change(contents=contents, origins=origins)
        if name:
            self.tag(identity, name)
        elif not self.names_of(identity) and identity not in state.dangling:
            self._change(dangling=(*state.dangling, identity))

    def tag(self, identity: str, name: str) -> None:
        """Give an image that is here a (normalised) name."""
        state = self.state
        old, names = state.names.get(name), dict(state.names)
        names[name] = identity
        dangling = tuple(known for known in state.dangling if known != identity)
        if old is not None and old != identity and old not in names.values() and old not in dangling:
            dangling += (old,)
        digests = {key: value for key, value in state.digests.items() if key != name or old == identity}
        self._change(names=names, dangling=dangling, digests=digests)

    def untag(self, name: str) -> bool:
        """Take a name away; True if that was the image's last one, and it is gone."""
        state = self.state
        identity = state.names[name]
        names = {key: value for key, value in state.names.items() if key != name}
        digests = {key: value for key, value in state.digests.items() if key != name}
        self._change(names=names, digests=digests)
        return identity not in names.values()

    def drop(self, identity: str) -> None:
        """Forget an image without names."""
        state = self.state
        names = {key: value for key, value in state.names.items() if value != identity}
        self._change(names=names, dangling=tuple(known for known in state.dangling if known != identity))

    # -- registries -------------------------------------------------------------------------------------------------

    def pushed(self, reference: Reference) -> Image | None:
        """What somebody has pushed under a reference."""
        state = self.state
        if reference.digest:
            known = next(
                (
                    identity
                    for name, identity in state.pushed.items()
                    if name.startswith(f"{reference.repository}:") and self._digest(identity) == reference.digest
                ),
                None,
            )
        else:
            known = state.pushed.get(str(reference))
        built = self.content(known) if known is not None else None
        owner = reference.path.partition("/")[0] if reference.domain in PRIVATE else ""
        return built.as_pushed(owner) if isinstance(built, BuiltImage) else built

    def _digest(self, identity: str) -> str:
        found = self.content(identity)
        return found.digest if found is not None else ""

    def remote(self, text: str, listening: Callable[[int], bool]) -> tuple[Image, float]:
        """(what a registry has under a reference, the seconds of a pull). PullError."""
        reference = self.reference(text)
        self._reach(reference, listening)
        image = self.pushed(reference)
        if image is None and not _is_local(reference.domain):
            image = self._registry.find(reference)
        account = self.state.accounts.get(reference.domain)
        if image is not None and image.owner in ("", account):
            return image, pull_seconds(image)
        if reference.domain in PRIVATE and not self._listed(reference):
            why = "denied" if account else "unauthorized"
            url = f"https://{reference.domain}/v2/{reference.path}/manifests/{reference.digest or reference.tag}"
            raise PullError(f'Head "{url}": {why}', f"failed to authorize: {why}")
        shown = short_name(reference)
        tag = f"@{reference.digest}" if reference.digest else f":{reference.tag}"
        known = any(name.startswith(f"{reference.repository}:") for name in self.state.pushed) or self._listed(
            reference
        )
        if known or reference.domain != HUB:
            raise PullError(
                f"manifest for {shown}{tag} not found: manifest unknown: manifest unknown", f"{reference}: not found"
            )
        raise PullError(
            f"pull access denied for {shown}, repository does not exist or may require 'docker login': denied: requested "
            "access to the resource is denied",
            "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: "
            "authorization failed",
        )

    def _listed(self, reference: Reference) -> bool:
        from k8snb.runtime.images import IMAGES, load

        row = IMAGES.get(reference.repository)
        return row is not None and not load(row, "latest").local_only and not load(row, "latest").owner

    def _reach(self, reference: Reference, listening: Callable[[int], bool]) -> None:
        """Is there anybody at a registry's address? PullError."""
        domain = reference.domain
        if _is_local(domain):
            port = int(domain.partition(":")[2] or 80)
            if not listening(port):
                why = f'Get "http://{domain}/v2/": dial tcp 127.0.0.1:{port}: connect: connection refused'
                raise PullError(why, f"failed to do request: {why.replace('Get', 'Head', 1)}")
        elif domain not in _KNOWN:
            host = domain.partition(":")[0]
            why = f'Get "https://{domain}/v2/": dial tcp: lookup {host}: no such host'
            raise PullError(why, f"failed to do request: {why.replace('Get', 'Head', 1)}")

    def push(self, name: str, listening: Callable[[int], bool]) -> list[tuple[str, str]]:
        """Push one tag: (layer, what became of it), uppermost first. DockerError."""
        reference, state = self.reference(name), self.state
        identity = state.names[str(reference)]
        image = self.content(identity)
        assert image is not None
        self._reach(reference, listening)
        account, owner = state.accounts.get(reference.domain, ""), reference.path.partition("/")[0]
        if not _is_local(reference.domain) and (not account or owner != account):
            raise DockerError(_forbidden(reference.domain, account))
        here = state.blobs.get(reference.repository, frozenset())
        base = image.base if isinstance(image, BuiltImage) else image
        mounted = frozenset(layers_of(base)) if base is not None and base.repository.startswith(HUB) else frozenset()
        source = short_name(parse_reference(base.repository)) if base is not None else ""
        found = []
        for layer in reversed(layers_of(image)):
            if layer in here:
                found.append((layer, "Layer already exists"))
            elif layer in mounted and reference.domain == HUB:
                shown = source if "/" in source else f"library/{source}"
                found.append((layer, f"Mounted from {shown}"))
            else:
                found.append((layer, "Pushed"))
        self._change(
            pushed={**state.pushed, str(reference): identity},
            blobs={**state.blobs, reference.repository: here | frozenset(layers_of(image))},
            digests={**state.digests, str(reference): image.digest},
        )
        return found

    def pulled(self, text: str, image: Image) -> str:
        """Keep a pulled image under its name; its own identity is what counts from then on. Returns `Status:` words."""
        reference = self.reference(text)
        name = str(reference)
        was = self.state.names.get(name)
        local = self.content(image.image_id) or image
        self.add(local, name)
        self._change(digests={**self.state.digests, name: image.digest})
        return "Image is up to date for" if was == image.image_id else "Downloaded newer image for"

    def rows(self) -> list[tuple[str, Image]]:
        """(normalised name or "", image) for `docker images`: newest first, as docker sorts them."""
        found = [(name, self.content(identity)) for name, identity in self.state.names.items()]
        found += [("", self.content(identity)) for identity in self.state.dangling]
        known = [(name, image) for name, image in found if image is not None]
        return sorted(known, key=lambda row: -created_at(row[1]))


_KNOWN = frozenset({HUB, "gcr.io", "k8s.gcr.io", "registry.k8s.io", "quay.io", "ghcr.io", "mcr.microsoft.com"})


def _forbidden(domain: str, account: str) -> str:
    """How a registry turns somebody away who may not push there."""
    if domain not in PRIVATE:
        return "denied: requested access to the resource is denied"
    if account:
        return "denied: permission_denied: create_package"
    return "unauthorized: unauthenticated: User cannot be authenticated with the token provided."


def _is_local(domain: str) -> bool:
    return domain.partition(":")[0] in ("localhost", "127.0.0.1")


def fresh(registry: Registry) -> Mapping[str, Any]:
    """The images of a machine on which nothing has been done."""
    names, origins = {}, {}
    for name in PRESENT:
        image = registry.local(name)
        if image is not None:
            names[name], origins[image.image_id] = image.image_id, name
    return {"names": names, "origins": origins}
