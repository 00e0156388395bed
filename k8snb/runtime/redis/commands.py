"""Redis' commands on strings, keys and the server itself, and how a connection runs what it is sent.

What is not in the tables here and in `collections.py` is refused as an unknown command, which it is to this server. Source:
https://redis.io/docs/latest/commands/ and the error texts of Redis 7 and 8.
"""

from __future__ import annotations

import math
from fnmatch import translate
from re import compile as pattern

from k8snb.runtime.redis.collections import COLLECTIONS, OK, Command, integer, number_text, real, span
from k8snb.runtime.redis.keyspace import DATABASES, SYNTAX, Connection, Refused
from k8snb.runtime.redis.rdb import Sorted, Value
from k8snb.runtime.redis.resp import Error, Reply, Status


def execute(server: Connection, words: list[bytes], version: str) -> Reply:
    """Run one command of a connection."""
    name = words[0].decode("utf-8", "replace").lower()
    server.memory = server.memory._replace(commands=server.memory.commands + 1)
    if server.memory.settings.get("requirepass") and not server.authenticated and name not in ("auth", "hello", "quit"):
        return Error("NOAUTH Authentication required.")
    row = COLLECTIONS.get(name) or COMMANDS.get(name)
    problem = _problem(name, words, row)
    if problem is not None:
        server.broken = server.broken or server.queued is not None
        return problem
    assert row is not None
    if server.queued is not None and name not in ("exec", "discard", "multi", "reset"):
        server.queued.append(words)
        return Status("QUEUED")
    if name == "exec":
        return _exec(server, version)
    if name == "info":
        return _info(server, version, [word.decode("utf-8", "replace").lower() for word in words[1:]])
    try:
        return row[2](server, words[1:])
    except Refused as refused:
        return refused.error


def _problem(name: str, words: list[bytes], row: tuple[int, int | None, Command] | None) -> Error | None:
    if row is None:
        shown = "".join(f"'{word.decode('utf-8', 'replace')}' " for word in words[1:])
        return Error(
            f"ERR unknown command '{words[0].decode('utf-8', 'replace')}', with args beginning with: {shown[:128]}"
        )
    least, most, _ = row
    if len(words) - 1 < least or (most is not None and len(words) - 1 > most):
        return Error(f"ERR wrong number of arguments for '{name}' command")
    return None


def _exec(server: Connection, version: str) -> Reply:
    if server.queued is None:
        return Error("ERR EXEC without MULTI")
    queued, server.queued = server.queued, None
    if server.broken:
        server.broken = False
        return Error("EXECABORT Transaction discarded because of previous errors.")
    return tuple(execute(server, words, version) for words in queued)


# -- strings -----------------------------------------------------------------------------------------------------


def _set(server: Connection, args: list[bytes]) -> Reply:
    key, value, rest = args[0], args[1], [word.upper() for word in args[2:]]
    expires, keep, flags = None, False, set[bytes]()
    while rest:
        word = rest.pop(0)
        if word in (b"EX", b"PX") and rest:
            span_ = integer(rest.pop(0))
            if span_ <= 0:
                raise Refused(Error("ERR invalid expire time in 'set' command"))
            expires = server.now + span_ / (1 if word == b"EX" else 1000)
        elif word in (b"NX", b"XX", b"GET"):
            flags.add(word)
        elif word == b"KEEPTTL":
            keep = True
        else:
            raise Refused(SYNTAX)
    if flags >= {b"NX", b"XX"}:
        raise Refused(SYNTAX)
    old = server.text(key) if b"GET" in flags else None
    there = key in server.live()
    if (b"NX" in flags and there) or (b"XX" in flags and not there):
        return old
    server.put(key, value, keep, expires)
    return old if b"GET" in flags else OK


def _setex(server: Connection, args: list[bytes]) -> Reply:
    return _set(server, [args[0], args[2], b"EX", args[1]])


def _setnx(server: Connection, args: list[bytes]) -> Reply:
    return 0 if _set(server, [*args, b"NX"]) is None else 1


def _mset(server: Connection, args: list[bytes]) -> Reply:
    if len(args) % 2:
        raise Refused(Error("ERR wrong number of arguments for 'mset' command"))
    for key, value in zip(args[::2], args[1::2], strict=True):
        server.put(key, value, keep=False)
    return OK


def _mget(server: Connection, args: list[bytes]) -> Reply:
    found = [server.value(key) for key in args]
    return tuple(value if isinstance(value, bytes) else None for value in found)


def _getset(server: Connection, args: list[bytes]) -> Reply:
    old = server.text(args[0])
    server.put(args[0], args[1], keep=False)
    return old


def _getdel(server: Connection, args: list[bytes]) -> Reply:
    old = server.text(args[0])
    server.remove(args[0])
    return old


def _add(server: Connection, key: bytes, by: int) -> Reply:
    number = integer(server.text(key) or b"0") + by
    if not -(1 << 63) <= number < 1 << 63:
        raise Refused(Error("ERR increment or decrement would overflow"))
    server.put(key, str(number).encode())
    return number


