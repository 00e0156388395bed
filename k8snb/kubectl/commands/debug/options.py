"""What `kubectl debug` was asked for, read from its flags and checked.

Source: kubectl `pkg/cmd/debug/debug.go` (Complete, Validate).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from k8snb.api import yaml
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.debug import profiles
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.imagename import is_image_name
from k8snb.sim.rng import SUFFIX_ALPHABET

Json = dict[str, Any]
_PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
_FIXED = ("name", "command", "image", "lifecycle", "volumeDevices")
_LEGACY = (
    "--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, "
    'for example "--profile=general".'
)


@dataclass(frozen=True)
class Options:
    """The targets, the command for the new container, and the flags that need reading."""

    invocation: Invocation
    targets: tuple[str, ...]
    words: tuple[str, ...]
    environment: tuple[Json, ...]
    images: dict[str, str]
    custom: Json | None

    @property
    def attach(self) -> bool:
        flag = self.invocation.flag
        return bool(flag("attach") or (flag("stdin") and not self.invocation.changed("attach")))

    def flag(self, name: str) -> Any:
        return self.invocation.flag(name)

    def say(self, text: str) -> None:
        """A line of information, unless --quiet."""
        if not self.flag("quiet"):
            self.invocation.line(text)

    def shape(self, pod: Json, name: str, style: profiles.Style) -> None:
        """Apply the profile."""
        keeps = frozenset(
            flag for flag in self.invocation.parsed.values if flag.startswith("keep-") and self.flag(flag)
        )
        profiles.apply(self.flag("profile"), pod, name, style, profiles.Keeps(keeps))

    def suffix(self, *about: str) -> str:
        """The random end of a name. It follows from what it is for and from the time, so that a run can be repeated."""
        digest = hashlib.sha256(" ".join([*about, str(self.invocation.client.now())]).encode()).digest()
        return "".join(SUFFIX_ALPHABET[byte % len(SUFFIX_ALPHABET)] for byte in digest[:5])


def read(invocation: Invocation) -> Options:
    """The options of a command line. CommandError for what does not go together."""
    flag, dash = invocation.flag, invocation.parsed.dash
    targets, words = invocation.args, list[str]()
    if dash is not None and len(targets) > dash:
        targets, words = targets[:dash], targets[dash:]
    environment = _pairs(flag("env"), "env")
    images = _pairs(flag("set-image"), "set-image")
    profiles.check(flag("profile"))
    custom = _custom(invocation, flag("custom")) if flag("custom") else None
    options = Options(
        invocation,
        tuple(targets),
        tuple(words),
        tuple({"name": name, "value": environment[name]} for name in sorted(environment)),
        images,
        custom,
    )
    _check_flags(options)
    _check_values(options)
    if flag("profile") == "legacy":
        invocation.error_line(_LEGACY)
    return options


def _pairs(given: Sequence[str], flag: str) -> dict[str, str]:
    """`--env=A=1,B=2`"""
    found = {}
    for text in given:
        for part in [text] if text.count("=") == 1 else text.split(","):
            name, equals, value = part.partition("=")
            if not equals:
                problem = f"{part} must be formatted as key=value"
                raise CommandError(
                    f"invalid argument {quoted(text)} for {quoted(f'--{flag}')} flag: {problem}\n"
                    "See 'kubectl debug --help' for usage."
                )
            found[name] = value
    return found


def _custom(invocation: Invocation, name: str) -> Json:
    """A piece of a container's spec from a file."""
    kept = invocation.session.files.get(name)
    try:
        text = kept if kept is not None else Path(invocation.session.cwd, name).read_text(encoding="utf-8")
        value = yaml.load(text)
    except OSError as error:
        problem = f"open {name}: {(error.strerror or str(error)).lower()}"
        raise CommandError(f"must pass a container spec json file for custom profile: {problem}") from None
    except yaml.YAMLError as error:
        raise CommandError(f"{name} does not contain a valid container spec: {error}") from None
    if not isinstance(value, dict):
        kind = "array" if isinstance(value, list) else "string" if isinstance(value, str) else "value"
        raise CommandError(
            f"{name} does not contain a valid container spec: error unmarshaling JSON: while decoding JSON: json: cannot "
            f"unmarshal {kind} into Go value of type v1.Container"
        )
    return value


def _check_flags(options: Options) -> None:
    flag = options.flag
    if flag("attach") and not flag("image") and not flag("container"):
        raise CommandError("you must specify --container or create a new container using --image in order to attach.")
    if flag("copy-to"):
        if not flag("image") and not options.images and not options.words:
            raise CommandError("you must specify --image, --set-image or command arguments.")
        if options.words and not flag("container") and not flag("image"):
            raise CommandError("you must specify an existing container or a new image when specifying args.")
        return
    for name in ("replace", "same-node", "set-image"):
        if flag(name):
            raise CommandError(f"--{name} may only be used with --copy-to.")
    if not flag("image"):
        raise CommandError("you must specify --image when not using --copy-to.")


def _check_values(options: Options) -> None:
    flag = options.flag
    if flag("image") and not is_image_name(flag("image")):
        raise CommandError(f"invalid image name {quoted(flag('image'))}: invalid reference format")
    if not options.targets and not flag("filename"):
        raise CommandError("NAME or filename is required for debug")
    if flag("image-pull-policy") not in _PULL_POLICIES:
        raise CommandError(f"invalid image pull policy: {flag('image-pull-policy')}")
    for name, image in options.images.items():
        if not is_image_name(image):
            raise CommandError(
                f"invalid image name {quoted(image)} for container {quoted(name)}: invalid reference format"
            )
    if flag("target"):
        if flag("copy-to"):
            raise CommandError("--target is incompatible with --copy-to. Use --share-processes instead.")
        options.say(
            f"Targeting container {quoted(flag('target'))}. If you don't see processes from this container it may be because "
            "the container runtime doesn't support this feature."
        )
    if flag("tty") and not flag("stdin"):
        raise CommandError("-i/--stdin is required for containers with -t/--tty=true")
    if options.custom is not None and any(options.custom.get(name) for name in _FIXED):
        raise CommandError("name, command, image, lifecycle and volume devices are not modifiable via custom profile")
