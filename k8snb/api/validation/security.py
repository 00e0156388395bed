"""Security contexts of Pods and containers: identities, seccomp, AppArmor, sysctls, Windows options.

Reads `PodSpec` and `SecurityContext` objects. Privileged containers are allowed, as kubeadm and minikube allow them.
Follows `pkg/apis/core/validation` v1.36.
"""

import re
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    GoStruct,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
    too_long,
)
from k8snb.api.validation.path import validate_local_descending_path
from k8snb.api.validation.visit import containers_of
from k8snb.api.validation.windows import validate_windows_options

_PROFILE_TYPES: Final = ("Localhost", "RuntimeDefault", "Unconfined")
_PROC_MOUNTS: Final = ("Default", "Unmasked")
_PATH_MAX: Final = 4095
_SYSCTL_SEGMENT: Final = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL: Final = rf"({_SYSCTL_SEGMENT}[\./])*{_SYSCTL_SEGMENT}"
_SYSCTL_MAX: Final = 253
_is_sysctl = re.compile(_SYSCTL).fullmatch
_IPC_SYSCTLS: Final = ("kernel.shm", "kernel.msg", "fs.mqueue.")


def validate_pod_security_context(spec: Any, path: str) -> list[FieldError]:
    """`spec.securityContext` of a Pod, `path` its own."""
    context = spec.securityContext
    if context is None or not context.__dict__:
        return []
    errors = _validate_id(context.fsGroup, f"{path}.fsGroup")
    errors += _validate_id(context.runAsUser, f"{path}.runAsUser")
    errors += _validate_id(context.runAsGroup, f"{path}.runAsGroup")
    for i, group in enumerate(context.supplementalGroups):
        errors += _validate_id(group, f"{path}.supplementalGroups[{i}]")
    if spec.shareProcessNamespace and spec.hostPID:
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        errors.append(invalid(f"{path}.shareProcessNamespace", True, detail))
    if context.sysctls:
        errors += _validate_sysctls(spec, f"{path}.sysctls")
    errors += _one_of(context.fsGroupChangePolicy, ("Always", "OnRootMismatch"), f"{path}.fsGroupChangePolicy")
    errors += _validate_seccomp(context.seccompProfile, f"{path}.seccompProfile")
    errors += validate_windows_options(context.windowsOptions, f"{path}.windowsOptions")
    errors += _validate_app_armor(context.appArmorProfile, f"{path}.appArmorProfile")
    errors += _one_of(context.supplementalGroupsPolicy, ("Merge", "Strict"), f"{path}.supplementalGroupsPolicy")
    return errors + _one_of(context.seLinuxChangePolicy, ("MountOption", "Recursive"), f"{path}.seLinuxChangePolicy")


def validate_security_context(context: Any, path: str, host_users: bool) -> list[FieldError]:
    """The security context of a container."""
    errors = _validate_id(context.runAsUser, f"{path}.runAsUser")
    errors += _validate_id(context.runAsGroup, f"{path}.runAsGroup")
    if context.procMount is not None:
        errors += _one_of(context.procMount, _PROC_MOUNTS, f"{path}.procMount")
        if host_users and context.procMount == "Unmasked":
            detail = "`hostUsers` must be false to use `Unmasked`"
            errors.append(invalid(f"{path}.procMount", context.procMount, detail))
    errors += _validate_seccomp(context.seccompProfile, f"{path}.seccompProfile")
    if context.allowPrivilegeEscalation is False:
        shown = _go_security_context(context)
        if context.privileged:
            detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            errors.append(invalid(path, shown, detail))
        for capability in context.capabilities.add if context.capabilities is not None else ():
            if capability == "CAP_SYS_ADMIN":
                detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
                errors.append(invalid(path, shown, detail))
    errors += validate_windows_options(context.windowsOptions, f"{path}.windowsOptions")
    return errors + _validate_app_armor(context.appArmorProfile, f"{path}.appArmorProfile")


