"""redis: commands, the file it keeps its data in, passwords, transactions, and what it refuses."""

from __future__ import annotations

import pytest

from k8snb.runtime.machine import Machine
from k8snb.runtime.redis import rdb
from k8snb.runtime.redis.rdb import Item, Sorted
from k8snb.runtime.redis.resp import Error, Status, commands, encode, replies
from tests.runtime.box import Box

#: command lines, one after the other, with what redis-cli prints where its output is no terminal
LINES = (
    ("set a 1", "OK\n"),
    ("get a", "1\n"),
    ("incrby a 41", "42\n"),
    ("append a x", "3\n"),
    ("incr a", "ERR value is not an integer or out of range\n\n"),
    ("set a 2 NX", "\n"),
    ("get nope", "\n"),
    ("rpush l x y z", "3\n"),
    ("lpush l w", "4\n"),
    ("lrange l 0 -1", "w\nx\ny\nz\n"),
    ("lrange l -2 -1", "y\nz\n"),
    ("rpop l", "z\n"),
    ("lrem l 0 x", "1\n"),
    ("get l", "WRONGTYPE Operation against a key holding the wrong kind of value\n\n"),
    ("sadd s b a b", "2\n"),
    ("smembers s", "a\nb\n"),
    ("hset h f 1 g 2", "2\n"),
    ("hgetall h", "f\n1\ng\n2\n"),
    ("hincrby h f 9", "10\n"),
    ("zadd z 2 two 1 one 3 three", "3\n"),
    ("zrange z 0 -1 withscores", "one\n1\ntwo\n2\nthree\n3\n"),
    ("zrangebyscore z (1 +inf", "two\nthree\n"),
    ("zrank z three", "2\n"),
    ("type z", "zset\n"),
    ("keys *", "a\nl\ns\nh\nz\n"),
    ("expire a 100", "1\n"),
    ("persist a", "1\n"),
    ("ttl a", "-1\n"),
    ("ttl nope", "-2\n"),
    ("del a l", "2\n"),
    ("dbsize", "3\n"),
    ("mset k1 v1 k2 v2", "OK\n"),
    ("mget k1 none k2", "v1\n\nv2\n"),
    ("rename k1 k3", "OK\n"),
    ("exists k1 k3", "1\n"),
    ("get", "ERR wrong number of arguments for 'get' command\n\n"),
    ("eval 1 0", "ERR unknown command 'eval', with args beginning with: '1' '0' \n\n"),
    ("config get maxmemory", "maxmemory\n0\n"),
    ("flushall", "OK\n"),
    ("dbsize", "0\n"),
)


def test_commands_answer_as_redis_does() -> None:
    box = Box("redis", ())
    for line, expected in LINES:
        assert (line, box.exec(("redis-cli", *line.split()), 1.0)) == (line, (expected, "", 0))


def at_terminal(box: Box, argv: tuple[str, ...], text: str) -> str:
    session = box.act(lambda machine: machine.execute(argv, text.encode(), True))
    box.advance(1)
    output, _ = box.act(Machine.collect, session)  # type: ignore[misc]
    return b"".join(data for _, data in output).decode()


def test_a_terminal_gets_prompts_types_and_transactions() -> None:
    box = Box("redis", ())
    typed = "set x 5\nget x\nlpush l a\nmulti\nincr x\nget x\nexec\nselect 3\nget x\nkeys *\nfoo\nexit\n"
    assert at_terminal(box, ("redis-cli",), typed) == (
        "127.0.0.1:6379> OK\n"
        '127.0.0.1:6379> "5"\n'
        "127.0.0.1:6379> (integer) 1\n"
        "127.0.0.1:6379> OK\n"
        "127.0.0.1:6379(TX)> QUEUED\n"
        "127.0.0.1:6379(TX)> QUEUED\n"
        '127.0.0.1:6379(TX)> 1) (integer) 6\n2) "6"\n'
        "127.0.0.1:6379> OK\n"
        "127.0.0.1:6379[3]> (nil)\n"
        "127.0.0.1:6379[3]> (empty array)\n"
        "127.0.0.1:6379[3]> (error) ERR unknown command 'foo', with args beginning with: \n"
        "127.0.0.1:6379[3]> "
    )
    assert box.exec(("redis-cli", "get", "x"))[0] == "6\n"


