"""Flags: what pflag and cobra accept, and what they say otherwise. The texts are the real kubectl's."""

from typing import Any

import pytest

from k8snb.kubectl.flagvalues import ValueRefusedError, format_csv, parse_csv, parse_float, parse_int, parse_uint
from k8snb.kubectl.pflag import Flag, FlagError, FlagSet, Parsed, usages

FLAGS = FlagSet(
    [
        Flag("all-namespaces", "bool", shorthand="A"),
        Flag("chunk-size", "int64", 500),
        Flag("dry-run", "string", "none", no_opt_default="unchanged"),
        Flag("env", "stringArray", shorthand="e"),
        Flag("factor", "float64"),
        Flag("label-columns", "stringSlice", shorthand="L"),
        Flag("namespace", shorthand="n"),
        Flag("output", shorthand="o"),
        Flag("ports", "stringSlice", ("80", "443")),
        Flag("record", "bool", deprecated="--record will be removed in the future"),
        Flag("replicas", "int32", 1),
        Flag("selector", shorthand="l", shorthand_deprecated="use --selector"),
        Flag("stdin", "bool", shorthand="i"),
        Flag("timeout", "duration", 30.0),
        Flag("tty", "bool", shorthand="t"),
        Flag("uid", "uint"),
        Flag("v", "int", shorthand="v"),
        Flag("watch", "bool", shorthand="w"),
        Flag("output", "bool"),
    ]
)


def changed(parsed: Parsed) -> dict[str, Any]:
    return {name: parsed[name] for name in sorted(parsed.changed)}


@pytest.mark.parametrize(
    ("line", "values", "args"),
    [
        ("", {}, ""),
        ("get pods -n web", {"namespace": "web"}, "get pods"),
        ("-nweb pods", {"namespace": "web"}, "pods"),
        ("-n=web", {"namespace": "web"}, ""),
        ("-n= web", {"namespace": "="}, "web"),
        ("--namespace=", {"namespace": ""}, ""),
        ("--namespace web=a", {"namespace": "web=a"}, ""),
        ("--namespace=web=a", {"namespace": "web=a"}, ""),
        ("--namespace -A", {"namespace": "-A"}, ""),
        ("-n -- x", {"namespace": "--"}, "x"),
        ("-it x", {"stdin": True, "tty": True}, "x"),
        ("-itn web x", {"stdin": True, "tty": True, "namespace": "web"}, "x"),
        ("-Aoyaml", {"all-namespaces": True, "output": "yaml"}, ""),
        ("-Ao=yaml", {"all-namespaces": True, "output": "yaml"}, ""),
        ("-ojsonpath={.a}=b", {"output": "jsonpath={.a}=b"}, ""),
        ("-w=false", {"watch": False}, ""),
        ("--watch false", {"watch": True}, "false"),
        ("--watch=F", {"watch": False}, ""),
        ("--all_namespaces", {"all-namespaces": True}, ""),
        ("--dry-run client", {"dry-run": "unchanged"}, "client"),
        ("--dry-run=client", {"dry-run": "client"}, ""),
        ("--replicas 3 --replicas=0x10", {"replicas": 16}, ""),
        ("--replicas=-1", {"replicas": -1}, ""),
        ("--replicas -1", {"replicas": -1}, ""),
        ("--timeout=1m30s", {"timeout": 90.0}, ""),
        ("--timeout=0", {"timeout": 0.0}, ""),
        ("--factor=1.5e1", {"factor": 15.0}, ""),
        ("--uid=7", {"uid": 7}, ""),
        ("-v6", {"v": 6}, ""),
        ("-L a,b -L c", {"label-columns": ("a", "b", "c")}, ""),
        ('-L "a,b",c', {"label-columns": ("a,b", "c")}, ""),
        ("--label-columns=", {"label-columns": ()}, ""),
        ("--ports=8080", {"ports": ("8080",)}, ""),
        ("-e A=1,2 -e B", {"env": ("A=1,2", "B")}, ""),
        ("a - b", {}, "a - b"),
        ("--namespace=a --namespace=b", {"namespace": "b"}, ""),
    ],
)
def test_parse(line: str, values: dict[str, Any], args: str) -> None:
    parsed = FLAGS.parse(line.split())
    assert changed(parsed) == values
    assert parsed.args == tuple(args.split())
    assert parsed.dash is None


