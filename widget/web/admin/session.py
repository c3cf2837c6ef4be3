"""Signing in and out."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import Denied, Throttled
from widget.web.admin import guards
from widget.web.admin.guards import Desk

CLEARED = '"cache", "storage"'
"""What a browser forgets at sign-out. Not "cookies": it would drop those of the whole registrable
domain, and with them the newsroom's sessions elsewhere at the publisher's."""


def blueprint(desk: Desk) -> Blueprint:
    """Return ``/login``, ``/logout`` and ``/sign-in/<secret>``."""
    routes = Blueprint("session", __name__)

    @routes.get("/login")
    @guards.open_to_anyone
    def login() -> AnyResponse:
        if g.session is not None:
            return guards.see(guards.next_path(request.args.get("next", "")))
        return _form()

    @routes.post("/login")
    @guards.open_to_anyone
    def enter() -> AnyResponse:
        name = request.form.get("name", "")
        try:
            user = desk.accounts.authenticate(
                name, request.form.get("password", ""), address=request.remote_addr or ""
            )
        except Denied:
            problem = "This name and password do not belong together."
            return _form(problem, name=name, status=HTTPStatus.FORBIDDEN)
        except Throttled as error:
            seconds = max(1, math.ceil(error.retry_after))
            at = datetime.now(UTC) + timedelta(seconds=seconds)
            wait = f"{seconds} seconds" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
            problem = f"Too many tries. Try again in {wait}, after {at:%H:%M:%S} UTC."
            response = _form(problem, name=name, status=HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(seconds)
            return response
        return guards.signed_in(desk, user, guards.next_path(request.form.get("next", "")))

    @routes.get("/sign-in/<secret>")
    @guards.open_to_anyone
    def sign_in(secret: str) -> AnyResponse:
        user = desk.accounts.redeem_sign_in(secret)
        if user is None:
            problem = "This link was used before or is too old. Sign in with your password."
            return _form(problem, status=HTTPStatus.FORBIDDEN)
        return guards.signed_in(desk, user, "/admin/entries")

    @routes.post("/logout")
    def leave() -> AnyResponse:
        desk.accounts.close_session(request.cookies.get(guards.cookie_name(), ""))
        response = guards.see("/admin/login")
        guards.drop_cookie(response, guards.cookie_name())
        response.headers["Clear-Site-Data"] = CLEARED
        return response

    return routes


def _form(problem: str = "", *, name: str = "", status: int = HTTPStatus.OK) -> Response:
    return guards.page_before(
        "login.html",
        status=status,
        problem=problem,
        name=name,
        next=guards.next_path(request.values.get("next", "")),
        unsafe=request.scheme == "http" and not guards.plain_loopback(),
    )
