"""`docker images`, `tag`, `push`, `rmi`, `history` and what else is done with images."""

from __future__ import annotations

from fnmatch import fnmatch

from k8snb.docker.command import FILTER, FORMAT, NO_TRUNC, PLAIN_FILTER, Command, Invocation, switch, text
from k8snb.docker.errors import DockerError
from k8snb.docker.image import BuiltImage, created_at, disk_size, layers_of, steps_of
from k8snb.docker.words import age, calendar, listing, shorten, size
from k8snb.kubectl.pflag import Flag
from k8snb.runtime.image import Image
from k8snb.runtime.registry import HUB, InvalidReference, parse_reference, short_name

_COLUMNS = (
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("ID", "IMAGE ID"),
    ("CreatedSince", "CREATED"),
    ("Size", "SIZE"),
)
_WITH_DIGESTS = (*_COLUMNS[:2], ("Digest", "DIGEST"), *_COLUMNS[2:])


def images(call: Invocation) -> int | None:
    docker, whole, wanted = call.docker, bool(call.flag("no-trunc")), call.args[0] if call.args else ""
    rows = [(name, image) for name, image in docker.store.rows() if not wanted or _named(name, wanted)]
    for item in call.flag("filter"):
        rows = [(name, image) for name, image in rows if _matches(call, name, image, item)]
    if call.flag("quiet"):
        ids = dict.fromkeys(image.image_id if whole else image.image_id[7:19] for _, image in rows)
        call.out("".join(f"{identity}\n" for identity in ids))
        return 0
    shown = [_row(call, name, image, whole) for name, image in rows]
    columns = _WITH_DIGESTS if call.flag("digests") else _COLUMNS
    call.out(listing(shown, columns, str(call.flag("format"))))
    return 0


def _named(name: str, wanted: str) -> bool:
    """Does a name fit what was asked for: `nginx`, `nginx:1.27`, `me/*`?"""
    if not name:
        return False
    reference = parse_reference(name)
    short = short_name(reference)
    repository, colon, tag = wanted.rpartition(":") if "/" not in wanted.rpartition(":")[2] else ("", "", "")
    if not colon:
        repository, tag = wanted, "*"
    return fnmatch(reference.tag, tag) and (fnmatch(short, repository) or fnmatch(reference.repository, repository))


def _row(call: Invocation, name: str, image: Image, whole: bool) -> dict[str, str]:
    reference = parse_reference(name) if name else None
    made = created_at(image)
    return {
        "Repository": short_name(reference) if reference else "<none>",
        "Tag": reference.tag if reference else "<none>",
        "ID": image.image_id if whole else image.image_id[7:19],
        "Digest": call.docker.state.digests.get(name, "<none>") if name else "<none>",
        "CreatedSince": f"{age(call.docker.now - made)} ago",
        "CreatedAt": calendar(made),
        "Size": size(disk_size(image)),
        "Containers": "N/A",
        "SharedSize": "N/A",
        "UniqueSize": "N/A",
        "VirtualSize": size(disk_size(image)),
    }


def _matches(call: Invocation, name: str, image: Image, item: str) -> bool:
    key, equals, value = item.partition("=")
    if not equals:
        raise DockerError(f"invalid filter '{item}'")
    if key == "dangling":
        return (not name) == (value.lower() in ("true", "1"))
    if key == "reference":
        return _named(name, value)
    if key == "label":
        label, given, wanted = value.partition("=")
        return label in image.labels and (not given or image.labels[label] == wanted)
    if key in ("before", "since"):
        other = created_at(call.docker.store.need(value))
        return created_at(image) < other if key == "before" else created_at(image) > other
    raise DockerError(f"invalid filter '{key}'")


def tag(call: Invocation) -> int | None:
    source, target = call.args
    docker = call.docker
    try:
        reference = parse_reference(target)
    except InvalidReference as error:
        call.err(f'Error parsing reference: "{target}" is not a valid repository/tag: {error}\n')
        return 1
    if reference.digest:
        raise DockerError("refusing to create a tag with a digest reference")
    image = docker.store.need(source)
    docker.store.add(image)
    docker.store.tag(image.image_id, str(reference))
    return 0


def push(call: Invocation) -> int | None:
    docker, name = call.docker, call.args[0]
    reference = docker.store.reference(name)
    quiet = bool(call.flag("quiet"))
    if call.flag("all-tags"):
        if ":" in name.rpartition("/")[2]:
            call.err("tag can't be used with --all-tags/-a\n")
            return 1
        names = [known for known in docker.state.names if known.startswith(f"{reference.repository}:")]
    else:
        if ":" not in name.rpartition("/")[2] and not quiet:
            call.out("Using default tag: latest\n")
        names = [str(reference)]
    if not quiet:
        call.out(f"The push refers to repository [{reference.repository}]\n")
    here = [known for known in docker.state.names if known.startswith(f"{reference.repository}:")]
    if not here:
        call.err(f"An image does not exist locally with the tag: {short_name(reference)}\n")
        return 1
    for known in names:
        if known not in docker.state.names:
            call.err(f"tag does not exist: {short_name(reference)}:{reference.tag}\n")
            return 1
        _push_one(call, known, quiet)
    if quiet:
        call.out(f"{reference}\n")
    return 0


