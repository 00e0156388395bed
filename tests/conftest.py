"""What all tests share: hypothesis always tries the same examples, however slow the machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("k8snb", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("k8snb")
