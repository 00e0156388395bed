"""`kubectl config set-cluster`, `set-credentials`, `set-context`, `use-context`, `rename-context`, `delete-…`.

Source: kubectl `pkg/cmd/config/{create_cluster,create_authinfo,create_context,use_context,rename_context,delete_*}.go`.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.config.document import Document, Json, with_help, wrong_arguments
from k8snb.kubectl.errors import CommandError, UsageError, quoted
from k8snb.kubectl.pflag import Flag

#: flag -> field of a plugin
_PLUGIN = {
    "exec-command": "command",
    "exec-api-version": "apiVersion",
    "exec-interactive-mode": "interactiveMode",
    "exec-provide-cluster-info": "provideClusterInfo",
}


def _name(invocation: Invocation) -> str:
    if len(invocation.args) != 1:
        raise wrong_arguments(invocation)
    if not invocation.args[0]:
        raise CommandError("you must specify a non-empty name")
    return invocation.args[0]


def _embedded(invocation: Invocation, flag: str) -> str:
    """The content of the file that a flag names, in base64. CommandError if it cannot be read."""
    name = str(invocation.flag(flag))
    path = Path(invocation.session.cwd, name)
    if not path.exists():
        raise CommandError(f"could not stat {flag} file {name}: stat {name}: no such file or directory")
    return base64.b64encode(path.read_bytes()).decode()


def _file(invocation: Invocation, entry: Json, flag: str) -> None:
    """Take a file over into an entry: its path, or with --embed-certs what is in it."""
    data = f"{flag}-data"
    name = str(invocation.flag(flag))
    if name and invocation.flag("embed-certs"):
        entry[data] = _embedded(invocation, flag)
        entry.pop(flag, None)
    else:
        entry[flag] = name
        if name:
            entry.pop(data, None)


# -- clusters ---------------------------------------------------------------------------------------------------------------


def set_cluster(invocation: Invocation) -> None:
    """Add a cluster or change one."""
    name, flags = _name(invocation), invocation.parsed
    if flags["insecure-skip-tls-verify"] and flags["certificate-authority"]:
        raise CommandError("you cannot specify a certificate authority and insecure mode at the same time")
    if flags["embed-certs"] and not flags["certificate-authority"]:
        raise CommandError("you must specify a --certificate-authority to embed")
    document = Document(invocation)
    entry = document.sections["clusters"].setdefault(name, {})
    for flag in ("server", "tls-server-name", "proxy-url"):
        if invocation.changed(flag):
            entry[flag] = flags[flag]
    if invocation.changed("insecure-skip-tls-verify"):
        entry["insecure-skip-tls-verify"] = flags["insecure-skip-tls-verify"]
        if entry["insecure-skip-tls-verify"]:
            entry.pop("certificate-authority", None)
            entry.pop("certificate-authority-data", None)
    if invocation.changed("certificate-authority"):
        _file(invocation, entry, "certificate-authority")
        entry.pop("insecure-skip-tls-verify", None)
    document.save()
    invocation.line(f"Cluster {quoted(name)} set.")


# -- users ------------------------------------------------------------------------------------------------------------------


def set_credentials(invocation: Invocation) -> None:
    """Add a user or change one."""
    name, flags = _name(invocation), invocation.parsed
    methods = [
        text for text, given in (("--token", flags["token"]), ("--username/--password", _basic(invocation))) if given
    ]
    if len(methods) > 1:
        raise CommandError(
            f"you cannot specify more than one authentication method at the same time: {', '.join(methods)}"
        )
    if flags["embed-certs"] and not flags["client-certificate"] and not flags["client-key"]:
        raise CommandError("you must specify a --client-certificate or --client-key to embed")
    if flags["exec-interactive-mode"] not in ("", "IfAvailable", "Never", "Always"):
        raise CommandError("invalid interactive mode type, can be only IfAvailable, Never, Always")
    document = Document(invocation)
    entry = document.sections["users"].setdefault(name, {})
    for flag in ("client-certificate", "client-key"):
        if invocation.changed(flag):
            _file(invocation, entry, flag)
    if invocation.changed("token"):
        entry["token"] = flags["token"]
        if flags["token"]:
            entry.pop("username", None)
            entry.pop("password", None)
    for flag in ("username", "password"):
        if invocation.changed(flag):
            entry[flag] = flags[flag]
            if flags[flag]:
                entry.pop("token", None)
    _auth_provider(invocation, entry)
    _exec(invocation, entry)
    document.save()
    invocation.line(f"User {quoted(name)} set.")


def _basic(invocation: Invocation) -> bool:
    return bool(invocation.flag("username") or invocation.flag("password"))


def _auth_provider(invocation: Invocation, entry: Json) -> None:
    if not invocation.changed("auth-provider") and not (
        invocation.changed("auth-provider-arg") and "auth-provider" in entry
    ):
        return
    provider = dict(entry.get("auth-provider") or {})
    if invocation.changed("auth-provider"):
        provider = {"config": {}, "name": invocation.flag("auth-provider")}
    provider["config"] = _pairs(invocation, "auth-provider-arg", provider.get("config") or {})
    entry["auth-provider"] = provider


def _exec(invocation: Invocation, entry: Json) -> None:
    """Change the plugin of a user; one that has none gets one by its command."""
    if not entry.get("exec") and not invocation.flag("exec-command"):
        return
    plugin: dict[str, Any] = entry.setdefault("exec", {})
    for flag, field in _PLUGIN.items():
        if invocation.changed(flag):
            plugin[field] = invocation.flag(flag)
    if invocation.changed("exec-arg"):
        plugin["args"] = list(invocation.flag("exec-arg"))
    if invocation.changed("exec-env"):
        known = {one["name"]: one["value"] for one in plugin.get("env") or []}
        values = _pairs(invocation, "exec-env", known)
        plugin["env"] = [{"name": name, "value": value} for name, value in values.items()]


def _pairs(invocation: Invocation, flag: str, known: dict[str, str]) -> dict[str, str]:
    """The values of a map after a flag: `key=value` sets one, `key-` removes it, whatever is set besides."""
    given, known = invocation.flag(flag), dict(known)
    changed, gone = dict[str, str](), set[str]()
    for text in given:
        key, equals, value = text.partition("=")
        if equals:
            changed[key] = value
        elif text.endswith("-"):
            gone.add(text[:-1])
        else:
            raise with_help(invocation, f"invalid {flag} format: {text}")
    for key in gone:
        known.pop(key, None)
    return {**known, **changed}


# -- contexts ---------------------------------------------------------------------------------------------------------------


def set_context(invocation: Invocation) -> None:
    """Add a context or change one."""
    args, current = invocation.args, invocation.flag("current")
    if len(args) > 1:
        raise wrong_arguments(invocation)
    if not args and not current:
        raise CommandError("you must specify a non-empty context name or --current")
    if args and current:
        raise CommandError("you cannot specify both a context name and --current")
    document = Document(invocation)
    name = document.current if current else args[0]
    if not name:
        raise CommandError("no current context is set")
    contexts = document.sections["contexts"]
    known = name in contexts
    entry = contexts.setdefault(name, {})
    for flag in ("cluster", "user", "namespace"):
        if invocation.changed(flag):
            entry[flag] = invocation.flag(flag)
    document.save()
    invocation.line(f"Context {quoted(name)} {'modified' if known else 'created'}.")


def use_context(invocation: Invocation) -> None:
    """Make a context the current one."""
    name = _name(invocation)
    document = Document(invocation)
    if name not in document.sections["contexts"]:
        raise CommandError(f"no context exists with the name: {quoted(name)}")
    document.current = name
    document.save()
    invocation.line(f"Switched to context {quoted(name)}.")


def rename_context(invocation: Invocation) -> None:
    """Give a context another name."""
    if len(invocation.args) != 2:
        raise wrong_arguments(invocation)
    old, new = invocation.args
    document = Document(invocation)
    contexts = document.sections["contexts"]
    if old not in contexts:
        raise CommandError(f"cannot rename the context {quoted(old)}, it's not in {document.path}")
    if new in contexts:
        raise CommandError(
            f"cannot rename the context {quoted(old)}, the context {quoted(new)} already exists in {document.path}"
        )
    contexts[new] = contexts.pop(old)
    if document.current == old:
        document.current = new
    document.save()
    invocation.line(f"Context {quoted(old)} renamed to {quoted(new)}.")


def _delete(invocation: Invocation, section: str, noun: str) -> None:
    if len(invocation.args) != 1 and noun == "user":
        raise UsageError("user to delete is required")
    if len(invocation.args) != 1:
        from k8snb.kubectl.help import command_help

        invocation.out(command_help(invocation.command, invocation.path))
        return
    name = invocation.args[0]
    document = Document(invocation)
    if name not in document.sections[section]:
        raise CommandError(f"cannot delete {noun} {name}, not in {document.path}")
    if section == "contexts" and name == document.current:
        invocation.error_line(
            'warning: this removed your active context, use "kubectl config use-context" to select a different one'
        )
    del document.sections[section][name]
    document.save()
    invocation.line(f"deleted {noun} {name} from {document.path}")


# -- the commands -------------------------------------------------------------------------------------------------------------

_EMBED = "embed-certs"
#: ends a line of blanks, which help has around indented text
_BLANK = ""
COMMANDS = (
    Command(
        "set-cluster",
        "Set a cluster entry in kubeconfig",
        use="set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] "
        "[--insecure-skip-tls-verify=true] [--tls-server-name=example.com]",
        long="""Set a cluster entry in kubeconfig.

 Specifying a name that already exists will merge new fields on top of existing values for those fields.""",
        examples="""# Set only the server of the cluster lab and leave its other values alone
