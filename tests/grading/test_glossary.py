"""Words: what may be written in which language."""

from __future__ import annotations

import pytest

from k8snb.grading import glossary
from k8snb.grading.glossary import Term
from k8snb.grading.text import Text

CLUSTER = Term(Text("cluster", "叢集"), Text("…", "…"), avoid_en=("minions",), avoid_zh=("集群",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("叢集裡有三個節點，映像檔已經下載。", ""),
        ("集群里有三个节点", "个节点"),
        ("镜像", "镜"),
        ("100 % — “ok” 😀", ""),
    ],
)
def test_simplified_characters_are_found(text: str, found: str) -> None:
    assert "".join(glossary.simplified(text)) == found


def test_words_to_avoid_are_found_in_prose_but_not_in_code() -> None:
    assert glossary.avoided("一個集群", [CLUSTER], "zh-TW") == [("集群", "叢集")]
    assert glossary.avoided("`集群` 是別處的說法", [CLUSTER], "zh-TW") == []
    assert glossary.avoided("three Minions", [CLUSTER], "en") == [("minions", "cluster")]
    assert glossary.avoided("dominions", [CLUSTER], "en") == []


def test_longer_words_that_are_fine_are_no_fault() -> None:
    user = glossary.Term(Text("user", "使用者"), Text("who uses", "使用的人"), (), ("用戶",), ("用戶端",))
    assert glossary.avoided("用戶端和伺服器", [user], "zh-TW") == []
    assert glossary.avoided("用戶端的用戶", [user], "zh-TW") == [("用戶", "使用者")]


@pytest.mark.parametrize(
    ("texts", "late"),
    [
        (["一個叢集（cluster）很小。", "叢集"], False),
        (["**叢集**（Clusters）"], False),
        (["叢集很小。", "叢集（cluster）"], True),
        (["沒有提到"], False),
    ],
)
def test_the_first_use_gives_the_english_word(texts: list[str], late: bool) -> None:
    assert glossary.unexplained(texts, [CLUSTER]) == ([CLUSTER] if late else [])
