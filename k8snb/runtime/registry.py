"""The simulated registries (Docker Hub, registry.k8s.io, …): resolving image references, and the errors of those that fail.

Reads the table of known images; knows nothing of nodes. Texts are containerd's, as the kubelet puts them into ErrImagePull.
Sources: distribution/reference (grammar), containerd's resolver and `pull`. Simplification: pull time follows from size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from k8snb.runtime.image import Image
from k8snb.runtime.images import IMAGES, load

_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_DOMAIN = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?))*(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_DOMAIN}/)?{_NAME}(?:/{_NAME})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]{{32,}}))?",
    re.ASCII,
)
#: bytes per second from a registry to a node, and the seconds that any pull takes
BANDWIDTH = 45 * 1024 * 1024
ROUND_TRIPS = 0.9
HUB = "docker.io"
#: registries where what somebody pushes is only for that account, until its owner says otherwise
PRIVATE = frozenset({"ghcr.io"})
#: the one password that works: nobody should type a real one into a notebook
PASSWORD = "dummy"
NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reference:
    """A normalised image reference."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def repository(self) -> str:
        return f"{self.domain}/{self.path}"

    def __str__(self) -> str:
        tail = f":{self.tag}" if self.tag else ""
        return self.repository + tail + (f"@{self.digest}" if self.digest else "")


class InvalidReference(ValueError):
    """A text that is no image reference, in distribution/reference's words."""


class PullFailure(Exception):
    """Why an image could not be pulled: `reason` is the kubelet's (ErrImagePull, …), the message the runtime's."""

    def __init__(self, message: str, reason: str = "ErrImagePull") -> None:
        super().__init__(message)
        self.message, self.reason = message, reason


