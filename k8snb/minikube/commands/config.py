"""`minikube config`: persistent settings. They are kept and shown; the lab's machines heed none of them."""

from __future__ import annotations

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


def _known(call: Invocation, name: str) -> str:
    if name not in PROPERTIES:
        raise call.fail("MK_CONFIG_SET", f'Set failed: property name "{name}" not found')
    return name


def set_value(call: Invocation) -> int:
    if len(call.args) != 2:
        raise call.fail("MK_USAGE", f"too {'few' if len(call.args) < 2 else 'many'} arguments ({len(call.args)}).\n"
                        "usage: minikube config set PROPERTY_NAME PROPERTY_VALUE")  # fmt: skip
    name, value = call.args
    call.host.config[_known(call, name)] = value
    call.warn("These changes will take effect upon a minikube delete and then a minikube start")
    return 0


def get_value(call: Invocation) -> int:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", "usage: minikube config get PROPERTY_NAME")
    found = call.host.config.get(call.args[0])
    if found is None:
        raise call.fail("MK_CONFIG_SET", "specified key could not be found in config")
    call.out(f"{found}\n")
    return 0


def unset_value(call: Invocation) -> int:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", "usage: minikube config unset PROPERTY_NAME")
    call.host.config.pop(_known(call, call.args[0]), None)
    return 0


def view(call: Invocation) -> int:
    for name, value in sorted(call.host.config.items()):
        call.out(f"- {name}: {value}\n")
    return 0


def defaults(call: Invocation) -> int:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", "usage: minikube config defaults PROPERTY_NAME")
    call.out(f"* {PROPERTIES[_known(call, call.args[0])]}\n")
    return 0


CONFIG = Command(
    "config",
    "Modify persistent configuration values",
    "Configuration and Management Commands",
    subcommands=(
        Command("defaults", "Lists all valid default values for PROPERTY_NAME", run=defaults),
        Command("get", "Gets the value of PROPERTY_NAME from the minikube config file", run=get_value),
        Command("set", "Sets an individual value in a minikube config file", run=set_value),
        Command("unset", "unsets an individual value in a minikube config file", run=unset_value),
        Command("view", "Display values currently set in the minikube config file", run=view),
    ),
)
