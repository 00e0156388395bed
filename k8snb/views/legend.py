"""The legend under a picture: which marks are in it and what they mean, and how much of everything there is."""

from __future__ import annotations

from k8snb.views.drawing import Box, Drawing
from k8snb.views.lettering import width
from k8snb.views.model import ClusterPicture, State
from k8snb.views.theme import MARKS

HEIGHT = 18


def summary(picture: ClusterPicture) -> str:
    """`3 nodes, 12 Pods (2 not ready), 1 Service`; or why nothing can be said."""
    if picture.silence:
        return picture.silence
    unready = sum(pod.state not in (State.READY, State.DONE) for pod in picture.pods)
    pods = _count(len(picture.pods), "Pod") + (f" ({unready} not ready)" if unready else "")
    return ", ".join([_count(len(picture.nodes), "node"), pods, _count(len(picture.services), "Service")])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def draw(drawing: Drawing, picture: ClusterPicture, box: Box, note: str = "") -> None:
    """Marks and words of the states that occur, and on the right a note and the summary."""
    found = {pod.state for pod in picture.pods} | {c.state for pod in picture.pods for c in pod.containers}
    x = box.x + 4
    for state in (state for state in State if state in found):
        word = MARKS[state].word
        room = round(width(word, 9) * 1.08) + 4
        drawing.mark(f"legend/{state}", (x + 4, box.y + box.h / 2), 8, state)
        drawing.words(f"legend/{state}/word", Box(x + 12, box.y, room, box.h), [word], "legend")
        x += room + 26
    text = f"{note} · {summary(picture)}" if note else summary(picture)
    room = round(width(text, 9) * 1.08) + 4
    if x + room < box.right:
        drawing.words("legend/summary", Box(box.right - room, box.y, room, box.h), [text], "legend")


def empty(view: str, words: str, width_: int) -> str:
    """A picture that only says why there is nothing to see."""
    drawing = Drawing(f"{view}: {words}", width_, 80)
    drawing.words("note/empty", Box(16, 24, width_ - 32, 32), [words], "empty", centred=True)
    return drawing.source
