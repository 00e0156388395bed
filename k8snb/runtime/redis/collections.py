"""Redis' commands on lists, sets, hashes and sorted sets. Each takes the connection and the arguments, and gives the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from k8snb.runtime.redis.keyspace import NOT_FLOAT, NOT_INTEGER, SYNTAX, Connection, Refused
from k8snb.runtime.redis.rdb import Sorted
from k8snb.runtime.redis.resp import Error, Reply, Status

OK = Status("OK")
Command = Callable[[Connection, list[bytes]], Reply]


def integer(text: bytes) -> int:
    """A 64-bit integer; Refused for anything else."""
    try:
        number = int(text)
    except ValueError:
        raise Refused(NOT_INTEGER) from None
    if not -(1 << 63) <= number < 1 << 63:
        raise Refused(NOT_INTEGER)
    return number


def real(text: bytes) -> float:
    try:
        return float(text.replace(b"inf", b"Infinity") if text.strip(b"+-") == b"inf" else text)
    except ValueError:
        raise Refused(NOT_FLOAT) from None


def number_text(number: float) -> bytes:
    """A score as Redis prints it: without a point if it is whole."""
    if number == int(number) and abs(number) < 1e17:
        return str(int(number)).encode()
    return repr(number).encode()


def span(length: int, start: int, stop: int) -> tuple[int, int]:
    """Redis' inclusive bounds, negative from the end, as a slice."""
    start = max(start + length, 0) if start < 0 else start
    stop = stop + length if stop < 0 else stop
    return start, min(stop, length - 1) + 1


# -- lists -------------------------------------------------------------------------------------------------------


def push(left: bool) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        known = server.listed(args[0])
        items = (*reversed(args[1:]), *known) if left else (*known, *args[1:])
        server.put(args[0], items)
        return len(items)

    return run


def pop(left: bool) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        known = server.listed(args[0])
        if not known:
            return None
        count = integer(args[1]) if len(args) > 1 else 1
        taken = known[:count] if left else known[::-1][:count]
        server.put(args[0], known[count:] if left else known[: max(len(known) - count, 0)])
        return taken if len(args) > 1 else taken[0]

    return run


def blocking_pop(left: bool) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        for key in args[:-1]:
            if server.listed(key):
                return (key, pop(left)(server, [key]))
        wait = real(args[-1])
        if wait == 0:
            raise Refused(Error("ERR k8snb: a connection that waits without end is not simulated: give a timeout"))
        server.seconds += wait
        return None

    return run


def lrange(server: Connection, args: list[bytes]) -> Reply:
    known = server.listed(args[0])
    start, stop = span(len(known), integer(args[1]), integer(args[2]))
    return known[start:stop]


def ltrim(server: Connection, args: list[bytes]) -> Reply:
    server.put(args[0], tuple(lrange(server, args)))  # type: ignore[arg-type]
    return OK


def lindex(server: Connection, args: list[bytes]) -> Reply:
    known, at = server.listed(args[0]), integer(args[1])
    return known[at] if -len(known) <= at < len(known) else None


def lset(server: Connection, args: list[bytes]) -> Reply:
    known, at = list(server.listed(args[0])), integer(args[1])
    if not known:
        raise Refused(Error("ERR no such key"))
    if not -len(known) <= at < len(known):
        raise Refused(Error("ERR index out of range"))
    known[at] = args[2]
    server.put(args[0], tuple(known))
    return OK


def lrem(server: Connection, args: list[bytes]) -> Reply:
    known, count = list(server.listed(args[0])), integer(args[1])
    places = [at for at, item in enumerate(known) if item == args[2]]
    places = places[::-1][:-count] if count < 0 else places[: count or None]
    server.put(args[0], tuple(item for at, item in enumerate(known) if at not in places))
    return len(places)


# -- sets --------------------------------------------------------------------------------------------------------


