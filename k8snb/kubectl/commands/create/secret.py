"""`kubectl create secret generic | tls | docker-registry`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_secret{,_tls,_docker}.go`.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from k8snb.api import jsontext
from k8snb.api.validation.names import config_key
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.create.configsources import encoded, entries, name_hash, source_flags
from k8snb.kubectl.commands.create.generator import DRY_RUN_USE, Generator, generator, metadata
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.pflag import Flag

_FAILURE = "failed to create secret "
_APPEND_HASH = Flag("append-hash", "bool", usage="Append a hash of the secret to its name.")
DOCKER_KEY = ".dockerconfigjson"
DOCKER_SERVER = "https://index.docker.io/v1/"


def build_generic(invocation: Invocation, name: str) -> dict[str, Any]:
    """A secret of literals and files."""
    return _secret(invocation, name, _collected(invocation), invocation.flag("type"))


def _collected(invocation: Invocation) -> dict[str, bytes]:
    data: dict[str, bytes] = {}
    for key, value in entries(invocation):
        if problems := config_key(key):
            raise CommandError(f"{quoted(key)} is not valid key name for a Secret {';'.join(problems)}")
        if key in data:
            raise CommandError(f"cannot add key {key}, another key by that name already exists")
        data[key] = value
    return data


def _secret(invocation: Invocation, name: str, data: dict[str, bytes], secret_type: str) -> dict[str, Any]:
    shown = {key: encoded(data[key]) for key in sorted(data)}
    if invocation.flag("append-hash"):
        name = f"{name}-{name_hash({'kind': 'Secret', 'type': secret_type, 'name': name, 'data': shown})}"
    obj: dict[str, Any] = {"kind": "Secret", "apiVersion": "v1", "metadata": metadata(invocation, name)}
    if shown:
        obj["data"] = shown
    if secret_type:
        obj["type"] = secret_type
    return obj


def build_tls(invocation: Invocation, name: str) -> dict[str, Any]:
    """A certificate and its key, which must belong together."""
    cert, key = invocation.flag("cert"), invocation.flag("key")
    if not cert or not key:
        raise CommandError("key and cert must be specified")
    pair = [_read(invocation, path) for path in (cert, key)]
    from k8snb.kubectl.commands.create.keypair import check_pair

    check_pair(*pair)
    return _secret(invocation, name, {"tls.crt": pair[0], "tls.key": pair[1]}, "kubernetes.io/tls")


def _read(invocation: Invocation, name: str) -> bytes:
    kept = invocation.session.files.get(name)
    if kept is not None:
        return kept.encode()
    try:
        return Path(invocation.session.cwd, name).read_bytes()
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise CommandError(f"Cannot read file {name}, open {name}: {reason}") from None


def build_docker(invocation: Invocation, name: str) -> dict[str, Any]:
    """What a kubelet needs to pull from a private registry: `.dockerconfigjson`."""
    user, password = invocation.flag("docker-username"), invocation.flag("docker-password")
    server = invocation.flag("docker-server")
    if not invocation.flag("from-file") and not (user and password and server):
        raise CommandError(
            "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required"
        )
    if invocation.flag("from-file"):
        data = _collected(invocation)
        if len(data) == 1:
            data = {DOCKER_KEY: next(iter(data.values()))}
    else:
        entry = {"username": user, "password": password}
        if invocation.flag("docker-email"):
            entry["email"] = invocation.flag("docker-email")
        entry["auth"] = base64.b64encode(f"{user}:{password}".encode()).decode()
        config = jsontext.dumps({"auths": {server: entry}}, sort_keys=False)
        data = {DOCKER_KEY: config.encode()}
    return _secret(invocation, name, data, "kubernetes.io/dockerconfigjson")


COMMAND = Command(
    "secret",
    "Create a secret using a specified subcommand",
    use="secret (docker-registry | generic | tls)",
    long="""Create a secret with specified type.

 A docker-registry type secret is for accessing a container registry.

 A generic type secret indicate an Opaque secret type.

 A tls type secret holds TLS certificate and its associated key.""",
    subcommands=(
        generator(
            "docker-registry",
            "Create a secret for use with a Docker registry",
            Generator("secrets", build_docker, _FAILURE),
            use="NAME --docker-username=user --docker-password=password --docker-email=email "
            f"[--docker-server=string] [--from-file=[key=]source] {DRY_RUN_USE}",
            flags=(
                _APPEND_HASH,
                Flag("docker-email", usage="Email for Docker registry"),
                Flag("docker-password", usage="Password for Docker registry authentication"),
                Flag("docker-server", default=DOCKER_SERVER, usage="Server location for Docker registry"),
                Flag("docker-username", usage="Username for Docker registry authentication"),
                Flag(
                    "from-file",
                    "stringSlice",
                    usage="Key files can be specified using their file path, in which case a default name of "
                    ".dockerconfigjson will be given to them, or optionally with a name and file path, in which case the "
                    "given name will be used. Specifying a directory will iterate each named file in the directory that "
                    "is a valid secret key. For this command, the key should always be .dockerconfigjson.",
                ),
            ),
            examples="""
# What a pod names in imagePullSecrets
kubectl create secret docker-registry regcred --docker-server=hub.example.com --docker-username=jane --docker-password=s3cret

# From a config file that docker login has written
kubectl create secret docker-registry regcred --from-file=.dockerconfigjson=config.json
""",
        ),
        generator(
            "generic",
            "Create a secret from a local file, directory, or literal value",
            Generator("secrets", build_generic, _FAILURE),
            use=f"NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] {DRY_RUN_USE}",
            flags=(
                *source_flags(
                    "secret",
                    "Key files can be specified using their file path, in which case a default name will be given to "
                    "them, or optionally with a name and file path, in which case the given name will be used.  "
                    "Specifying a directory will iterate each named file in the directory that is a valid secret key.",
                ),
                Flag("type", usage="The type of secret to create"),
            ),
            examples="""
# A user and a password
kubectl create secret generic login --from-literal=user=admin --from-literal=password=s3cret

# The content of a file, without a line break at its end that an editor may have added
kubectl create secret generic key --from-file=api-key.txt
""",
        ),
        generator(
            "tls",
            "Create a TLS secret",
            Generator("secrets", build_tls, _FAILURE),
            use=f"NAME --cert=path/to/cert/file --key=path/to/key/file {DRY_RUN_USE}",
            flags=(
                _APPEND_HASH,
                Flag("cert", usage="Path to PEM encoded public key certificate."),
                Flag("key", usage="Path to private key associated with given certificate."),
            ),
            examples="""
# What an Ingress names in tls.secretName
kubectl create secret tls web-tls --cert=tls.crt --key=tls.key
""",
        ),
    ),
)