def validate_host_users(spec: Any, path: str) -> list[FieldError]:
    """A Pod with a user namespace of its own may not share the node's other namespaces."""
    if spec.hostUsers is not False:
        return []
    detail = "when `pod.Spec.HostUsers` is false"
    shared = (("hostNetwork", spec.hostNetwork), ("HostPID", spec.hostPID), ("HostIPC", spec.hostIPC))
    return [forbidden(f"{path}.{name}", detail) for name, used in shared if used]


def validate_profile_annotations(annotations: Any, spec: Any, path: str) -> list[FieldError]:
    """The annotations that chose seccomp and AppArmor profiles before there were fields."""
    errors: list[FieldError] = []
    for key, value in sorted(annotations.items()):
        if key == _SECCOMP_POD or key.startswith(_SECCOMP_CONTAINER):
            errors += _validate_seccomp_name(value, f"{path}.{key}")
    for key, value in sorted(annotations.items()):
        if not key.startswith(_APP_ARMOR):
            continue
        container = key.removeprefix(_APP_ARMOR)
        if container not in {each.name for each, _ in containers_of(spec, "")}:
            errors.append(invalid(f"{path}[{key}]", container, "container not found"))
        if value not in ("", "runtime/default", "unconfined") and not value.startswith("localhost/"):
            errors.append(invalid(f"{path}[{key}]", value, f'invalid AppArmor profile name: "{value}"'))
    return errors


def validate_profiles_match(annotations: Any, spec: Any, path: str) -> list[FieldError]:
    """A profile that is given both as an annotation and as a field must be the same."""
    if not any(key.startswith((_SECCOMP_POD, _SECCOMP_CONTAINER, _APP_ARMOR)) for key in annotations):
        return []
    errors: list[FieldError] = []
    pod = spec.securityContext
    if pod is not None and _SECCOMP_POD in annotations:
        at = f"{path}.securityContext.seccompProfile"
        errors += _match(annotations[_SECCOMP_POD], pod.seccompProfile, at, "seccomp")
    for container, at in containers_of(spec, path):
        profile = container.securityContext.seccompProfile if container.securityContext is not None else None
        annotation = annotations.get(_SECCOMP_CONTAINER + container.name)
        if annotation is not None:
            errors += _match(annotation, profile, f"{at}.securityContext.seccompProfile", "seccomp")
    if spec.os is not None and spec.os.name == "windows":
        return errors
    for container, at in containers_of(spec, path):
        profile = container.securityContext.appArmorProfile if container.securityContext is not None else None
        profile = profile or (pod.appArmorProfile if pod is not None else None)
        annotation = annotations.get(_APP_ARMOR + container.name)
        if annotation is not None:
            errors += _match(annotation, profile, f"{at}.securityContext.appArmorProfile", "apparmor")
    return errors


_SECCOMP_POD: Final = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER: Final = "container.seccomp.security.alpha.kubernetes.io/"
_APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"


def _match(annotation: str, profile: Any, path: str, noun: str) -> list[FieldError]:
    if profile is None:
        return []
    allowed = {
        "Unconfined": annotation == "unconfined",
        "RuntimeDefault": annotation == "runtime/default" or (noun == "seccomp" and annotation == "docker/default"),
        "Localhost": annotation.startswith("localhost/"),
    }
    if not allowed.get(profile.type, True):
        return [forbidden(f"{path}.type", f"{noun} type in annotation and field must match")]
    if profile.type == "Localhost" and annotation.removeprefix("localhost/") != profile.localhostProfile:
        return [forbidden(f"{path}.localhostProfile", f"{noun} profile in annotation and field must match")]
    return []


def _validate_id(value: int | None, path: str) -> list[FieldError]:
    if value is None or 0 <= value <= names.USER_ID_MAX:
        return []
    return [invalid(path, value, names.out_of_range(0, names.USER_ID_MAX))]


def _one_of(value: str | None, supported: tuple[str, ...], path: str) -> list[FieldError]:
    return [] if value is None or value in supported else [not_supported(path, value, supported)]