kubectl config set-cluster lab --server=https://1.2.3.4

# Keep the certificate of the authority in the kubeconfig itself
kubectl config set-cluster lab --embed-certs --certificate-authority=~/.kube/lab/ca.crt

# Do not check the server's certificate
kubectl config set-cluster lab --insecure-skip-tls-verify=true""",
        flags=(
            Flag(
                "certificate-authority",
                usage="Path to certificate-authority file for the cluster entry in kubeconfig",
            ),
            Flag(_EMBED, "bool", usage="embed-certs for the cluster entry in kubeconfig"),
            Flag(
                "insecure-skip-tls-verify",
                "bool",
                usage="insecure-skip-tls-verify for the cluster entry in kubeconfig",
            ),
            Flag("proxy-url", usage="proxy-url for the cluster entry in kubeconfig"),
            Flag("server", usage="server for the cluster entry in kubeconfig"),
            Flag("tls-server-name", usage="tls-server-name for the cluster entry in kubeconfig"),
        ),
        run=set_cluster,
    ),
    Command(
        "set-context",
        "Set a context entry in kubeconfig",
        use="set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]",
        long="""Set a context entry in kubeconfig.

 Specifying a name that already exists will merge new fields on top of existing values for those fields.""",
        examples="""# Set the user of the context lab and leave its other values alone