@lru_cache(maxsize=4096)
def parse_reference(text: str) -> Reference:
    """`nginx` as `docker.io/library/nginx:latest`; InvalidReference for what cannot be one."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        if text and text.lower() != text and _REFERENCE.fullmatch(text.lower()):
            raise InvalidReference("invalid reference format: repository name must be lowercase")
        raise InvalidReference("invalid reference format")
    domain, slash, path = match["name"].partition("/")
    if not slash or not ("." in domain or ":" in domain or domain == "localhost" or domain.lower() != domain):
        domain, path = HUB, match["name"]
    domain = HUB if domain == "index.docker.io" else domain
    if domain == HUB and "/" not in path:
        path = f"library/{path}"
    tag = match["tag"] or ("" if match["digest"] else "latest")
    return Reference(domain, path, tag, match["digest"] or "")


def short_name(reference: Reference) -> str:
    """How people write the repository: `nginx`, `me/app`, `registry.k8s.io/pause`."""
    if reference.domain != HUB:
        return reference.repository
    return reference.path.removeprefix("library/")


class Shelf(Protocol):
    """Images that were built here (docker's own): what was pushed, and every content by its identity."""

    def pushed(self, reference: Reference) -> Image | None: ...
    def content(self, identity: str) -> Image | None: ...


class Registry:
    """What can be pulled from anywhere. `hollow` knows every image, as the runtime of a hollow node does."""

    def __init__(self, hollow: bool = False) -> None:
        self.hollow = hollow
        self.shelf: Shelf | None = None

    def find(self, reference: Reference) -> Image | None:
        """The image behind a reference, or None; local builds are not found."""
        if self.hollow:
            return hollow_image(reference) if "no-such-" not in str(reference) else None
        pushed = self.shelf.pushed(reference) if self.shelf is not None else None
        if pushed is not None:
            return pushed
        row = IMAGES.get(reference.repository)
        if row is None:
            return None
        image = load(row, reference.tag or "latest")
        if image.local_only:
            return None
        if reference.digest:
            tag = next((tag for tag, digest in image.tags.items() if digest == reference.digest), None)
            return load(row, tag) if tag else None
        return image if reference.tag in image.tags else None

    def local(self, text: str) -> Image | None:
        """An image as the learner's own machine has it: whatever can be pulled, and what was built there; None if neither."""
        reference = parse_reference(text)
        row = IMAGES.get(reference.repository)
        image = load(row, reference.tag or "latest") if row is not None else None
        if image is not None and image.local_only:
            return image if reference.tag in image.tags else None
        return self.find(reference)

    def pull(self, text: str, accounts: Mapping[str, str] = NOBODY) -> tuple[Image, float]:
        """(the image, seconds that pulling it takes); PullFailure with containerd's message.

        `accounts` is who one is at each registry, as pull secrets say it; "" is somebody whose password is wrong.
        """
        reference = parse_reference(text)
        image = self.find(reference)
        if image is not None and image.owner in ("", accounts.get(reference.domain)):
            return image, 0.0 if self.hollow else pull_seconds(image)
        raise PullFailure(self._refusal(reference, accounts))

    def _refusal(self, reference: Reference, accounts: Mapping[str, str]) -> str:
        start = (
            f"failed to pull and unpack image {_quote(reference)}: failed to resolve reference {_quote(reference)}: "
        )
        row = IMAGES.get(reference.repository)
        known = row is not None and not load(row, "latest").local_only and not load(row, "latest").owner
        if reference.domain.partition(":")[0] == "localhost":
            port = reference.domain.partition(":")[2] or "80"
            cause = f'failed to do request: Head "https://{reference.domain}/v2/{reference.path}/manifests/{reference.tag}": '
            return f"{start}{cause}dial tcp 127.0.0.1:{port}: connect: connection refused"
        if ("." not in reference.domain and reference.domain != "localhost") or reference.domain not in _DOMAINS:
            host = reference.domain.partition(":")[0]
            cause = f'failed to do request: Head "https://{reference.domain}/v2/{reference.path}/manifests/{reference.tag}": '
            return f"{start}{cause}dial tcp: lookup {host}: no such host"
        if reference.domain in PRIVATE and not known:
            scope = f"repository%3A{reference.path.replace('/', '%2F')}%3Apull&service={reference.domain}"
            token, answer = "anonymous", "401 Unauthorized"
            if reference.domain in accounts:
                token, answer = "oauth", "403 Forbidden: denied: denied"
            return (
                f"{start}failed to authorize: failed to fetch {token} token: unexpected status from GET request to "
                f"https://{reference.domain}/token?scope={scope}: {answer}"
            )
        if known or self.hollow or reference.domain != HUB:
            return f"rpc error: code = NotFound desc = {start}{reference}: not found"
        cause = "pull access denied, repository does not exist or may require authorization: "
        return f"{start}{cause}server message: insufficient_scope: authorization failed"


_DOMAINS = frozenset({HUB, "gcr.io", "k8s.gcr.io", "registry.k8s.io", "quay.io", "ghcr.io"})


def _quote(reference: Reference) -> str:
    return f'"{reference}"'


def pull_seconds(image: Image) -> float:
    """Virtual seconds of one pull."""
    return ROUND_TRIPS + image.size / BANDWIDTH


@lru_cache(maxsize=1024)
def hollow_image(reference: Reference) -> Image:
    """An image that does nothing but what its name says."""
    from k8snb.runtime.images.hollow import Hollow

    return Hollow(reference.repository, reference.tag or reference.digest)


class ImageStore:
    """The images on one node: what `crictl images` shows. Maps each name to its image's tag in the table."""

    def __init__(self, names: dict[str, str] | None = None) -> None:
        #: normalised reference -> the reference it was loaded from
        self.names = dict(names or {})

    def has(self, text: str) -> bool:
        return str(parse_reference(text)) in self.names

    def add(self, text: str, origin: str = "") -> None:
        """Have an image under a name; `origin` is the identity (`sha256:…`) of one that was built."""
        reference = str(parse_reference(text))
        self.names[reference] = origin or reference

    def tag(self, source: str, target: str) -> None:
        """Give an image that is here another name (`docker tag`)."""
        self.names[str(parse_reference(target))] = self.names[str(parse_reference(source))]

    def remove(self, text: str) -> None:
        self.names.pop(str(parse_reference(text)), None)

    def copy(self) -> ImageStore:
        return ImageStore(self.names)


def resolve(store: ImageStore, registry: Registry, text: str) -> Image | None:
    """The image that a node starts for a reference it has, or None."""
    origin = store.names.get(str(parse_reference(text)))
    if origin is None:
        return None
    if origin.startswith("sha256:"):
        return registry.shelf.content(origin) if registry.shelf is not None else None
    reference = parse_reference(origin)
    row = IMAGES.get(reference.repository)
    if row is not None and not registry.hollow:
        return load(row, reference.tag or "latest")
    return registry.find(reference)