def _incrbyfloat(server: Connection, args: list[bytes]) -> Reply:
    number = real(server.text(args[0]) or b"0") + real(args[1])
    if not math.isfinite(number):
        raise Refused(Error("ERR increment would produce NaN or Infinity"))
    server.put(args[0], number_text(number))
    return number_text(number)


def _append(server: Connection, args: list[bytes]) -> Reply:
    text = (server.text(args[0]) or b"") + args[1]
    server.put(args[0], text)
    return len(text)


def _getrange(server: Connection, args: list[bytes]) -> Reply:
    text = server.text(args[0]) or b""
    start, stop = span(len(text), integer(args[1]), integer(args[2]))
    return text[start:stop]


# -- keys --------------------------------------------------------------------------------------------------------


def _keys(server: Connection, args: list[bytes]) -> Reply:
    wanted = pattern(translate(args[0].decode("utf-8", "surrogateescape").replace("[^", "[!")))
    return tuple(key for key in server.live() if wanted.match(key.decode("utf-8", "surrogateescape")))


def _scan(server: Connection, args: list[bytes]) -> Reply:
    """All keys in one go: a cursor of 0 says that there are no more."""
    integer(args[0])
    match = next((args[at + 1] for at in range(1, len(args) - 1) if args[at].upper() == b"MATCH"), b"*")
    return (b"0", _keys(server, [match]))


def _type(server: Connection, args: list[bytes]) -> Reply:
    found: Value | None = server.value(args[0])
    if isinstance(found, Sorted):
        return Status("zset")
    if isinstance(found, tuple):
        return Status("list")
    names = ((bytes, "string"), (frozenset, "set"), (dict, "hash"))
    return Status(next((name for kind, name in names if isinstance(found, kind)), "none"))


def _expire(server: Connection, args: list[bytes], unit: float = 1.0) -> Reply:
    if args[0] not in server.live():
        return 0
    span_ = integer(args[1]) * unit
    if span_ <= 0:
        server.remove(args[0])
    else:
        server.expire(args[0], server.now + span_)
    return 1


def _ttl(server: Connection, args: list[bytes], unit: float = 1.0) -> Reply:
    item = server.live().get(args[0])
    if item is None:
        return -2
    return -1 if item.expires is None else max(round((item.expires - server.now) / unit), 0)


def _persist(server: Connection, args: list[bytes]) -> Reply:
    item = server.live().get(args[0])
    if item is None or item.expires is None:
        return 0
    server.expire(args[0], None)
    return 1


def _rename(server: Connection, args: list[bytes]) -> Reply:
    item = server.live().get(args[0])
    if item is None:
        raise Refused(Error("ERR no such key"))
    server.remove(args[0])
    server.put(args[1], item.value, False, item.expires)
    return OK


# -- the server --------------------------------------------------------------------------------------------------


def _auth(server: Connection, args: list[bytes]) -> Reply:
    wanted = server.memory.settings.get("requirepass", "")
    if not wanted:
        return Error(
            "ERR AUTH <password> called without any password configured for the default user. "
            "Are you sure your configuration is correct?"
        )
    if args[-1].decode("utf-8", "replace") != wanted or (len(args) > 1 and args[0] != b"default"):
        return Error("WRONGPASS invalid username-password pair or user is disabled.")
    server.authenticated = True
    return OK


def _select(server: Connection, args: list[bytes]) -> Reply:
    number = integer(args[0])
    if not 0 <= number < DATABASES:
        raise Refused(Error("ERR DB index is out of range"))
    server.database = number
    return OK


def _flush(everything: bool) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        server.clear(everything)
        return OK

    return run


def _multi(server: Connection, args: list[bytes]) -> Reply:
    if server.queued is not None:
        return Error("ERR MULTI calls can not be nested")
    server.queued, server.broken = [], False
    return OK


def _discard(server: Connection, args: list[bytes]) -> Reply:
    if server.queued is None:
        return Error("ERR DISCARD without MULTI")
    server.queued = None
    return OK


def _config(server: Connection, args: list[bytes]) -> Reply:
    verb = args[0].lower()
    if verb == b"get" and len(args) > 1:
        wanted = pattern(translate(args[1].decode("utf-8", "replace").lower()))
        pairs = sorted((name, value) for name, value in server.memory.settings.items() if wanted.match(name))
        return tuple(part.encode() for pair in pairs for part in pair)
    if verb == b"set" and len(args) == 3:
        name = args[1].decode("utf-8", "replace").lower()
        if name not in server.memory.settings:
            return Error(f"ERR Unknown option or number of arguments for CONFIG SET - '{name}'")
        server.settings(**{name: args[2].decode("utf-8", "replace")})
        return OK
    if verb == b"resetstat":
        return OK
    return Error(f"ERR unknown subcommand '{args[0].decode('utf-8', 'replace')}'. Try CONFIG HELP.")


