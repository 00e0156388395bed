"""Files: persistent trees, links, mounts, permissions, bounds; and that nothing of the host shows through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb.runtime.filesystem import Directory, File, FileError, Filesystem, Link, Mount, Volumes, tree
from k8snb.runtime.limits import TREE_BYTES
from tests.runtime.box import Box


def make() -> Filesystem:
    return Filesystem(
        tree({"/a/b.txt": "hello", "/a/link": Link("b.txt"), "/loop": Link("/loop"), "/up": Link("../a/./b.txt")})
    )


def test_a_write_leaves_the_old_tree_as_it_was() -> None:
    fs = make()
    before = fs.root
    fs.write("/a/b.txt", b"changed")
    fs.write("/a/new", b"x")
    assert Filesystem(before).read("/a/b.txt") == b"hello"
    assert Filesystem(before).listdir("/a") == ["b.txt", "link"]
    assert (fs.read("/a/b.txt"), fs.listdir("/a")) == (b"changed", ["b.txt", "link", "new"])


def test_links_are_followed_and_loops_are_noticed() -> None:
    fs = make()
    assert (fs.read("/a/link"), fs.read("/up"), fs.realpath("/a/link")) == (b"hello", b"hello", "/a/b.txt")
    with pytest.raises(FileError, match="Too many levels of symbolic links"):
        fs.read("/loop")
    fs.write("/a/link", b"through")
    assert fs.read("/a/b.txt") == b"through"
    fs.symlink("made-later", "/a/dangling")
    fs.write("/a/dangling", b"made")
    assert fs.read("/a/made-later") == b"made"


ERRORS = (
    ("/none", "No such file or directory"),
    ("/a/b.txt/c", "Not a directory"),
    ("/a", "Is a directory"),
)


@pytest.mark.parametrize(("path", "words"), ERRORS)
def test_reading_what_is_no_file(path: str, words: str) -> None:
    with pytest.raises(FileError, match=words):
        make().read(path)


def test_mounts_hide_what_is_below_and_keep_their_own_tree() -> None:
    volumes = Volumes({"data": tree({"/x": "1", "/sub/y": "2"}), "ro": tree({"/z": "3"})})
    mounts = (Mount("/a", "data"), Mount("/etc/ro", "ro", readonly=True), Mount("/s", "data", sub="sub"))
    fs = Filesystem(make().root, mounts, volumes)
    assert (fs.listdir("/a"), fs.listdir("/s"), fs.listdir("/etc")) == (["sub", "x"], ["y"], ["ro"])
    fs.write("/s/new", b"n")
    assert fs.read("/a/sub/new") == b"n"
    with pytest.raises(FileError, match="Read-only file system"):
        fs.write("/etc/ro/z", b"")
    with pytest.raises(FileError, match="Resource busy"):
        fs.remove("/a", recursive=True)
    assert fs.changed == {"data"}
    assert "new" not in Filesystem(fs.root).listdir("/a")


def test_permissions_hold_for_everybody_but_root() -> None:
    fs = Filesystem(tree({"/secret": File(b"s", 0o600), "/open": File(b"o", 0o644), "/tmp": Directory(mode=0o777)}))
    fs.uid = 1000
    with pytest.raises(FileError, match="Permission denied"):
        fs.read("/secret")
    with pytest.raises(FileError, match="Permission denied"):
        fs.write("/open", b"x")
    with pytest.raises(FileError, match="Permission denied"):
        fs.write("/new", b"x")
    fs.write("/tmp/new", b"x")
    assert fs.lookup("/tmp/new").uid == 1000


def test_a_tree_is_bounded() -> None:
    fs = make()
    fs.write("/big", b"x" * (TREE_BYTES - 1000))
    with pytest.raises(FileError, match="No space left on device"):
        fs.write("/more", b"y" * 2000)
    fs.remove("/big")
    Filesystem(fs.root).write("/more", b"y" * 2000)


names = st.sampled_from(["a", "b", "c", "d"])
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
steps = st.lists(
    st.tuples(st.sampled_from(["write", "mkdir", "remove", "rename"]), paths, paths, st.binary(max_size=4)), max_size=30
)


@settings(derandomize=True, max_examples=150)
@given(steps)
def test_any_sequence_of_operations_agrees_with_a_plain_model(actions: list[tuple[str, str, str, bytes]]) -> None:
    fs = Filesystem(Directory())
    model: dict[str, bytes | None] = {"/": None}  # None stands for a directory
    for kind, path, other, data in actions:
        parent = path.rpartition("/")[0] or "/"
        parent_is_dir = parent in model and model[parent] is None
        try:
            if kind == "write":
                fs.write(path, data)
                assert parent_is_dir
                assert model.get(path, b"") is not None
                model[path] = data
            elif kind == "mkdir":
                fs.mkdir(path)
                assert parent_is_dir
                assert path not in model
                model[path] = None
            elif kind == "remove":
                fs.remove(path)
                assert path in model
                assert not any(name.startswith(path + "/") for name in model)
                del model[path]
            else:
                fs.rename(path, other)
                moved = {name: value for name, value in model.items() if name == path or name.startswith(path + "/")}
                for name in moved:
                    del model[name]
                model.update({other + name[len(path) :]: value for name, value in moved.items()})
        except FileError:
            pass
        for name, value in model.items():
            if name != "/":
                assert fs.is_dir(name) if value is None else fs.read(name) == value


def test_nothing_of_the_host_shows_through(tmp_path: object) -> None:
    box = Box("nginx", ("sleep", "1000000"))
    out, _, _ = box.run(
        f"ls {tmp_path}; cat /etc/hostname; cat /proc/version; env; ls /proc; cat /work/BRIEF.md", shell="/bin/bash"
    )
    import os
    import socket

    assert socket.gethostname() not in out
    assert not [
        name for name in os.environ if f"\n{name}=" in out and name not in ("PATH", "HOME", "PWD", "HOSTNAME", "SHLVL")
    ]
    assert "Virtual" in box.run("cat /proc/cpuinfo")[0]