def _push_one(call: Invocation, name: str, quiet: bool) -> None:
    docker = call.docker
    image = docker.store.need(name)
    write = (lambda _: None) if quiet else call.out
    layers = [layer[7:19] for layer in reversed(layers_of(image))]
    write("".join(f"{layer}: Preparing\n" for layer in layers))
    call.host.wait(0.5)
    try:
        found = docker.store.push(name, lambda port: docker.publisher(port) is not None)
    except DockerError as error:
        if not error.text.startswith(("denied", "unauthorized")):
            raise
        call.err(f"{error.text}\n")
        _explain(call, name)
        from k8snb.docker.command import Exit

        raise Exit(1) from None
    docker.stored(parse_reference(name))
    steps = {step.layer: step.size for step in steps_of(image)}
    for layer, fate in found:
        call.host.wait(steps.get(layer, 0) / 60e6 if fate == "Pushed" else 0.0)
        write(f"{layer[7:19]}: {fate}\n")
    tag_name = parse_reference(name).tag
    write(f"{tag_name}: digest: {image.digest} size: {520 + 211 * len(found)}\n")


def _explain(call: Invocation, name: str) -> None:
    """Why a push was denied: the first thing that everybody stumbles over."""
    reference = parse_reference(name)
    account = call.docker.state.accounts.get(reference.domain, "")
    domain = "" if reference.domain == HUB else reference.domain
    if not account:
        call.lab(f"nobody is logged in: {f'docker login {domain}'.rstrip()} comes before docker push")
    else:
        own = f"{f'{domain}/' if domain else ''}{account}/{reference.path.rpartition('/')[2]}"
        call.lab(
            f"you are logged in as {account}, and {short_name(reference)} is not yours: docker tag it as {own} and push that"
        )


def rmi(call: Invocation) -> int | None:
    code = 0
    for name in call.args:
        try:
            _remove(call, name)
        except DockerError as error:
            call.daemon_error(error)
            code = 1
    return code


def _remove(call: Invocation, name: str) -> None:
    docker, force = call.docker, bool(call.flag("force"))
    store = docker.store
    image = store.need(name)
    identity = image.image_id
    names = store.names_of(identity)
    users = [box for box in docker.state.boxes.values() if box.image_id == identity]
    try:
        reference = str(parse_reference(name))
    except InvalidReference:
        reference = ""
    by_id = reference not in names
    if by_id and len({parse_reference(known).repository for known in names}) > 1 and not force:
        raise DockerError(
            f"conflict: unable to delete {identity[7:19]} (must be forced) - image is referenced in multiple repositories"
        )
    goes = names if by_id else [reference]
    if len(goes) >= len(names) and users:
        box = next((box for box in users if box.container.running), users[0])
        if box.container.running:
            shown = identity[7:19] if by_id else name
            raise DockerError(
                f"conflict: unable to {'delete' if by_id else 'remove repository reference'} "
                f"{shown if by_id else repr(shown).replace(chr(39), chr(34))} (cannot be forced) - "
                + (
                    f"image is being used by running container {box.id[:12]}"
                    if by_id
                    else f"container {box.id[:12]} is using its referenced image {identity[7:19]}"
                )
            )
        if not force:
            what = f"delete {identity[7:19]}" if by_id else f'remove repository reference "{name}"'
            why = (
                f"image is being used by stopped container {box.id[:12]}"
                if by_id
                else f"container {box.id[:12]} is using its referenced image {identity[7:19]}"
            )
            raise DockerError(f"conflict: unable to {what} (must be forced) - {why}")
    _delete(call, image, goes)


def _delete(call: Invocation, image: Image, goes: list[str]) -> None:
    store, identity = call.docker.store, image.image_id
    layers = layers_of(image)
    last = not store.names_of(identity)
    for known in goes:
        reference = parse_reference(known)
        digest = call.docker.state.digests.get(known)
        last = store.untag(known)
        call.out(f"Untagged: {short_name(reference)}:{reference.tag}\n")
        if digest:
            call.out(f"Untagged: {short_name(reference)}@{digest}\n")
    if last and not any(box.image_id == identity for box in call.docker.state.boxes.values()):
        store.drop(identity)
        call.out(f"Deleted: {identity}\n")
        kept = {layer for other in store.identities() if (found := store.content(other)) for layer in layers_of(found)}
        call.out("".join(f"Deleted: {layer}\n" for layer in reversed(layers) if layer not in kept))


