"""Instructions that change no files: ENV, CMD, EXPOSE and the like, as changes of an image's configuration."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from k8snb.api.duration import DurationError, parse_duration
from k8snb.docker.build.dockerfile import BuildError, Instruction, expand, pairs, split_words
from k8snb.docker.image import Config, Healthcheck


def configure(config: Config, item: Instruction, values: dict[str, str]) -> tuple[Config, str]:
    """(the configuration after an instruction, its line in the image's history). BuildError."""
    try:
        return _configure(config, item, values)
    except BuildError as error:
        raise BuildError(error.text, item.line, item.last) from None


def _configure(config: Config, item: Instruction, values: dict[str, str]) -> tuple[Config, str]:
    keyword = item.keyword
    if keyword in ("ENV", "LABEL"):
        found = {expand(name, values): expand(value, values) for name, value in pairs(item)}
        shown = f"{keyword} {' '.join(f'{name}={value}' for name, value in found.items())}"
        if keyword == "ENV":
            return replace(config, env={**config.env, **found}), shown
        return replace(config, labels={**config.labels, **found}), shown
    if keyword in ("CMD", "ENTRYPOINT"):
        words = item.words if item.words is not None else (*config.shell, item.text)
        shown = f"{keyword} [{' '.join(json.dumps(word) for word in words)}]"
        if keyword == "CMD":
            return replace(config, cmd=words), shown
        return replace(config, entrypoint=words, cmd=() if config.entrypoint else config.cmd), shown
    if keyword == "EXPOSE":
        ports = tuple(port for word in split_words(item.text) for port in _ports(expand(word, values)))
        exposed = tuple(dict.fromkeys((*config.exposed, *ports)))
        return replace(config, exposed=exposed), f"EXPOSE [{' '.join(ports)}]"
    if keyword == "USER":
        user = expand(item.text, values)
        return replace(config, user=user), f"USER {user}"
    if keyword == "VOLUME":
        places = tuple(expand(word, values) for word in item.arguments)
        return replace(config, volumes=tuple(dict.fromkeys((*config.volumes, *places)))), f"VOLUME [{' '.join(places)}]"
    if keyword == "STOPSIGNAL":
        return replace(config, stop_signal=_signal(expand(item.text, values))), f"STOPSIGNAL {item.text}"
    if keyword == "SHELL":
        assert item.words is not None
        return replace(config, shell=item.words), f"SHELL [{' '.join(item.words)}]"
    if keyword == "HEALTHCHECK":
        return replace(config, healthcheck=_healthcheck(config, item)), item.original
    if keyword == "ONBUILD":
        return replace(config, onbuild=(*config.onbuild, item.text)), item.original
    return config, f"MAINTAINER {item.text}"


def _ports(text: str) -> list[str]:
    number, _, protocol = text.partition("/")
    protocol = (protocol or "tcp").lower()
    first, dash, last = number.partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise BuildError(f"invalid containerPort: {text}")
    if not all(0 < int(n) < 65536 for n in (first, last or first)):
        raise BuildError(f"invalid containerPort: {text}")
    if protocol not in ("tcp", "udp", "sctp"):
        raise BuildError(f"invalid proto: {protocol}")
    return [f"{port}/{protocol}" for port in range(int(first), int(last or first) + 1)]


def _signal(text: str) -> str:
    from k8snb.runtime.process import signal_number

    if not re.fullmatch(r"\w+", text) or signal_number(text) is None:
        raise BuildError(f"invalid signal: {text}")
    return text


def _healthcheck(config: Config, item: Instruction) -> Healthcheck | None:
    kind, _, rest = item.text.partition(" ")
    if kind.upper() == "NONE":
        return None
    try:
        words = json.loads(rest) if rest.strip().startswith("[") else None
    except ValueError:
        words = None
    test = ("CMD", *words) if words else ("CMD-SHELL", rest.strip())

    def seconds(name: str, default: float) -> float:
        text = item.flag(name)
        if not text:
            return default
        try:
            return parse_duration(text) / 1e9
        except DurationError:
            raise BuildError(f'time: invalid duration "{text}"') from None

    retries = item.flag("retries", "3")
    if not retries.isdigit():
        raise BuildError(f'strconv.ParseInt: parsing "{retries}": invalid syntax')
    return Healthcheck(
        test, seconds("interval", 30.0), seconds("timeout", 30.0), seconds("start-period", 0.0), int(retries) or 3
    )
