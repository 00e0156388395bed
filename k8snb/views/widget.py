"""The live view: a picture in a notebook that follows its cluster.

`ClusterView` reads a source, draws, and sends a frame when what is seen has changed; nothing is computed while the source's
revision stands still and nothing is sent while the picture does. Frames travel as messages, never as widget state, so an
executed notebook keeps a static SVG and a text, no state. The page's part is `static/view.js`. With `live=False` no widget is
made at all. A learner's commands call `refresh`; `follow` adds a thread for what happens by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from k8snb.api.selector import SelectorError
from k8snb.views import nodes, ownership, render, text, theme, topology
from k8snb.views.drawing import Frame
from k8snb.views.filter import Filter, select
from k8snb.views.legend import summary
from k8snb.views.model import ClusterPicture
from k8snb.views.source import Details, Inspect, Source

#: view -> how it is drawn
VIEWS: dict[str, Callable[[ClusterPicture, int], Frame]] = {
    "topology": topology.draw,
    "ownership": ownership.draw,
    "nodes": nodes.draw,
}
#: the widths that a page may ask for
_LEAST_WIDTH, _MOST_WIDTH = 480, 1600


class ClusterView:
    """A picture of a cluster that follows it. Show it by making it a cell's last value."""

    def __init__(
        self,
        source: Source,
        details: Inspect | None = None,
        *,
        view: str = "topology",
        filter: Filter | None = None,
        width: int = topology.WIDTH,
        interval: float = 0.2,
        live: bool = True,
    ) -> None:
        """`interval`: how often `follow` looks, in seconds. ValueError for an unknown view, SelectorError for a bad filter."""
        if view not in VIEWS:
            raise ValueError(f"unknown view {view!r}: there are {', '.join(VIEWS)}")
        self._source, self._details = source, details
        self.view, self.filter = view, filter or Filter()
        self._width = self._page_width = width
        self._interval, self._live = interval, live
        self._revision, self._picture = "", ClusterPicture()
        self._sent: tuple[str, Frame] | None = None
        self._widget: Any = None
        self._lock = threading.RLock()
        self._follower: _Follower | None = None
        self._read()

    # -- the picture --------------------------------------------------------------------------------------------------

    @property
    def picture(self) -> ClusterPicture:
        """What is shown: the last picture read, filtered."""
        return select(self._picture, self.filter)

    def svg(self, view: str = "") -> str:
        """The picture as it is now as an SVG that stands by itself. RenderError without a Graphviz."""
        self._read()
        return render.svg(VIEWS[view or self.view](self.picture, self._width).dot)

    def dot(self, view: str = "") -> str:
        """The picture as it is now as DOT."""
        self._read()
        return VIEWS[view or self.view](self.picture, self._width).dot

    def text(self, view: str = "") -> str:
        """The picture as it is now in words."""
        self._read()
        return text.describe(self.picture, view or self.view)

    def save(self, path: str | Path) -> None:
        """Write the picture to a file: SVG, or DOT or text by the ending `.dot` or `.txt`."""
        path = Path(path)
        content = {".dot": self.dot, ".txt": self.text}.get(path.suffix, self.svg)()
        path.write_text(content, encoding="utf-8")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        bundle: dict[str, Any] = {"text/plain": self.text(), "image/svg+xml": self.svg()}
        if not self._live:
            return bundle, {}
        shown = self._open()._repr_mimebundle_()
        shown_bundle, metadata = shown if isinstance(shown, tuple) else (shown, {})
        return {**(shown_bundle or {}), **bundle}, metadata

    # -- following the cluster ------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Look whether anything has changed, and send a frame if so. Whether one was sent. Raises what a follower met."""
        if self._follower is not None and self._follower.error is not None:
            error, self._follower.error = self._follower.error, None
            raise error
        return self._read() and self._send()

    def follow(self) -> None:
        """Look every `interval` seconds from now on, in a thread, until `close`."""
        if self._follower is None:
            self._follower = _Follower(self, self._interval)
            self._follower.start()

    def show(self, view: str = "", **changes: Any) -> None:
        """Change what is shown: the view, and fields of the filter. ValueError for what there is not."""
        unknown = changes.keys() - {field.name for field in fields(Filter)}
        if unknown:
            raise ValueError(f"unknown filter {', '.join(sorted(unknown))}")
        with self._lock:
            filter = replace(self.filter, **changes)
            select(ClusterPicture(), filter)  # refuses a bad selector before it is kept
            if view and view not in VIEWS:
                raise ValueError(f"unknown view {view!r}: there are {', '.join(VIEWS)}")
            self.view, self.filter = view or self.view, filter
        self._send()

    def close(self) -> None:
        """Stop following and take the widget away."""
        if self._follower is not None:
            self._follower.stop()
            self._follower = None
        if self._widget is not None:
            self._widget.close()
            self._widget = None

    def _read(self) -> bool:
        """Read the picture if the revision is a new one. Whether it was."""
        # Not under our lock: reading may wait for the cluster, whose holder may be waiting for us.
        revision, read = self._source()
        if revision == self._revision:
            return False
        picture = read()
        with self._lock:
            self._picture, self._revision = picture, revision
        return True

    def _send(self, again: bool = False) -> bool:
        """Draw, and send the frame if it is not the one that was sent last (or `again`)."""
        with self._lock:
            if self._widget is None:
                return False
            shown = self.picture
            frame = VIEWS[self.view](shown, self._page_width)
            if not again and self._sent == (self.view, frame):
                return False
            self._sent = (self.view, frame)
            self._widget.send(self._message(shown, frame))
            return True

    def _message(self, shown: ClusterPicture, frame: Frame) -> dict[str, Any]:
        everywhere = self._picture
        kinds = {everywhere.top(pod).kind for pod in everywhere.pods} | ({"Service"} if everywhere.services else set())
        ways = [{**way._asdict(), "lines": [render.short_id(line) for line in way.lines]} for way in frame.ways]
        return {
            "type": "frame",
            "svg": render.svg(frame.dot, live=True),
            "ways": ways,
            "view": self.view,
            "filter": asdict(self.filter),
            "choices": {"namespaces": list(everywhere.namespaces), "kinds": sorted(kinds)},
            "summary": summary(shown),
        }

    # -- the page's side ------------------------------------------------------------------------------------------------

    def _open(self) -> Any:
        if self._widget is None:
            self._widget = _widget_class()()
            self._widget.on_msg(lambda _, message, buffers: self._receive(message))
        return self._widget

    def _receive(self, message: dict[str, Any]) -> None:
        """Answer the page: `ready`, `width`, `choose`, `details`, `text` (see `static/view.js`)."""
        match message.get("type"):
            case "ready":
                self._read()
                self._send(again=True)
            case "choose":
                self._choose({name: value for name, value in message.items() if name != "type"})
            case "width":
                self._resize(int(message.get("width") or 0))
            case "text":
                self._widget.send({"type": "text", "text": self.text()})
            case "details":
                self._widget.send(self._inspect(message))

    def _resize(self, width: int) -> None:
        """Draw for the room that the page has."""
        width = min(max(width, _LEAST_WIDTH), _MOST_WIDTH)
        if width != self._page_width:
            self._page_width = width
            self._send()

    def _choose(self, wanted: dict[str, Any]) -> None:
        try:
            self.show(wanted.pop("view", ""), **wanted)
        except (SelectorError, ValueError) as error:
            self._widget.send({"type": "notice", "text": str(error)})

    def _inspect(self, message: dict[str, Any]) -> dict[str, Any]:
        asked = (str(message.get("kind")), str(message.get("namespace") or ""), str(message.get("name")))
        found = self._details(*asked) if self._details is not None else Details(error="This view knows no details.")
        return {"type": "details", "ask": message.get("ask"), **found._asdict()}


class _Follower:
    """A thread that refreshes a view. What goes wrong in it is raised by the next `refresh` of somebody else."""

    def __init__(self, view: ClusterView, interval: float) -> None:
        self._view, self._interval = view, interval
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="k8snb-view", daemon=True)
        self.error: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=1)

    def _run(self) -> None:
        render.warm()
        while not self._stopped.wait(self._interval):
            if self.error is None:
                try:
                    self._view.refresh()
                except BaseException as error:  # noqa: BLE001  surfaces in the next command
                    self.error = error


@cache
def _widget_class() -> Any:
    """The widget; made when first shown, because importing ipywidgets takes its time."""
    from anywidget import AnyWidget

    static = files("k8snb.views").joinpath("static")
    return type(
        "ClusterWidget",
        (AnyWidget,),
        {
            "_esm": static.joinpath("view.js").read_text("utf-8"),
            "_css": theme.stylesheet() + static.joinpath("view.css").read_text("utf-8"),
        },
    )