def test_what_is_not_given_has_its_default() -> None:
    parsed = FLAGS.parse([])
    assert (parsed["chunk-size"], parsed["dry-run"], parsed["ports"], parsed["env"]) == (500, "none", ("80", "443"), ())
    assert (parsed["timeout"], parsed["watch"], parsed["namespace"], parsed["factor"]) == (30.0, False, "", 0.0)


def test_a_double_dash_ends_the_flags() -> None:
    parsed = FLAGS.parse(["web", "-i", "--", "sh", "-c", "ls", "--", "-t"])
    assert parsed.args == ("web", "sh", "-c", "ls", "--", "-t")
    assert parsed.dash == 1
    assert changed(parsed) == {"stdin": True}
    assert FLAGS.parse(["--"]).dash == 0


def test_without_interspersed_flags_the_first_argument_ends_them() -> None:
    parsed = FlagSet([Flag("a", "bool")], interspersed=False).parse(["--a", "x", "--b"])
    assert parsed.args == ("x", "--b")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--foo", "unknown flag: --foo"),
        ("--foo=bar", "unknown flag: --foo"),
        ("-xyz", "unknown shorthand flag: 'x' in -xyz"),
        ("-wAx", "unknown shorthand flag: 'x' in -x"),
        ("-é", "unknown shorthand flag: 'Ã' in -é"),
        ("-'", r"unknown shorthand flag: '\'' in -'"),
        ("--=x", "bad flag syntax: --=x"),
        ("---x", "bad flag syntax: ---x"),
        ("--namespace", "flag needs an argument: --namespace"),
        ("-n", "flag needs an argument: 'n' in -n"),
        ("-wn", "flag needs an argument: 'n' in -n"),
        ("--watch=x", 'invalid argument "x" for "-w, --watch" flag: strconv.ParseBool: parsing "x": invalid syntax'),
        ("-w=", "unknown shorthand flag: '=' in -="),
        ("--replicas=x", 'invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax'),
        (
            "--replicas=08",
            'invalid argument "08" for "--replicas" flag: strconv.ParseInt: parsing "08": invalid syntax',
        ),
        (
            "--replicas=2147483648",
            'invalid argument "2147483648" for "--replicas" flag: strconv.ParseInt: parsing "2147483648": '
            "value out of range",
        ),
        ("-v=x", 'invalid argument "x" for "-v, --v" flag: strconv.ParseInt: parsing "x": invalid syntax'),
        ("--uid=-1", 'invalid argument "-1" for "--uid" flag: strconv.ParseUint: parsing "-1": invalid syntax'),
        ("--factor=x", 'invalid argument "x" for "--factor" flag: strconv.ParseFloat: parsing "x": invalid syntax'),
        ("--timeout=5", 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'),
        (
            '--label-columns=a"b',
            'invalid argument "a\\"b" for "-L, --label-columns" flag: parse error on line 1, column 2: '
            'bare " in non-quoted-field',
        ),
    ],
)
def test_parse_refuses(line: str, message: str) -> None:
    with pytest.raises(FlagError) as refused:
        FLAGS.parse(line.split())
    assert str(refused.value) == message


def test_help_is_a_flag_of_every_set() -> None:
    assert FLAGS.parse(["-h"]).help
    assert FLAGS.parse(["pods", "--help"]).help
    assert FLAGS.parse(["-Ah"]).help
    assert not FLAGS.parse(["--help=false"]).help
    assert FLAGS.parse(["--help"]).changed == frozenset()
    with pytest.raises(FlagError, match="unknown flag"):
        FLAGS.parse(["--help", "--foo"])


def test_deprecated_flags_warn_and_count() -> None:
    parsed = FLAGS.parse(["--record", "-l", "a=b"])
    assert changed(parsed) == {"record": True, "selector": "a=b"}
    assert parsed.warnings == (
        "Flag --record has been deprecated, --record will be removed in the future",
        "Flag shorthand -l has been deprecated, use --selector",
    )


def test_words_are_what_was_typed() -> None:
    assert FLAGS.parse(["-A"], ["get", "-A"]).words == ("get", "-A")
    assert FLAGS.parse(["-A"]).words == ("-A",)


