"""`minikube config`: settings that outlive the cluster. `minikube start` takes them where no flag is given."""

from __future__ import annotations

from collections.abc import Mapping

from k8snb.minikube.command import Command, Invocation

#: settings that minikube knows, with their defaults
PROPERTIES = {
    "driver": "docker",
    "vm-driver": "docker",
    "container-runtime": "containerd",
    "cpus": "2",
    "memory": "3072",
    "disk-size": "20000",
    "kubernetes-version": "stable",
    "profile": "minikube",
    "WantUpdateNotification": "true",
    "WantNoneDriverWarning": "true",
    "rootless": "false",
}
#: what a cluster is made from, and cannot be changed of one that there is
_AT_START = (
    "driver",
    "vm-driver",
    "container-runtime",
    "cpus",
    "memory",
    "disk-size",
    "kubernetes-version",
    "rootless",
)


def set_value(call: Invocation) -> int:
    if len(call.args) != 2:
        amount = "not enough" if len(call.args) < 2 else "too many"
        raise call.fail("MK_USAGE", f"{amount} arguments ({len(call.args)}).\n"
                        "usage: minikube config set PROPERTY_NAME PROPERTY_VALUE")  # fmt: skip
    name, value = call.args
    if name not in PROPERTIES:
        where = f'find settings for "{name}" value of "{value}"'
        raise call.fail("MK_CONFIG_SET", f'Set failed: {where}: property name "{name}" not found')
    call.host.config[name] = value
    if name in _AT_START:
        call.warn("These changes will take effect upon a minikube delete and then a minikube start")
    return 0


def get_value(call: Invocation) -> int:
    return _show(call, "get", call.host.config, "specified key could not be found in config")


def _show(call: Invocation, verb: str, values: Mapping[str, str], missing: str, form: str = "{}") -> int:
    """Print the value of the one property that is named; what is wrong is said in cobra's way."""
    usage, count = f"usage: minikube config {verb} PROPERTY_NAME", len(call.args)
    if count == 1 and call.args[0] in values:
        call.out(form.format(values[call.args[0]]) + "\n")
        return 0
    amount = f"not enough arguments.\n{usage}" if not count else f"too many arguments ({count})\n{usage}"
    call.err(f"Error: {missing if count == 1 else amount}\n")
    return 14


def unset_value(call: Invocation) -> int:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", "usage: minikube config unset PROPERTY_NAME")
    if call.args[0] not in PROPERTIES:
        raise call.fail("MK_CONFIG_UNSET", f'Unset failed: property name "{call.args[0]}" not found')
    call.host.config.pop(call.args[0], None)
    return 0


def view(call: Invocation) -> int:
    for name, value in sorted(call.host.config.items()):
        call.out(f"- {name}: {value}\n")
    return 0


def defaults(call: Invocation) -> int:
    return _show(call, "defaults", PROPERTIES, f"invalid property name: {''.join(call.args)}", "* {}")


CONFIG = Command(
    "config",
    "Modify persistent configuration values",
    "Configuration and Management Commands",
    long='config modifies minikube config files using subcommands like "minikube config set driver kvm2"\n'
    "Configurable fields: \n\n" + "\n".join(f" * {name}" for name in PROPERTIES),
    subcommands=(
        Command("defaults", "Lists all valid default values for PROPERTY_NAME", run=defaults),
        Command("get", "Gets the value of PROPERTY_NAME from the minikube config file", run=get_value),
        Command("set", "Sets an individual value in a minikube config file", run=set_value),
        Command("unset", "unsets an individual value in a minikube config file", run=unset_value),
        Command("view", "Display values currently set in the minikube config file", run=view),
    ),
)