def _validate_seccomp(profile: Any, path: str) -> list[FieldError]:
    if profile is None:
        return []
    errors: list[FieldError] = []
    if not profile.type:
        errors.append(required(f"{path}.type", "type is required when seccompProfile is set"))
    elif profile.type not in _PROFILE_TYPES:
        errors.append(not_supported(f"{path}.type", profile.type, _PROFILE_TYPES))
    at = f"{path}.localhostProfile"
    if profile.type == "Localhost":
        if profile.localhostProfile is None:
            return [*errors, required(at, "must be set when seccomp type is Localhost")]
        return errors + validate_local_descending_path(profile.localhostProfile, at)
    if profile.localhostProfile is not None:
        shown = GoStruct(Type=profile.type, LocalhostProfile=profile.localhostProfile)
        errors.append(invalid(at, shown, "can only be set when seccomp type is Localhost"))
    return errors


def _validate_seccomp_name(name: str, path: str) -> list[FieldError]:
    if name in ("runtime/default", "docker/default", "unconfined"):
        return []
    if name.startswith("localhost/"):
        return validate_local_descending_path(name.removeprefix("localhost/"), path)
    return [invalid(path, name, "must be a valid seccomp profile")]


def _validate_app_armor(profile: Any, path: str) -> list[FieldError]:
    if profile is None:
        return []
    at, name = f"{path}.localhostProfile", profile.localhostProfile
    if profile.type == "Localhost":
        errors: list[FieldError] = []
        if name is None or not name:
            errors.append(required(at, "must be set when AppArmor type is Localhost"))
        elif name.strip() != name:
            errors.append(invalid(at, name, "must not be padded with whitespace"))
        if name is not None and len(name.encode()) > _PATH_MAX:
            errors.append(too_long(at, _PATH_MAX))
        return errors
    if profile.type in _PROFILE_TYPES:
        return [] if name is None else [invalid(at, name, "can only be set when AppArmor type is Localhost")]
    if not profile.type:
        return [required(f"{path}.type", "type is required when appArmorProfile is set")]
    return [not_supported(f"{path}.type", profile.type, _PROFILE_TYPES)]


def _validate_sysctls(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, sysctl in enumerate(spec.securityContext.sysctls):
        at, name = f"{path}[{i}].name", sysctl.name
        if not name:
            errors.append(required(at))
        elif len(name) > _SYSCTL_MAX or not _is_sysctl(name):
            detail = f"must have at most {_SYSCTL_MAX} characters and match regex ^{_SYSCTL}$"
            errors.append(invalid(at, name, detail))
        elif name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        dotted = name.replace("/", ".")
        if spec.hostNetwork and dotted.startswith("net."):
            errors.append(invalid(at, name, "may not be specified when 'hostNetwork' is true"))
        if spec.hostIPC and (dotted == "kernel.sem" or dotted.startswith(_IPC_SYSCTLS)):
            errors.append(invalid(at, name, "may not be specified when 'hostIPC' is true"))
    return errors


def _go_security_context(context: Any) -> GoStruct:
    """A container's security context as the API server's own type prints."""

    def part(value: Any, **fields: str) -> GoStruct | None:
        return None if value is None else GoStruct(**{name: getattr(value, field) for name, field in fields.items()})

    windows = {
        "GMSACredentialSpecName": "gmsaCredentialSpecName",
        "GMSACredentialSpec": "gmsaCredentialSpec",
        "RunAsUserName": "runAsUserName",
        "HostProcess": "hostProcess",
    }
    profile = {"Type": "type", "LocalhostProfile": "localhostProfile"}
    capabilities = context.capabilities
    return GoStruct(
        Capabilities=None
        if capabilities is None
        else GoStruct(Add=capabilities.add or None, Drop=capabilities.drop or None),
        Privileged=context.privileged,
        SELinuxOptions=part(context.seLinuxOptions, User="user", Role="role", Type="type", Level="level"),
        WindowsOptions=part(context.windowsOptions, **windows),
        RunAsUser=context.runAsUser,
        RunAsGroup=context.runAsGroup,
        RunAsNonRoot=context.runAsNonRoot,
        ReadOnlyRootFilesystem=context.readOnlyRootFilesystem,
        AllowPrivilegeEscalation=context.allowPrivilegeEscalation,
        ProcMount=context.procMount,
        SeccompProfile=part(context.seccompProfile, **profile),
        AppArmorProfile=part(context.appArmorProfile, **profile),
    )
