"""Probes and lifecycle hooks: one handler each, with sane timings.

Reads `Probe` and `Lifecycle` objects. Follows `pkg/apis/core/validation` v1.36.
"""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from k8snb.api.validation.metadata import NOT_NEGATIVE, validate_names

_TIMINGS: Final = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_HANDLERS: Final = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def validate_probes(container: Any, grace_period: int | None, path: str) -> list[FieldError]:
    """The three probes of a container."""
    errors: list[FieldError] = []
    if container.livenessProbe is not None:
        at = f"{path}.livenessProbe"
        errors += _validate_probe(container.livenessProbe, grace_period, at) + _one_success(container.livenessProbe, at)
    if container.readinessProbe is not None:
        at = f"{path}.readinessProbe"
        errors += _validate_probe(container.readinessProbe, grace_period, at)
        seconds = container.readinessProbe.terminationGracePeriodSeconds
        if seconds is not None:
            detail = "must not be set for readinessProbes"
            errors.append(invalid(f"{at}.terminationGracePeriodSeconds", seconds, detail))
    if container.startupProbe is not None:
        at = f"{path}.startupProbe"
        errors += _validate_probe(container.startupProbe, grace_period, at) + _one_success(container.startupProbe, at)
    return errors


def validate_lifecycle(lifecycle: Any, grace_period: int | None, path: str, operating_system: str) -> list[FieldError]:
    """Hooks and stop signal of a container."""
    errors: list[FieldError] = []
    if lifecycle.postStart is not None:
        errors += _validate_handler(lifecycle.postStart, grace_period, f"{path}.postStart")
    if lifecycle.preStop is not None:
        errors += _validate_handler(lifecycle.preStop, grace_period, f"{path}.preStop")
    if lifecycle.stopSignal is not None:
        errors += _validate_stop_signal(lifecycle.stopSignal, f"{path}.stopSignal", operating_system)
    return errors


def validate_port_or_name(port: int | str | None, path: str) -> list[FieldError]:
    """A port by number or by name; absent counts as 0."""
    if isinstance(port, str):
        return validate_names(names.port_name, port, path)
    number = port or 0
    return [invalid(path, number, text) for text in names.port_number(number)]


def _validate_probe(probe: Any, grace_period: int | None, path: str) -> list[FieldError]:
    errors = _validate_handler(probe, grace_period, path)
    for name in _TIMINGS:
        value = getattr(probe, name)
        if value < 0:
            errors.append(invalid(f"{path}.{name}", value, NOT_NEGATIVE))
    seconds = probe.terminationGracePeriodSeconds
    if seconds is not None and seconds <= 0:
        errors.append(invalid(f"{path}.terminationGracePeriodSeconds", seconds, "must be greater than 0"))
    return errors


def _one_success(probe: Any, path: str) -> list[FieldError]:
    threshold = probe.successThreshold
    return [] if threshold == 1 else [invalid(f"{path}.successThreshold", threshold, "must be 1")]


def _validate_handler(handler: Any, grace_period: int | None, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    found = False
    for name in _HANDLERS:
        action = getattr(handler, name, None)
        if action is None:
            continue
        if found:
            errors.append(forbidden(f"{path}.{name}", "may not specify more than 1 handler type"))
        else:
            found = True
            errors += _validate_action(name, action, grace_period, f"{path}.{name}")
    if not found:
        errors.append(required(path, "must specify a handler type"))
    return errors


def _validate_action(name: str, action: Any, grace_period: int | None, path: str) -> list[FieldError]:
    if name == "httpGet":
        return _validate_http_get(action, path)
    if name == "exec":
        return [] if action.command else [required(f"{path}.command")]
    if name == "sleep":
        if grace_period is None or 0 <= action.seconds <= grace_period:
            return []
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace_period})"
        return [invalid(path, action.seconds, detail)]
    return validate_port_or_name(action.port, f"{path}.port")


def _validate_http_get(action: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not action.path:
        errors.append(required(f"{path}.path"))
    errors += validate_port_or_name(action.port, f"{path}.port")
    if action.scheme not in ("HTTP", "HTTPS"):
        errors.append(not_supported(f"{path}.scheme", action.scheme, ("HTTP", "HTTPS")))
    for header in action.httpHeaders:
        errors += validate_names(names.http_header, header.name, f"{path}.httpHeaders")
    return errors


_SIGNALS: Final = (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX RTMAX-1 RTMAX-10 RTMAX-11 "
    "RTMAX-12 RTMAX-13 RTMAX-14 RTMAX-2 RTMAX-3 RTMAX-4 RTMAX-5 RTMAX-6 RTMAX-7 RTMAX-8 RTMAX-9 RTMIN RTMIN+1 RTMIN+10 "
    "RTMIN+11 RTMIN+12 RTMIN+13 RTMIN+14 RTMIN+15 RTMIN+2 RTMIN+3 RTMIN+4 RTMIN+5 RTMIN+6 RTMIN+7 RTMIN+8 RTMIN+9 SEGV "
    "STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ"
)
_LINUX_SIGNALS: Final = tuple(f"SIG{name}" for name in _SIGNALS.split())
_WINDOWS_SIGNALS: Final = ("SIGKILL", "SIGTERM")


def _validate_stop_signal(signal: str, path: str, operating_system: str) -> list[FieldError]:
    if not operating_system:
        return [forbidden(path, "may not be set for containers with empty `spec.os.name`")]
    supported = _WINDOWS_SIGNALS if operating_system == "windows" else _LINUX_SIGNALS
    return [] if signal in supported else [not_supported(path, signal, supported)]