def sadd(server: Connection, args: list[bytes]) -> Reply:
    known = server.members(args[0])
    after = known | set(args[1:])
    server.put(args[0], after)
    return len(after) - len(known)


def srem(server: Connection, args: list[bytes]) -> Reply:
    known = server.members(args[0])
    after = known - set(args[1:])
    server.put(args[0], after)
    return len(known) - len(after)


def combine(how: Callable[[frozenset[bytes], frozenset[bytes]], frozenset[bytes]]) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        found = server.members(args[0])
        for key in args[1:]:
            found = how(found, server.members(key))
        return tuple(sorted(found))

    return run


# -- hashes ------------------------------------------------------------------------------------------------------


def hset(server: Connection, args: list[bytes]) -> Reply:
    if len(args) % 2 == 0:
        raise Refused(Error("ERR wrong number of arguments for 'hset' command"))
    known = server.hashed(args[0])
    given = dict(zip(args[1::2], args[2::2], strict=True))
    server.put(args[0], {**known, **given})
    return sum(name not in known for name in given)


def hmset(server: Connection, args: list[bytes]) -> Reply:
    hset(server, args)
    return OK


def hsetnx(server: Connection, args: list[bytes]) -> Reply:
    return 0 if args[1] in server.hashed(args[0]) else hset(server, args)


def hdel(server: Connection, args: list[bytes]) -> Reply:
    known = server.hashed(args[0])
    after = {name: value for name, value in known.items() if name not in args[1:]}
    server.put(args[0], after)
    return len(known) - len(after)


def hgetall(server: Connection, args: list[bytes]) -> Reply:
    return tuple(part for pair in server.hashed(args[0]).items() for part in pair)


def hincrby(server: Connection, args: list[bytes]) -> Reply:
    known = server.hashed(args[0])
    try:
        number = integer(known.get(args[1], b"0")) + integer(args[2])
    except Refused:
        raise Refused(Error("ERR hash value is not an integer")) from None
    server.put(args[0], {**known, args[1]: str(number).encode()})
    return number


# -- sorted sets -------------------------------------------------------------------------------------------------


def _ranked(scores: Mapping[bytes, float]) -> list[tuple[bytes, float]]:
    return sorted(scores.items(), key=lambda pair: (pair[1], pair[0]))


def zadd(server: Connection, args: list[bytes]) -> Reply:
    rest, flags = args[1:], set[bytes]()
    while rest and rest[0].upper() in (b"NX", b"XX", b"CH", b"GT", b"LT"):
        flags.add(rest.pop(0).upper())
    if not rest or len(rest) % 2:
        raise Refused(SYNTAX)
    known = server.scored(args[0])
    after = dict(known)
    for score, member in zip(rest[::2], rest[1::2], strict=True):
        if (b"NX" in flags and member in known) or (b"XX" in flags and member not in known):
            continue
        after[member] = real(score)
    server.put(args[0], Sorted(after))
    if b"CH" in flags:
        return sum(known.get(member) != score for member, score in after.items())
    return len(after) - len(known)


def zincrby(server: Connection, args: list[bytes]) -> Reply:
    known = server.scored(args[0])
    score = known.get(args[2], 0.0) + real(args[1])
    server.put(args[0], Sorted({**known, args[2]: score}))
    return number_text(score)


def zrem(server: Connection, args: list[bytes]) -> Reply:
    known = server.scored(args[0])
    after = {member: score for member, score in known.items() if member not in args[1:]}
    server.put(args[0], Sorted(after))
    return len(known) - len(after)


def _shown(pairs: list[tuple[bytes, float]], scores: bool) -> Reply:
    if not scores:
        return tuple(member for member, _ in pairs)
    return tuple(part for member, score in pairs for part in (member, number_text(score)))


def zrange(backwards: bool) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        words = {word.upper() for word in args[3:]}
        if words - {b"WITHSCORES", b"REV"}:
            raise Refused(SYNTAX)
        ranked = _ranked(server.scored(args[0]))
        ranked = ranked[::-1] if backwards or b"REV" in words else ranked
        start, stop = span(len(ranked), integer(args[1]), integer(args[2]))
        return _shown(ranked[start:stop], b"WITHSCORES" in words)

    return run