@pytest.mark.parametrize(
    ("line", "groups", "message"),
    [
        ("", {"required": ["output", "env"]}, 'required flag(s) "env", "output" not set'),
        ("-ojson", {"required": ["output"]}, None),
        (
            "-it",
            {"exclusive": [("tty", "stdin")]},
            "if any flags in the group [tty stdin] are set none of the others can be; [stdin tty] were all set",
        ),
        ("-i", {"exclusive": [("tty", "stdin")]}, None),
        (
            "-i",
            {"together": [("tty", "stdin")]},
            "if any flags in the group [tty stdin] are set they must all be set; missing [tty]",
        ),
        ("-it", {"together": [("tty", "stdin")]}, None),
        ("", {"together": [("tty", "stdin")]}, None),
        ("", {"one_required": [("tty", "stdin")]}, "at least one of the flags in the group [tty stdin] is required"),
        ("-t", {"one_required": [("tty", "stdin")]}, None),
    ],
)
def test_check(line: str, groups: dict[str, Any], message: str | None) -> None:
    parsed = FLAGS.parse(line.split())
    if message is None:
        parsed.check(**groups)
        return
    with pytest.raises(FlagError) as refused:
        parsed.check(**groups)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-n web get pods", ["get", "pods"]),
        ("-nweb get pods -A", ["get", "pods"]),
        ("--namespace=web -A get", ["get"]),
        ("--dry-run get pods", ["get", "pods"]),
        ("--unknown value get pods", ["get", "pods"]),
        ("-x value get", ["get"]),
        ("get -n", ["get"]),
        ("-n get", []),
        ("get -- pods", ["get"]),
        ("-it get", ["get"]),
    ],
)
def test_command_words(line: str, words: list[str]) -> None:
    assert FLAGS.command_words(line.split()) == words


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a,", ("a", "")),
        (" a,b ", (" a", "b ")),
        ('"a""b",c', ('a"b', "c")),
        ('"a\nb",c', ("a\nb", "c")),
        ("a,b\nc", ("a", "b")),
        ("\n\na\r\nb", ("a",)),
    ],
)
def test_parse_csv(text: str, fields: tuple[str, ...]) -> None:
    assert parse_csv(text) == fields


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'),
        ('a,"b', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'),
        ('a,b"c', 'parse error on line 1, column 4: bare " in non-quoted-field'),
        ('"a\nb', 'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field'),
        ("\n", "EOF"),
    ],
)
def test_parse_csv_refuses(text: str, message: str) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        parse_csv(text)
    assert str(refused.value) == message


def test_format_csv() -> None:
    assert format_csv(["a", "b,c", 'd"e', "", " f"]) == 'a,"b,c","d""e",," f"'


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-0", 0), ("+5", 5), ("017", 15), ("0o17", 15), ("0b11", 3), ("0xF_F", 255), ("1_000", 1000)],
)
def test_parse_int(text: str, value: int) -> None:
    assert parse_int(text, 64) == value


@pytest.mark.parametrize("text", ["", "-", "1_", "_1", "1__0", "0x", "1.0", "1e3", "ten", " 1"])
def test_parse_int_refuses(text: str) -> None:
    with pytest.raises(ValueRefusedError, match="invalid syntax"):
        parse_int(text, 64)


def test_numbers_have_ranges() -> None:
    for call in (
        lambda: parse_int("9" * 5000, 64),
        lambda: parse_uint("18446744073709551616"),
        lambda: parse_float("1e999"),
    ):
        with pytest.raises(ValueRefusedError, match="value out of range"):
            call()
    assert parse_uint("18446744073709551615") == (1 << 64) - 1


def test_usages() -> None:
    flags = [
        Flag("watch", "bool", shorthand="w", usage="After listing, watch for changes."),
        Flag("output", shorthand="o", usage="Output format.\nOne of: (json)."),
        Flag("filename", "stringSlice", shorthand="f", usage="Files."),
        Flag("env", "stringArray", ("a", "b"), usage="Variables."),
        Flag("timeout", "duration", 90.0, usage="Wait."),
        Flag("chunk-size", "int64", 500, usage="Chunks."),
        Flag("dry-run", "string", "none", no_opt_default="unchanged", usage="Only print."),
        Flag("cache-dir", "string", "/home/x", usage="Cache.", shown="$HOME/.kube/cache"),
        Flag("secret", hidden=True),
        Flag("record", "bool", deprecated="gone"),
    ]
    assert usages(flags) == (
        "    --cache-dir='$HOME/.kube/cache':\n\tCache.\n\n"
        "    --chunk-size=500:\n\tChunks.\n\n"
        "    --dry-run='none':\n\tOnly print.\n\n"
        "    --env=[a,b]:\n\tVariables.\n\n"
        "    -f, --filename=[]:\n\tFiles.\n\n"
        "    -o, --output='':\n\tOutput format. One of: (json).\n\n"
        "    --timeout=1m30s:\n\tWait.\n\n"
        "    -w, --watch=false:\n\tAfter listing, watch for changes.\n\n"
    )
