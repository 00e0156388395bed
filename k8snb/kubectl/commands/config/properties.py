"""`kubectl config set` and `unset`: one value by its path (`contexts.lab.namespace`).

Source: kubectl `pkg/cmd/config/{set,unset,navigation_step_parser}.go`.
"""

from __future__ import annotations

import base64
import binascii

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.config.document import SECTIONS, Document, Json, wrong_arguments
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.flagvalues import ValueRefusedError, parse_bool
from k8snb.kubectl.pflag import Flag

_SWITCHES = ("insecure-skip-tls-verify", "disable-compression")


def set_property(invocation: Invocation) -> None:
    """Give a property a value."""
    if len(invocation.args) != 2:
        raise wrong_arguments(invocation)
    path, value = invocation.args
    document = Document(invocation)
    if path == "current-context":
        document.current = value
    else:
        section, name, field = _steps(path)
        if not field:
            names = " ".join(f"{one}:0x0" for one in sorted(document.sections[section]))
            raise CommandError(f"can't set a map to a value: map[{names}]")
        entry = document.sections[section].setdefault(name, {})
        entry[field] = _value(invocation, field, value)
    document.save()
    invocation.line(f'Property "{path}" set.')


def unset_property(invocation: Invocation) -> None:
    """Take a property away."""
    if len(invocation.args) != 1:
        raise wrong_arguments(invocation)
    path = invocation.args[0]
    document = Document(invocation)
    if path == "current-context":
        document.current = ""
    elif path in SECTIONS:
        document.sections[path] = {}
    else:
        section, name, field = _steps(path)
        entries: dict[str, Json] = document.sections[section]
        if name not in entries:
            raise CommandError(f"current map key `{name}` is invalid")
        if field:
            entries[name].pop(field, None)
        else:
            del entries[name]
    document.save()
    invocation.line(f'Property "{path}" unset.')


def _steps(path: str) -> tuple[str, str, str]:
    """(section, name, field): a name may hold dots, the field is the last part that is known."""
    section, _, rest = path.partition(".")
    if section not in SECTIONS:
        raise CommandError(f"unable to parse {path} after [] at api.Config")
    name, _, field = rest.rpartition(".")
    if not name or field not in SECTIONS[section][1]:
        return section, rest, ""
    return section, name, field


def _value(invocation: Invocation, field: str, text: str) -> str | bool:
    if field in _SWITCHES:
        try:
            return parse_bool(text)
        except ValueRefusedError as error:
            raise CommandError(str(error)) from None
    if not field.endswith("-data"):
        return text
    if invocation.flag("set-raw-bytes"):
        return base64.b64encode(text.encode()).decode()
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        good = next((at for at, char in enumerate(text) if not (char.isalnum() or char in "+/=")), len(text) // 4 * 4)
        raise CommandError(f"error decoding input value: illegal base64 data at input byte {good}") from None
    return text


COMMANDS = (
    Command(
        "set",
        "Set an individual value in a kubeconfig file",
        use="set PROPERTY_NAME PROPERTY_VALUE",
        long="""Set an individual value in a kubeconfig file.

 PROPERTY_NAME is a dot delimited name where each token represents either an attribute name or a map key.  Map keys may not \
contain dots.

 PROPERTY_VALUE is the new value you want to set. Binary fields such as 'certificate-authority-data' expect a base64 encoded \
string unless the --set-raw-bytes flag is used.

 Specifying an attribute name that already exists will merge new fields on top of existing values.""",
        examples="""# Set the server of the cluster lab
kubectl config set clusters.lab.server https://1.2.3.4

# Set the cluster of the context lab
kubectl config set contexts.lab.cluster lab""",
        flags=(
            Flag(
                "set-raw-bytes",
                "bool",
                no_opt_default="true",
                usage="When writing a []byte PROPERTY_VALUE, write the given string directly without base64 decoding.",
            ),
        ),
        run=set_property,
    ),
    Command(
        "unset",
        "Unset an individual value in a kubeconfig file",
        use="unset PROPERTY_NAME",
        long="""Unset an individual value in a kubeconfig file.

 PROPERTY_NAME is a dot delimited name where each token represents either an attribute name or a map key.  Map keys may not \
contain dots.""",
        examples="""# Unset the current-context
kubectl config unset current-context

# Unset the namespace of the context lab
kubectl config unset contexts.lab.namespace""",
        run=unset_property,
    ),
)