def test_keys_expire_with_the_virtual_clock() -> None:
    box = Box("redis", ())
    box.exec(("redis-cli", "set", "a", "1", "ex", "30"), 1.0)
    assert box.exec(("redis-cli", "ttl", "a"), 1.0)[0] == "29\n"
    box.advance(30)
    assert box.exec(("redis-cli", "get", "a"))[0] == "\n"


def test_what_was_saved_is_there_after_a_restart() -> None:
    box = Box("redis", ())
    for line in ("set a 1", "rpush l x y", "hset h k v", "zadd z 1.5 m", "sadd s q", "set e 1 ex 10000"):
        box.exec(("redis-cli", *line.split()), 0.1)
    box.act(Machine.kill, 1, 15, True)
    assert (box.container.phase, box.container.exit_code) == ("exited", 0)
    assert "DB saved on disk" in box.log
    content = box.container.root.entries["data"].entries["dump.rdb"].content  # type: ignore[union-attr]
    assert content.startswith(b"REDIS0009")
    keys = rdb.load(content)[0]
    assert keys[b"l"].value == (b"x", b"y")
    assert keys[b"z"].value == Sorted({b"m": 1.5})
    assert keys[b"e"].expires is not None
    again = Box("redis", ("sleep", "1000000"))
    again.act(lambda machine: machine.fs.write("/data/dump.rdb", content))
    again.run("cd /data; redis-server >/tmp/log 2>&1 &", 5.0)
    assert again.exec(("redis-cli", "hgetall", "h"))[0] == "k\nv\n"


def test_the_save_rules_write_the_file_by_themselves() -> None:
    box = Box("redis", ("redis-server", "--save", "60 1"))
    box.exec(("redis-cli", "set", "a", "1"), 1.0)
    assert box.run("ls /w")[0] == ""
    box.advance(60)
    assert box.run("ls /w")[0] == "dump.rdb\n"
    assert "1 changes in 60 seconds. Saving..." in box.log


def test_a_password_is_asked_for() -> None:
    box = Box("redis", ("redis-server", "--requirepass", "secret"))
    assert box.exec(("redis-cli", "get", "a"))[0] == "NOAUTH Authentication required.\n\n"
    out, err, _ = box.exec(("redis-cli", "-a", "secret", "ping"))
    assert (out, "safe" in err) == ("PONG\n", True)
    assert "AUTH failed: WRONGPASS" in box.exec(("redis-cli", "-a", "bad", "ping"))[1]
    assert (
        box.exec(("redis-cli", "-p", "7000", "ping"))[1:]
        == (
            "Could not connect to Redis at 127.0.0.1:7000: Connection refused\n",
            1,
        )
        or box.exec(("redis-cli", "-p", "7000", "ping"))[2] == 1
    )


def test_a_directive_that_is_none_ends_the_server() -> None:
    box = Box("redis", ("redis-server", "--foo", "bar"))
    assert box.container.exit_code == 1
    assert "FATAL CONFIG FILE ERROR" in box.log
    assert ">>> 'foo bar'" in box.log


def test_memory_is_bounded() -> None:
    box = Box("redis", ())
    _, _, status = box.run(
        "x=$(head -c 1000000 /dev/zero | tr '\\0' a); for i in $(seq 20); do redis-cli set k$i $x; done", 60
    )
    assert status == 0
    assert box.exec(("redis-cli", "set", "more", "x" * 1_000_000))[0].startswith("OOM command not allowed")
    assert box.container.running


@pytest.mark.parametrize("reply", [None, 5, -1, b"a\r\nb", Status("OK"), Error("ERR x"), (b"a", (1, None), ())])
def test_answers_survive_the_wire(reply: object) -> None:
    assert replies(encode(reply)) == [reply]  # type: ignore[arg-type]


def test_commands_come_as_arrays_and_as_lines() -> None:
    assert commands(b"PING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n") == [[b"PING"], [b"GET", b"a"]]


def test_a_dump_says_what_it_was_made_from() -> None:
    data = {0: {b"a": Item(b"x" * 20_000), b"b": Item(frozenset({b"1"}), 1e9)}, 3: {b"c": Item({b"k": b"v"})}}
    assert rdb.load(rdb.dump(data, "8")) == data
    with pytest.raises(rdb.BadFile):
        rdb.load(b"REDISxxxx")
    with pytest.raises(rdb.BadFile):
        rdb.load(rdb.dump(data, "8")[:50])
