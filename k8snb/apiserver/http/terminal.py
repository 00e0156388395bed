"""The terminal of `exec -it` and `attach -it`: what the kernel's line discipline does between a keyboard and a program.

A client with a terminal sends every key as it is pressed, Enter as a carriage return, and shows nothing by itself. Here keys
are echoed and gathered to lines, Ctrl-C, Ctrl-D, Ctrl-U and backspace mean what they mean, output gets its carriage returns,
and a shell that waits for a command shows its prompt. Simplified: no program switches to single keys or turns the echo off.
Source: termios(3).
"""

from __future__ import annotations

from typing import Any, Final

_INTERRUPT, _END, _KILL, _ERASE = 0x03, 0x04, 0x15, (0x08, 0x7F)
_NEWLINE: Final = b"\r\n"
#: bytes that one line may have; what is typed beyond is lost, as in the kernel
_LINE: Final = 4095


class Terminal:
    """An exec's stream behind a terminal, with the same interface. Used under the cluster's lock."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._line = bytearray()
        self._shown = bytearray()
        #: whether the prompt for the next command stands there already
        self._prompted = False

    @property
    def done(self) -> bool:
        return bool(self._stream.done)

    @property
    def status(self) -> int | None:
        status: int | None = self._stream.status
        return status

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def poll(self) -> list[tuple[str, bytes]]:
        """What is new on the screen."""
        self._print()
        if not self._prompted and not self._stream.done and self._stream.at_prompt:
            self._shown += self._stream.prompt.encode()
            self._prompted = True
        shown, self._shown = bytes(self._shown), bytearray()
        return [("stdout", shown)] if shown else []

    def _print(self) -> None:
        for _, data in self._stream.poll():
            self._shown += data.replace(b"\n", _NEWLINE)

    def write(self, data: bytes, more: bool = True) -> None:
        """Keys that are pressed. Without `more` nobody sits at the keyboard any longer."""
        for key in data:
            self._press(key)
        if not more:
            self._stream.write(bytes(self._line), more=False)

    def _press(self, key: int) -> None:
        if key in (0x0A, 0x0D):
            self._shown += _NEWLINE
            self._deliver(b"\n")
        elif key == _INTERRUPT:
            self._shown += b"^C" + _NEWLINE
            self._line.clear()
            self._stream.interrupt()
            self._prompted = False
        elif key == _END:
            if self._line:
                self._deliver(b"")
            else:
                self._stream.end_input()
                self._print()
                self._prompted = False
        elif key in _ERASE:
            self._erase()
        elif key == _KILL:
            while self._line:
                self._erase()
        elif len(self._line) < _LINE:
            self._line.append(key)
            self._shown += bytes([key]) if key >= 0x20 or key == 0x09 else b"^%c" % (key + 0x40)

    def _deliver(self, end: bytes) -> None:
        line = bytes(self._line) + end
        self._line.clear()
        self._stream.write(line, more=True)
        self._print()  # before what is typed next
        self._prompted = False

    def _erase(self) -> None:
        """Take the last character back, whatever bytes it has."""
        if not self._line:
            return
        while len(self._line) > 1 and self._line[-1] & 0xC0 == 0x80:
            self._line.pop()
        width = 2 if self._line.pop() < 0x20 else 1
        self._shown += b"\b \b" * width
