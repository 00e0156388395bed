"""One WebSocket of a client: uvicorn's protocol, and which certificate the client showed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol


class WebSocketConnection(WSProtocol):
    """A WebSocket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._client_certificate = tls.getpeercert(binary_form=True) if tls is not None else None

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        self.scope["k8snb.client_certificate"] = self._client_certificate  # type: ignore[typeddict-unknown-key]
