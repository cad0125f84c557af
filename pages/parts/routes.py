"""What the server gives beside Streamlit's pages: plotly's script from the installed package, and models as files.

Files go out from the disk, never through the server's memory. A download's address is signed for a day, so that an id alone
opens nothing.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.home import home
from core.words import Words, language_for
from pages.parts.pulse import answer, kept

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

DAY = 86_400
"""Seconds that a download's address holds."""


def routes() -> list[BaseRoute]:
    from starlette.routing import Route

    return [
        Route(_prefixed("/parafine/plotly-{version}.min.js"), plotly_script),
        Route(_prefixed("/parafine/download/{token}/{name}"), download),
        Route(_prefixed("/parafine/now/{token}"), now),
    ]


def plotly_address() -> str:
    """Where the browser finds plotly's script on this server."""
    from plotly import __version__

    return _prefixed(f"/parafine/plotly-{__version__}.min.js")


def download_address(path: Path, name: str) -> str:
    """A signed address for a file of the home, saved by the browser under `name`."""
    token = _signer().dumps(str(path.resolve().relative_to(home())))
    return _prefixed(f"/parafine/download/{token}/{quote(name.replace('/', '_'))}")


def live_address(view: tuple[str, ...]) -> str:
    """Where the browser asks how something stands now; view: what, and of what, see pages.parts.pulse."""
    return _prefixed(f"/parafine/now/{_signer().dumps(view)}")


async def plotly_script(request: Request) -> Response:
    from starlette.responses import FileResponse

    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(_plotly_file(), media_type="text/javascript", headers=headers)


async def download(request: Request) -> Response:
    from starlette.responses import FileResponse, PlainTextResponse

    _ = Words(language_for(None, request.headers.get("accept-language"))).gettext
    try:
        relative = _signer().loads(request.path_params["token"], max_age=DAY)
    except BadSignature:
        return PlainTextResponse(_("This link has expired: open the page again."), status_code=403)
    path = home() / relative
    if not path.is_file():
        return PlainTextResponse(_("This file is not there any more: open the page again."), status_code=404)
    return FileResponse(path, filename=request.path_params["name"])


async def now(request: Request) -> Response:
    """What `pages.parts.pulse` answers; nothing when the browser has it already."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response

    try:
        view = tuple(_signer().loads(request.path_params["token"]))
    except BadSignature:
        return Response(status_code=403)
    known = kept(view) or await run_in_threadpool(answer, view)
    if request.query_params.get("have") == known.version:
        return Response(status_code=204)
    return Response(known.content, media_type="application/json", headers={"X-Version": known.version})


@lru_cache
def _plotly_file() -> Path:
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@lru_cache
def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secrets.token_bytes(32), salt="download")


def _prefixed(path: str) -> str:
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path
