"""Old spellings: what people still type from older texts, and one line on what changed, since when, and what to type now.

kubectl's own answer comes first and is v1.36's; the line is the lab's and says so. Source: Kubernetes' changelogs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from k8snb.kubectl.command import LAB_MARK


class Spelling(NamedTuple):
    """One old form: how it is recognised in the words of a command line, and what to say (`{now}`: the line without `gone`)."""

    matches: Callable[[Sequence[str]], bool]
    text: str
    gone: tuple[str, ...] = ()


def _flag(*names: str, verb: str = "") -> Callable[[Sequence[str]], bool]:
    """A flag of this name is given, perhaps with a value (to this command)."""

    def matches(words: Sequence[str]) -> bool:
        if verb and (not words or words[0] != verb):
            return False
        return any(word == name or word.startswith(f"{name}=") for word in _before_dashes(words) for name in names)

    return matches


def _first(*names: str) -> Callable[[Sequence[str]], bool]:
    return lambda words: list(words[: len(names)]) == list(names)


def _short_a(words: Sequence[str]) -> bool:
    return bool(words) and words[0] == "get" and "-a" in words


def _kind(*names: str) -> Callable[[Sequence[str]], bool]:
    """Objects of this kind are asked for."""
    return lambda words: len(words) > 1 and words[0] in ("get", "describe", "delete") and words[1].lower() in names


def _component_statuses(words: Sequence[str]) -> bool:
    return (
        len(words) > 1
        and words[0] == "get"
        and words[1].partition("/")[0] in ("cs", "componentstatus", "componentstatuses")
    )


def _run_forever(words: Sequence[str]) -> bool:
    """`kubectl run` without --restart=Never: it used to make a Deployment."""
    if not words or words[0] != "run":
        return False
    before = _before_dashes(words)
    return not any(word.startswith(("--restart", "--dry-run", "--rm")) or word in ("-h", "--help") for word in before)


def _before_dashes(words: Sequence[str]) -> Sequence[str]:
    return words[: words.index("--")] if "--" in words else words


SPELLINGS: tuple[Spelling, ...] = (
    Spelling(
        _flag("--show-all", verb="get"),
        "finished Pods are always listed since v1.11, and --show-all is gone; type: {now}",
        ("--show-all", "-a"),
    ),
    Spelling(_short_a, "-a (--show-all) is gone since v1.11; -A lists all namespaces"),
    Spelling(
        _flag("--generator", "--service-generator", verb="expose"),
        "`kubectl expose` has no generators since v1.24: it makes a Service of what it exposes; type: {now}",
        ("--generator", "--service-generator"),
    ),
    Spelling(
        _flag("--generator", "--service-generator"),
        "generators are gone since v1.18: `kubectl run` makes a Pod; for a Deployment type: kubectl create deployment",
    ),
    Spelling(
        _run_forever,
        "until v1.17 `kubectl run` made a Deployment; now it makes one Pod. For a Deployment type: kubectl create deployment",
    ),
    Spelling(
        lambda words: _flag("--cascade")(words) and any(w in ("--cascade=false", "--cascade=true") for w in words),
        "since v1.20 --cascade takes a policy: background (the default), foreground or orphan (what false meant)",
    ),
    Spelling(
        _flag("--record"),
        "--record is deprecated since v1.19; write the reason yourself: kubectl annotate … kubernetes.io/change-cause='…'",
    ),
    Spelling(
        _first("rolling-update"),
        "rolling-update is gone since v1.18; Deployments roll by themselves: kubectl set image, kubectl rollout status",
    ),
    Spelling(
        _first("convert"),
        "convert is a plugin (kubectl-convert) since v1.20; or change apiVersion and try: kubectl apply --dry-run=server",
    ),
    Spelling(_first("alpha", "debug"), "debug is no alpha command since v1.20; type: {now}", ("alpha",)),
    Spelling(
        _flag("--delete-local-data", verb="drain"),
        "--delete-local-data is --delete-emptydir-data since v1.20; type: {now} --delete-emptydir-data",
        ("--delete-local-data",),
    ),
    Spelling(_flag("--short", verb="version"), "the short form is the only one since v1.28; type: {now}", ("--short",)),
    Spelling(
        lambda words: _first("top")(words) and any(word.startswith("--heapster-") for word in words),
        "Heapster is retired; since v1.8 `kubectl top` asks the metrics server: minikube addons enable metrics-server",
    ),
    Spelling(
        _kind("psp", "podsecuritypolicy", "podsecuritypolicies"),
        "PodSecurityPolicies are gone since v1.25; label the namespace: "
        "kubectl label ns NAME pod-security.kubernetes.io/enforce=baseline",
    ),
    Spelling(_first("run-container"), "run-container was renamed to run in v1.2: kubectl run"),
    Spelling(
        _component_statuses,
        "componentstatuses are deprecated since v1.19; ask the API server itself: kubectl get --raw='/readyz?verbose'",
    ),
    Spelling(_flag("--export", verb="get"), "--export is gone since v1.18; take the fields you need from -o yaml"),
)


#: versions of kinds that manifests of older texts name: (kinds, version, release that no longer serves it, what to write)
_REMOVED: Final = (
    ("Ingress", "extensions/v1beta1", "v1.22", "networking.k8s.io/v1"),
    ("NetworkPolicy", "extensions/v1beta1", "v1.16", "networking.k8s.io/v1"),
    ("PodSecurityPolicy", "extensions/v1beta1", "v1.16", ""),
    ("PodSecurityPolicy", "policy/v1beta1", "v1.25", ""),
    ("*", "extensions/v1beta1", "v1.16", "apps/v1"),
    ("*", "apps/v1beta1", "v1.16", "apps/v1"),
    ("*", "apps/v1beta2", "v1.16", "apps/v1"),
    ("*", "networking.k8s.io/v1beta1", "v1.22", "networking.k8s.io/v1"),
    ("*", "rbac.authorization.k8s.io/v1alpha1", "v1.22", "rbac.authorization.k8s.io/v1"),
    ("*", "rbac.authorization.k8s.io/v1beta1", "v1.22", "rbac.authorization.k8s.io/v1"),
    ("*", "apiextensions.k8s.io/v1beta1", "v1.22", "apiextensions.k8s.io/v1"),
    ("*", "admissionregistration.k8s.io/v1beta1", "v1.22", "admissionregistration.k8s.io/v1"),
    ("*", "certificates.k8s.io/v1beta1", "v1.22", "certificates.k8s.io/v1"),
    ("*", "coordination.k8s.io/v1beta1", "v1.22", "coordination.k8s.io/v1"),
    ("*", "scheduling.k8s.io/v1beta1", "v1.22", "scheduling.k8s.io/v1"),
    ("CSIStorageCapacity", "storage.k8s.io/v1beta1", "v1.27", "storage.k8s.io/v1"),
    ("*", "storage.k8s.io/v1beta1", "v1.22", "storage.k8s.io/v1"),
    ("*", "batch/v2alpha1", "v1.21", "batch/v1"),
    ("*", "batch/v1beta1", "v1.25", "batch/v1"),
    ("*", "discovery.k8s.io/v1beta1", "v1.25", "discovery.k8s.io/v1"),
    ("*", "events.k8s.io/v1beta1", "v1.25", "events.k8s.io/v1"),
    ("*", "autoscaling/v2beta1", "v1.25", "autoscaling/v2"),
    ("*", "autoscaling/v2beta2", "v1.26", "autoscaling/v2"),
    ("*", "policy/v1beta1", "v1.25", "policy/v1"),
    ("*", "node.k8s.io/v1beta1", "v1.25", "node.k8s.io/v1"),
)
_NO_MATCHES: Final = re.compile(r'no matches for kind "(\w+)" in version "([\w./-]+)"')


def hint(words: Sequence[str], complaint: str = "") -> str:
    """The lab's line about a command line, "" if it is spelled as today. `complaint` is what it wrote to standard error."""
    for spelling in SPELLINGS:
        if spelling.matches(words):
            return f"{LAB_MARK}{spelling.text.format(now=_without(words, spelling.gone))}\n"
    return "".join(f"{LAB_MARK}{text}\n" for text in _removed(complaint))


def _without(words: Sequence[str], gone: Sequence[str]) -> str:
    """The command line without what no longer exists."""
    kept = [word for word in words if word.partition("=")[0] not in gone]
    return shlex.join(["kubectl", *kept])


def _removed(complaint: str) -> Iterator[str]:
    """What became of the versions that kubectl knows nothing of."""
    for kind, version in dict.fromkeys(_NO_MATCHES.findall(complaint)):
        for name, old, release, new in _REMOVED:
            if old == version and name in (kind, "*"):
                write = (
                    f"write apiVersion: {new}" if new else "nothing takes its place: label the namespace (Pod security)"
                )
                yield f"{version} of {kind} is gone since {release}; {write}"
                break
