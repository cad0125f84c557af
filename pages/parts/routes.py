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

from core.errors import UserError
from core.home import home
from core.store.project import Project, open_project
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
        Route(_prefixed("/parafine/augmented/{token}/{name}"), augmented),
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


def augmented_address(project: Project, words: Words, *, only_accepted: bool) -> str:
    """A signed address for the augmented table of a project, in the CSV that this language's spreadsheets expect."""
    delimiter = ";" if words.language == "fr" else ","
    token = _signer().dumps([project.id, delimiter, only_accepted])
    name = Path(project.table.name).stem if project.table else project.name
    return _prefixed(f"/parafine/augmented/{token}/{quote(name.replace('/', '_'))}-parafine.csv")


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


async def augmented(request: Request) -> Response:
    """The augmented table, written while it is sent: no file of it is kept, and the server never holds it whole."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, StreamingResponse

    from core.augment.augmented import augmented_csv

    words = Words(language_for(None, request.headers.get("accept-language")))
    try:
        project_id, delimiter, only_accepted = _signer().loads(request.path_params["token"], max_age=DAY)
        project = await run_in_threadpool(open_project, project_id)
    except BadSignature:
        said = words.gettext("This link has expired: open the page again.")
        return PlainTextResponse(said, status_code=403)
    except UserError as error:
        return PlainTextResponse(error.sentence(words), status_code=404)
    pieces = augmented_csv(project, delimiter, only_accepted=only_accepted)
    name = quote(request.path_params["name"])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


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