def _info(server: Connection, version: str, sections: list[str]) -> Reply:
    memory, data = server.memory, server.result().data
    up = max(int(server.now - memory.started), 0)
    lines = [
        "# Server", f"redis_version:{version}", "redis_mode:standalone", "os:Linux x86_64", "tcp_port:6379",
        f"uptime_in_seconds:{up}", f"uptime_in_days:{up // 86400}", "", "# Clients", "connected_clients:1", "",
        "# Memory", f"used_memory:{1_000_000 + memory.used}", f"maxmemory:{memory.settings.get('maxmemory', '0')}", "",
        "# Persistence", f"rdb_changes_since_last_save:{memory.changes}", "rdb_bgsave_in_progress:0",
        f"rdb_last_save_time:{int(memory.last_save)}", "rdb_last_bgsave_status:ok", "aof_enabled:0", "", "# Stats",
        f"total_connections_received:{memory.connections}", f"total_commands_processed:{memory.commands}", "",
        "# Replication", "role:master", "connected_slaves:0", "", "# Keyspace",
    ]  # fmt: skip
    for number in sorted(data):
        if data[number]:
            expiring = sum(item.expires is not None for item in data[number].values())
            lines.append(f"db{number}:keys={len(data[number])},expires={expiring},avg_ttl=0")
    blocks = ("\r\n".join(lines)).split("\r\n\r\n")
    if sections and not set(sections) & {"all", "default", "everything"}:
        blocks = [block for block in blocks if block.partition("\r\n")[0][2:].lower() in sections]
    return ("\r\n\r\n".join(blocks) + "\r\n").encode()


def _save(answer: Reply) -> Command:
    def run(server: Connection, args: list[bytes]) -> Reply:
        server.wish = "save"
        return answer

    return run


def _shutdown(server: Connection, args: list[bytes]) -> Reply:
    server.wish = "shutdown-nosave" if args and args[0].upper() == b"NOSAVE" else "shutdown"
    return OK


def _ping(server: Connection, args: list[bytes]) -> Reply:
    return args[0] if args else Status("PONG")


def _time(server: Connection, args: list[bytes]) -> Reply:
    return (str(int(server.now)).encode(), str(int(server.now % 1 * 1e6)).encode())


#: name -> (least arguments, most arguments or None, what it does)
COMMANDS: dict[str, tuple[int, int | None, Command]] = {
    "ping": (0, 1, _ping),
    "echo": (1, 1, lambda server, args: args[0]),
    "auth": (1, 2, _auth),
    "select": (1, 1, _select),
    "quit": (0, None, lambda server, args: OK),
    "time": (0, 0, _time),
    "info": (0, None, lambda server, args: None),
    "dbsize": (0, 0, lambda server, args: len(server.live())),
    "flushdb": (0, 1, _flush(False)),
    "flushall": (0, 1, _flush(True)),
    "config": (1, None, _config),
    "save": (0, 0, _save(OK)),
    "bgsave": (0, 1, _save(Status("Background saving started"))),
    "lastsave": (0, 0, lambda server, args: int(server.memory.last_save)),
    "shutdown": (0, 1, _shutdown),
    "multi": (0, 0, _multi),
    "exec": (0, 0, lambda server, args: None),
    "discard": (0, 0, _discard),
    "publish": (2, 2, lambda server, args: 0),
    "set": (2, None, _set),
    "get": (1, 1, lambda server, args: server.text(args[0])),
    "setex": (3, 3, _setex),
    "setnx": (2, 2, _setnx),
    "getset": (2, 2, _getset),
    "getdel": (1, 1, _getdel),
    "mset": (2, None, _mset),
    "mget": (1, None, _mget),
    "incr": (1, 1, lambda server, args: _add(server, args[0], 1)),
    "decr": (1, 1, lambda server, args: _add(server, args[0], -1)),
    "incrby": (2, 2, lambda server, args: _add(server, args[0], integer(args[1]))),
    "decrby": (2, 2, lambda server, args: _add(server, args[0], -integer(args[1]))),
    "incrbyfloat": (2, 2, _incrbyfloat),
    "append": (2, 2, _append),
    "strlen": (1, 1, lambda server, args: len(server.text(args[0]) or b"")),
    "getrange": (3, 3, _getrange),
    "del": (1, None, lambda server, args: sum(server.remove(key) for key in args)),
    "unlink": (1, None, lambda server, args: sum(server.remove(key) for key in args)),
    "exists": (1, None, lambda server, args: sum(key in server.live() for key in args)),
    "keys": (1, 1, _keys),
    "scan": (1, None, _scan),
    "type": (1, 1, _type),
    "expire": (2, 2, _expire),
    "pexpire": (2, 2, lambda server, args: _expire(server, args, 0.001)),
    "ttl": (1, 1, _ttl),
    "pttl": (1, 1, lambda server, args: _ttl(server, args, 0.001)),
    "persist": (1, 1, _persist),
    "rename": (2, 2, _rename),
}
