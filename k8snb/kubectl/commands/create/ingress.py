"""`kubectl create ingress`: rules of the form `host/path=service:port[,tls[=secret]]`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_ingress.go`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import Generator, generator, metadata
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag

_RULE: Final = re.compile(r"[\w*.\-]*/.*=[\w\-]+:[\w\-]+(?:,tls=?(?:[\w\-]+)?)?", re.ASCII)
_BACKEND: Final = re.compile(r"[\w\-]+:[\w\-]+", re.ASCII)


def build(invocation: Invocation, name: str) -> dict[str, Any]:
    """The Ingress of the flags."""
    rules, default = invocation.flag("rule"), invocation.flag("default-backend")
    if not rules and not default:
        raise CommandError(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all "
            "traffic) or a list of rules (which catch specific paths)"
        )
    for rule in rules:
        if not _RULE.match(rule):
            raise CommandError(
                f"rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            )
    annotations: dict[str, str] = {}
    for annotation in invocation.flag("annotation"):
        key, equals, value = annotation.partition("=")
        if not equals:
            raise CommandError(f"annotation {annotation} is invalid and should be in format key=[value]")
        annotations[key] = value
    if default and not _BACKEND.fullmatch(default):
        raise CommandError("default-backend should be in format servicename:serviceport")
    return {
        "kind": "Ingress",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": metadata(invocation, name, **({"annotations": annotations} if annotations else {})),
        "spec": _spec(invocation.flag("class"), default, rules),
        "status": {"loadBalancer": {}},
    }


def _spec(ingress_class: str, default: str, rules: tuple[str, ...]) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if ingress_class:
        spec["ingressClassName"] = ingress_class
    if default:
        spec["defaultBackend"] = _backend(default)
    tls = _tls(rules)
    if tls:
        spec["tls"] = tls
    if rules:
        spec["rules"] = _rules(rules)
    return spec


def _tls(rules: tuple[str, ...]) -> list[dict[str, Any]]:
    """An entry for each secret, with the hosts that use it."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        parts = rule.split(",")
        if len(parts) != 2:
            continue
        hosts = found.setdefault(parts[1].partition("=")[2], [])
        host = rule.partition("/")[0]
        if host and host not in hosts:
            hosts.append(host)
    entries: list[dict[str, Any]] = []
    for secret, hosts in found.items():
        entry: dict[str, Any] = {}
        if hosts:
            entry["hosts"] = hosts
        if secret:
            entry["secretName"] = secret
        if entry:
            entries.append(entry)
    return entries


def _rules(rules: tuple[str, ...]) -> list[dict[str, Any]]:
    paths: dict[str, list[dict[str, Any]]] = {}
    for rule in rules:
        host, _, rest = rule.split(",")[0].partition("/")
        paths.setdefault(host, []).append(_path(rest))
    return [{**({"host": host} if host else {}), "http": {"paths": found}} for host, found in paths.items()]


def _path(text: str) -> dict[str, Any]:
    parts = text.split("=")
    path, kind = f"/{parts[0]}", "Exact"
    if path.endswith("*"):
        path, kind = path[:-1], "Prefix"
    return {"path": path, "pathType": kind, "backend": _backend(parts[1])}


def _backend(text: str) -> dict[str, Any]:
    service, _, port = text.partition(":")
    number = {"number": int(port)} if port.isascii() and port.isdigit() else {"name": port}
    return {"service": {"name": service, "port": number}}


COMMAND = generator(
    "ingress",
    "Create an ingress with the specified name",
    Generator("ingresses.networking.k8s.io", build, "failed to create ingress: "),
    use="NAME --rule=host/path=service:port[,tls[=secret]] ",
    aliases=("ing",),
    flags=(
        Flag(
            "annotation",
            "stringArray",
            usage="Annotation to insert in the ingress object, in the format annotation=value",
        ),
        Flag("class", usage="Ingress Class to be used"),
        Flag("default-backend", usage="Default service for backend, in format of svcname:port"),
        Flag(
            "rule",
            "stringArray",
            usage="Rule in format host/path=service:port[,tls=secretname]. Paths containing the leading character '*' "
            "are considered pathType=Prefix. tls argument is optional.",
        ),
    ),
    examples="""
# Everything below /shop of one host goes to one service
kubectl create ingress shop --rule="example.com/shop*=shop:80"

# Two services behind one host, encrypted with the certificate in a secret
kubectl create ingress site --rule="example.com/=web:80,tls=site-tls" --rule="example.com/api*=api:8080,tls=site-tls"

# For the controller of this class
kubectl create ingress site --class=nginx --rule="example.com/*=web:http"
""",
)
