"""What is special about Pods for Windows and for Linux nodes: options of the other system may not be set.

Reads `PodSpec` objects; `spec.os.name` decides. Follows `pkg/apis/core/validation` v1.36.
"""

import re
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from k8snb.api.validation.metadata import validate_names
from k8snb.api.validation.visit import containers_of

SYSTEMS: Final = ("linux", "windows")

_DNS: Final = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_is_dns_domain = re.compile(rf"{_DNS}(?:\.{_DNS})*").fullmatch
_is_netbios_domain = re.compile(r'[^\\/:\*\?"<>|\.][^\\/:\*\?"<>|]{0,14}').fullmatch
_has_control = re.compile(r"[\x00-\x1f\x7f]").search
_has_bad_user_char = re.compile(r'["/\\:;|=,\+\*\?<>@\[\]]').search
_is_dots_and_spaces = re.compile(r"[\. ]+").fullmatch
_DOMAIN_MAX: Final = 256
_USER_MAX: Final = 104
_CREDENTIAL_MAX_KIB: Final = 64

_LINUX_ONLY_POD: Final = (
    "securityContext.appArmorProfile",
    "securityContext.seLinuxOptions",
    "hostUsers",
    "hostPID",
    "hostIPC",
    "securityContext.seccompProfile",
    "securityContext.fsGroup",
    "securityContext.fsGroupChangePolicy",
    "securityContext.sysctls",
    "shareProcessNamespace",
    "securityContext.runAsUser",
    "securityContext.runAsGroup",
    "securityContext.supplementalGroups",
    "securityContext.supplementalGroupsPolicy",
    "securityContext.seLinuxChangePolicy",
)
_LINUX_ONLY: Final = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)


def validate_operating_system(spec: Any, path: str) -> list[FieldError]:
    """`spec.os` and what must not be set because of it; `path` is the spec's."""
    name = spec.os.name
    if not name:
        return [required(f"{path}.os.name", "cannot be empty")]
    if name not in SYSTEMS:
        return [not_supported(f"{path}.os", name, SYSTEMS)]
    return _validate_linux(spec, path) if name == "linux" else _validate_windows(spec, path)


def validate_host_process(spec: Any, path: str) -> list[FieldError]:
    """Windows containers that run on the node itself: all or none, and on the node's network."""
    options = spec.securityContext.windowsOptions if spec.securityContext is not None else None
    whole = options.hostProcess if options is not None else None
    errors: list[FieldError] = []
    count = total = 0
    for container, at in containers_of(spec, path):
        total += 1
        options = container.securityContext.windowsOptions if container.securityContext is not None else None
        own = options.hostProcess if options is not None else None
        if whole is not None and own is not None and whole != own:
            shown = "true" if whole else "false"
            detail = f"pod hostProcess value must be identical if both are specified, was {shown}"
            errors.append(invalid(f"{at}.securityContext.windowsOptions.hostProcess", own, detail))
        count += bool(whole if own is None else own)
    if count and count != total:
        detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
        errors.append(invalid(path, "", detail))
    if count and not spec.hostNetwork:
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        errors.append(invalid(f"{path}.hostNetwork", False, detail))
    return errors


def validate_windows_options(options: Any, path: str) -> list[FieldError]:
    """Credentials and user names of Windows containers."""
    if options is None:
        return []
    errors: list[FieldError] = []
    if options.gmsaCredentialSpecName is not None:
        errors += validate_names(names.dns_subdomain, options.gmsaCredentialSpecName, f"{path}.gmsaCredentialSpecName")
    credential = options.gmsaCredentialSpec
    if credential is not None:
        at = f"{path}.gmsaCredentialSpec"
        if not credential:
            errors.append(invalid(at, credential, "gmsaCredentialSpec cannot be an empty string"))
        elif len(credential.encode()) > _CREDENTIAL_MAX_KIB * 1024:
            detail = f"gmsaCredentialSpec size must be under {_CREDENTIAL_MAX_KIB} KiB"
            errors.append(invalid(at, credential, detail))
    if options.runAsUserName is not None:
        at = f"{path}.runAsUserName"
        errors += [invalid(at, options.runAsUserName, text) for text in _user_name(options.runAsUserName)]
    return errors


def _user_name(name: str) -> list[str]:
    if not name:
        return ["runAsUserName cannot be an empty string"]
    if _has_control(name):
        return ["runAsUserName cannot contain control characters"]
    if name.count("\\") > 1:
        return ["runAsUserName cannot contain more than one backslash"]
    domain, backslash, user = name.rpartition("\\")
    wrong = []
    if len(domain) >= _DOMAIN_MAX:
        wrong.append(f"runAsUserName's Domain length must be under {_DOMAIN_MAX} characters")
    if backslash and not (_is_netbios_domain(domain) or _is_dns_domain(domain)):
        wrong.append("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
    if not user:
        wrong.append("runAsUserName's User cannot be empty")
    elif len(user) > _USER_MAX:
        wrong.append(f"runAsUserName's User length must not be longer than {_USER_MAX} characters")
    if _is_dots_and_spaces(user):
        wrong.append("runAsUserName's User cannot contain only periods or spaces")
    if _has_bad_user_char(user):
        wrong.append("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")
    return wrong


def _validate_linux(spec: Any, path: str) -> list[FieldError]:
    detail = "windows options cannot be set for a linux pod"
    places = [(spec, path), *containers_of(spec, path)]
    return [
        forbidden(f"{at}.securityContext.windowsOptions", detail)
        for each, at in places
        if each.securityContext is not None and each.securityContext.windowsOptions is not None
    ]


def _validate_windows(spec: Any, path: str) -> list[FieldError]:
    detail = "cannot be set for a windows pod"
    errors: list[FieldError] = []
    for name in _LINUX_ONLY_POD:
        holder, _, field = name.rpartition(".")
        place = spec.securityContext if holder else spec
        value = getattr(place, field) if place is not None else None
        if value is not None and value is not False and value != ():
            errors.append(forbidden(f"{path}.{name}", detail))
    for container, at in containers_of(spec, path):
        context = container.securityContext
        if context is not None:
            errors += [
                forbidden(f"{at}.securityContext.{name}", detail)
                for name in _LINUX_ONLY
                if getattr(context, name) is not None
            ]
    return errors
