"""Where the data of config maps and secrets comes from: literals, files, folders, files of environment variables.

Source: `k8s.io/kubectl/pkg/generate` and `pkg/util/{hash,generate}`, `pkg/cmd/util/env_file.go`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from k8snb.api import jsontext
from k8snb.api.validation.names import strict_env_name
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.pflag import Flag

#: one key and its bytes
Entry = tuple[str, bytes]


def source_flags(noun: str, from_file: str) -> tuple[Flag, ...]:
    """The flags of a generator that takes data."""
    return (
        Flag("append-hash", "bool", usage=f"Append a hash of the {noun} to its name."),
        Flag(
            "from-env-file",
            "stringSlice",
            usage=f"Specify the path to a file to read lines of key=val pairs to create a {noun}.",
        ),
        Flag("from-file", "stringSlice", usage=from_file),
        Flag(
            "from-literal",
            "stringArray",
            usage=f"Specify a key and literal value to insert in {noun} (i.e. mykey=somevalue)",
        ),
    )


def entries(invocation: Invocation) -> Iterator[Entry]:
    """The data that the flags name, in the order in which upstream takes it: files, literals, environment files."""
    values = invocation.parsed.values
    env_files, literals = values.get("from-env-file", ()), values.get("from-literal", ())
    if env_files and (values["from-file"] or literals):
        raise CommandError("from-env-file cannot be combined with from-file or from-literal")
    for source in values["from-file"]:
        yield from _from_file(invocation, source)
    for source in literals:
        key, equals, value = source.partition("=")
        if not key or not equals:
            raise CommandError(f"invalid literal source {source}, expected key=value")
        yield key, value.encode()
    for source in env_files:
        yield from _from_env_file(invocation, source)


def file_source(source: str) -> tuple[str, str]:
    """(key, path) of `path` or `key=path`."""
    count = source.count("=")
    if count == 0:
        return source.rstrip("/").rpartition("/")[2] or "/", source
    if count > 1:
        raise CommandError("key names or file paths cannot contain '='")
    key, _, path = source.partition("=")
    if not key:
        raise CommandError(f"key name for file path {path} missing")
    if not path:
        raise CommandError(f"file path for key name {key} missing")
    return key, path


def _from_file(invocation: Invocation, source: str) -> Iterator[Entry]:
    key, name = file_source(source)
    kept = invocation.session.files.get(name.removeprefix("./"))
    path = Path(invocation.session.cwd, name)
    if kept is not None and not path.exists():
        yield key, kept.encode()
        return
    if not path.exists():
        raise CommandError(f"error reading {name}: no such file or directory")
    if not path.is_dir():
        yield key, path.read_bytes()
        return
    if "=" in source:
        raise CommandError("cannot give a key name for a directory path")
    for item in sorted(path.iterdir(), key=lambda item: item.name):
        if item.is_file() and not item.is_symlink():
            yield item.name, item.read_bytes()


def _from_env_file(invocation: Invocation, name: str) -> Iterator[Entry]:
    kept = invocation.session.files.get(name.removeprefix("./"))
    path = Path(invocation.session.cwd, name)
    if kept is None:
        if not path.exists():
            raise CommandError(f"error reading {name}: no such file or directory")
        if path.is_dir():
            raise CommandError("env config file cannot be a directory")
    data = kept.encode() if kept is not None else path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"env file {name} contains invalid utf8 bytes") from None
    for raw in text.splitlines():
        line = raw.lstrip()
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if problems := strict_env_name(key):
            raise CommandError(f"{quoted(key)} is not a valid key name: {';'.join(problems)}")
        yield key, (value if equals else invocation.session.env.get(key, "")).encode()


def name_hash(value: dict[str, Any]) -> str:
    """The ten letters that `--append-hash` adds: they change with the content and spell no words."""
    digest = hashlib.sha256(jsontext.dumps(value).encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