def history(call: Invocation) -> int | None:
    image = call.docker.store.need(call.args[0])
    whole, now = bool(call.flag("no-trunc")), call.docker.now
    steps = list(reversed(steps_of(image)))
    if call.flag("quiet"):
        call.out(f"{image.image_id if whole else image.image_id[7:19]}\n" + "<missing>\n" * (len(steps) - 1))
        return 0
    rows = []
    for index, step in enumerate(steps):
        identity = (image.image_id if whole else image.image_id[7:19]) if not index else "<missing>"
        built = (isinstance(image, BuiltImage) and "buildkit" in step.text) or not step.text.startswith(
            "/bin/sh -c #(nop)"
        )
        rows.append(
            {
                "ID": identity,
                "CreatedSince": f"{age(now - step.created)} ago",
                "CreatedAt": calendar(step.created),
                "CreatedBy": step.text if whole else shorten(step.text, 45),
                "Size": size(step.size) if call.flag("human") else str(step.size),
                "Comment": "buildkit.dockerfile.v0" if built else "",
            }
        )
    columns = (
        ("ID", "IMAGE"),
        ("CreatedSince", "CREATED"),
        ("CreatedBy", "CREATED BY"),
        ("Size", "SIZE"),
        ("Comment", "COMMENT"),
    )
    call.out(listing(rows, columns, str(call.flag("format"))))
    return 0


def prune(call: Invocation) -> int | None:
    docker = call.docker
    used = {box.image_id for box in docker.state.boxes.values()}
    chosen = [identity for identity in docker.state.dangling if identity not in used]
    if call.flag("all"):
        chosen += [
            identity for identity in docker.store.identities() if identity not in used and identity not in chosen
        ]
    freed, gone = 0, []
    for identity in chosen:
        image = docker.store.content(identity)
        if image is None:
            continue
        for name in docker.store.names_of(identity):
            reference = parse_reference(name)
            docker.store.untag(name)
            gone.append(f"untagged: {short_name(reference)}:{reference.tag}\n")
        docker.store.drop(identity)
        gone.append(f"deleted: {identity}\n")
        freed += own_size(image)
    if gone:
        call.out("Deleted Images:\n" + "".join(gone) + "\n")
    call.out(f"Total reclaimed space: {size(freed, 4)}\n")
    return 0


def own_size(image: Image) -> int:
    """Bytes that an image does not share with the one it was built from."""
    base = image.base if isinstance(image, BuiltImage) else None
    return max(disk_size(image) - (disk_size(base) if base is not None else 0), 0)


IMAGES = Command(
    "images",
    "List images",
    "images [OPTIONS] [REPOSITORY[:TAG]]",
    images,
    (
        switch("all", "Show all images (default hides intermediate images)", "a"),
        switch("digests", "Show digests"),
        FILTER,
        FORMAT,
        NO_TRUNC,
        switch("quiet", "Only show image IDs", "q"),
    ),
    0,
    1,
    spellings="docker image ls, docker image list, docker images",
    group="common",
    on_node=True,
)
TAG = Command(
    "tag",
    "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
    "tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
    tag,
    (),
    2,
    2,
    spellings="docker image tag, docker tag",
    on_node=True,
)
PUSH = Command(
    "push",
    "Upload an image to a registry",
    "push [OPTIONS] NAME[:TAG]",
    push,
    (
        switch("all-tags", "Push all tags of an image to the repository", "a"),
        text("platform", "Push a platform-specific manifest as a single-platform image to the registry."),
        switch("quiet", "Suppress verbose output", "q"),
    ),
    1,
    1,
    spellings="docker image push, docker push",
    group="common",
    on_node=True,
)
RMI = Command(
    "rmi",
    "Remove one or more images",
    "rmi [OPTIONS] IMAGE [IMAGE...]",
    rmi,
    (switch("force", "Force removal of the image", "f"), switch("no-prune", "Do not delete untagged parents")),
    1,
    spellings="docker image rm, docker image remove, docker rmi",
    on_node=True,
)
HISTORY = Command(
    "history",
    "Show the history of an image",
    "history [OPTIONS] IMAGE",
    history,
    (
        FORMAT,
        Flag("human", "bool", default=True, shorthand="H", usage="Print sizes and dates in human readable format"),
        NO_TRUNC,
        switch("quiet", "Only show image IDs", "q"),
    ),
    1,
    1,
    spellings="docker image history, docker history",
    on_node=True,
)
PRUNE = Command(
    "prune",
    "Remove unused images",
    "image prune [OPTIONS]",
    prune,
    (
        switch("all", "Remove all unused images, not just dangling ones", "a"),
        PLAIN_FILTER,
        switch("force", "Do not prompt for confirmation", "f"),
    ),
    0,
    0,
    on_node=True,
)