kubectl config set-context lab --user=cluster-admin

# Work in the namespace team-a from now on
kubectl config set-context --current --namespace=team-a""",
        flags=(
            Flag("cluster", usage="cluster for the context entry in kubeconfig"),
            Flag("current", "bool", usage="Modify the current context"),
            Flag("namespace", usage="namespace for the context entry in kubeconfig"),
            Flag("user", usage="user for the context entry in kubeconfig"),
        ),
        run=set_context,
    ),
    Command(
        "set-credentials",
        "Set a user entry in kubeconfig",
        use="set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] "
        "[--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] "
        "[--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] "
        "[--exec-arg=arg] [--exec-env=key=value]",
        long=f"""Set a user entry in kubeconfig.

 Specifying a name that already exists will merge new fields on top of existing values.

        Client-certificate flags:
        --client-certificate=certfile --client-key=keyfile
        {_BLANK}
        Bearer token flags:
        --token=bearer_token
        {_BLANK}
        Basic auth flags:
        --username=basic_user --password=basic_password
        {_BLANK}
 Bearer token and basic auth are mutually exclusive.""",
        examples="""# Set only the client key of the user jane and leave her other values alone
kubectl config set-credentials jane --client-key=~/.kube/jane.key

# Let the user jane sign in with a token
kubectl config set-credentials jane --token=abc123