def _bound(text: bytes) -> tuple[float, bool]:
    return (real(text[1:]), True) if text.startswith(b"(") else (real(text), False)


def _between(server: Connection, args: list[bytes]) -> list[tuple[bytes, float]]:
    (low, above), (high, below) = _bound(args[1]), _bound(args[2])
    return [
        (member, score)
        for member, score in _ranked(server.scored(args[0]))
        if (low < score if above else low <= score) and (score < high if below else score <= high)
    ]


def zrangebyscore(server: Connection, args: list[bytes]) -> Reply:
    return _shown(_between(server, args), b"WITHSCORES" in {word.upper() for word in args[3:]})


def zscore(server: Connection, args: list[bytes]) -> Reply:
    score = server.scored(args[0]).get(args[1])
    return None if score is None else number_text(score)


def zrank(backwards: bool) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        names = [member for member, _ in _ranked(server.scored(args[0]))]
        names = names[::-1] if backwards else names
        return names.index(args[1]) if args[1] in names else None

    return run


#: name -> (least arguments, most arguments or None, what it does)
COLLECTIONS: dict[str, tuple[int, int | None, Command]] = {
    "lpush": (2, None, push(True)),
    "rpush": (2, None, push(False)),
    "lpop": (1, 2, pop(True)),
    "rpop": (1, 2, pop(False)),
    "blpop": (2, None, blocking_pop(True)),
    "brpop": (2, None, blocking_pop(False)),
    "llen": (1, 1, lambda server, args: len(server.listed(args[0]))),
    "lrange": (3, 3, lrange),
    "ltrim": (3, 3, ltrim),
    "lindex": (2, 2, lindex),
    "lset": (3, 3, lset),
    "lrem": (3, 3, lrem),
    "sadd": (2, None, sadd),
    "srem": (2, None, srem),
    "smembers": (1, 1, lambda server, args: tuple(sorted(server.members(args[0])))),
    "sismember": (2, 2, lambda server, args: int(args[1] in server.members(args[0]))),
    "scard": (1, 1, lambda server, args: len(server.members(args[0]))),
    "sinter": (1, None, combine(lambda a, b: a & b)),
    "sunion": (1, None, combine(lambda a, b: a | b)),
    "sdiff": (1, None, combine(lambda a, b: a - b)),
    "hset": (3, None, hset),
    "hmset": (3, None, hmset),
    "hsetnx": (3, 3, hsetnx),
    "hget": (2, 2, lambda server, args: server.hashed(args[0]).get(args[1])),
    "hmget": (2, None, lambda server, args: tuple(server.hashed(args[0]).get(name) for name in args[1:])),
    "hgetall": (1, 1, hgetall),
    "hdel": (2, None, hdel),
    "hexists": (2, 2, lambda server, args: int(args[1] in server.hashed(args[0]))),
    "hkeys": (1, 1, lambda server, args: tuple(server.hashed(args[0]))),
    "hvals": (1, 1, lambda server, args: tuple(server.hashed(args[0]).values())),
    "hlen": (1, 1, lambda server, args: len(server.hashed(args[0]))),
    "hincrby": (3, 3, hincrby),
    "zadd": (3, None, zadd),
    "zincrby": (3, 3, zincrby),
    "zrem": (2, None, zrem),
    "zcard": (1, 1, lambda server, args: len(server.scored(args[0]))),
    "zscore": (2, 2, zscore),
    "zrank": (2, 2, zrank(False)),
    "zrevrank": (2, 2, zrank(True)),
    "zrange": (3, None, zrange(False)),
    "zrevrange": (3, 4, zrange(True)),
    "zrangebyscore": (3, 4, zrangebyscore),
    "zcount": (3, 3, lambda server, args: len(_between(server, args))),
}