# Keep the client certificate of the user jane in the kubeconfig itself
kubectl config set-credentials jane --client-certificate=~/.kube/jane.crt --embed-certs=true

# Let a program tell who the user jane is
kubectl config set-credentials jane --exec-command=/usr/bin/login --exec-api-version=client.authentication.k8s.io/v1""",
        flags=(
            Flag("auth-provider", usage="Auth provider for the user entry in kubeconfig"),
            Flag("auth-provider-arg", "stringSlice", usage="'key=value' arguments for the auth provider"),
            Flag("client-certificate", usage="Path to client-certificate file for the user entry in kubeconfig"),
            Flag("client-key", usage="Path to client-key file for the user entry in kubeconfig"),
            Flag(_EMBED, "bool", usage="Embed client cert/key for the user entry in kubeconfig"),
            Flag(
                "exec-api-version",
                usage="API version of the exec credential plugin for the user entry in kubeconfig",
            ),
            Flag(
                "exec-arg",
                "stringArray",
                usage="New arguments for the exec credential plugin command for the user entry in kubeconfig",
            ),
            Flag("exec-command", usage="Command for the exec credential plugin for the user entry in kubeconfig"),
            Flag("exec-env", "stringArray", usage="'key=value' environment values for the exec credential plugin"),
            Flag(
                "exec-interactive-mode",
                usage="InteractiveMode of the exec credentials plugin for the user entry in kubeconfig",
            ),
            Flag(
                "exec-provide-cluster-info",
                "bool",
                usage="ProvideClusterInfo of the exec credentials plugin for the user entry in kubeconfig",
            ),
            Flag("password", usage="password for the user entry in kubeconfig"),
            Flag("token", usage="token for the user entry in kubeconfig"),
            Flag("username", usage="username for the user entry in kubeconfig"),
        ),
        run=set_credentials,
    ),
    Command(
        "use-context",
        "Set the current-context in a kubeconfig file",
        use="use-context CONTEXT_NAME",
        long="Set the current-context in a kubeconfig file.",
        examples="# Use the context for the minikube cluster\nkubectl config use-context minikube",
        aliases=("use",),
        run=use_context,
    ),
    Command(
        "rename-context",
        "Rename a context from the kubeconfig file",
        use="rename-context CONTEXT_NAME NEW_NAME",
        long="""Renames a context from the kubeconfig file.

 CONTEXT_NAME is the context name that you want to change.

 NEW_NAME is the new name you want to set.

 Note: If the context being renamed is the 'current-context', this field will also be updated.""",
        examples="# Rename the context 'old' to 'new' in your kubeconfig file\nkubectl config rename-context old new",
        run=rename_context,
    ),
    Command(
        "delete-cluster",
        "Delete the specified cluster from the kubeconfig",
        use="delete-cluster NAME",
        long="Delete the specified cluster from the kubeconfig.",
        examples="# Delete the minikube cluster\nkubectl config delete-cluster minikube",
        run=lambda invocation: _delete(invocation, "clusters", "cluster"),
    ),
    Command(
        "delete-context",
        "Delete the specified context from the kubeconfig",
        use="delete-context NAME",
        long="Delete the specified context from the kubeconfig.",
        examples="# Delete the context for the minikube cluster\nkubectl config delete-context minikube",
        run=lambda invocation: _delete(invocation, "contexts", "context"),
    ),
    Command(
        "delete-user",
        "Delete the specified user from the kubeconfig",
        use="delete-user NAME",
        long="Delete the specified user from the kubeconfig.",
        examples="# Delete the minikube user\nkubectl config delete-user minikube",
        run=lambda invocation: _delete(invocation, "users", "user"),
    ),
)
