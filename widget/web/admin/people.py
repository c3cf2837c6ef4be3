"""Users and their tokens. For admins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.accounts import ROLES, Role, User, at_least
from widget.errors import InvalidAccount, message
from widget.web import security_events
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _

_DAYS = (30, 90, 180, 365)


routes = Blueprint("people", __name__)


@routes.get("/people")
@auth.needs("admin")
def listing() -> Response:
    """Show all users and tokens."""
    return _listing()


@routes.post("/people")
@auth.needs("admin")
@auth.confirms_password
def add() -> Response:
    """Add a user."""
    name = request.form.get("name", "").strip().lower()
    try:
        user = admin().accounts.add_user(name, _role(), publications=_publications())
    except InvalidAccount as error:
        return _listing(str(error), name=name)
    _record("user-added", user.name, user.role)
    return _person(user, link=_link(user), status=HTTPStatus.CREATED)


@routes.get("/people/<name>")
@auth.needs("admin")
def person(name: str) -> Response:
    """Show one user."""
    return _person(_user(name))


@routes.post("/people/<name>/role")
@auth.needs("admin")
@auth.confirms_password
def change_role(name: str) -> AnyResponse:
    """Give a user another role."""
    try:
        role = _role()
        admin().accounts.set_role(name, role)
    except InvalidAccount as error:
        return _person(_user(name), problem=str(error))
    _record("role-changed", name, role)
    return _back_to(name)


@routes.post("/people/<name>/publications")
@auth.needs("admin")
@auth.confirms_password
def change_publications(name: str) -> AnyResponse:
    """Change which publications a user works for."""
    try:
        chosen = _publications(*_user(name).publications)
        admin().accounts.set_publications(name, chosen)
    except InvalidAccount as error:
        return _person(_user(name), problem=str(error))
    _record("publications-changed", name, ", ".join(chosen) or "all")
    return _back_to(name)


@routes.post("/people/<name>/disabling")
@auth.needs("admin")
@auth.confirms_password
def disable(name: str) -> AnyResponse:
    """Keep a user from signing in."""
    try:
        admin().accounts.set_disabled(name, True)  # noqa: FBT003  # the value itself
    except InvalidAccount as error:
        return _person(_user(name), problem=str(error))
    _record("user-disabled", name)
    return _back_to(name)


@routes.post("/people/<name>/enabling")
@auth.needs("admin")
@auth.confirms_password
def enable(name: str) -> AnyResponse:
    """Let a user sign in again."""
    admin().accounts.set_disabled(name, False)  # noqa: FBT003  # the value itself
    _record("user-enabled", name)
    return _back_to(name)


@routes.post("/people/<name>/links")
@auth.needs("admin")
@auth.confirms_password
def make_link(name: str) -> Response:
    """Create a link of one use to sign in or choose a password."""
    user = _user(name)
    if user.disabled:
        return _person(user, problem=message("the account is disabled; enable it first"))
    return _person(user, link=_link(user), status=HTTPStatus.CREATED)


@routes.post("/people/<name>/tokens")
@auth.needs("admin")
@auth.confirms_password
def create_token(name: str) -> Response:
    """Create a token for the API."""
    label, role, actor = request.form.get("token", "").strip(), _role(), auth.user().name
    try:
        secret, token = admin().accounts.create_token(
            label, role, owner=name, expires_at=_expiry(), actor=actor
        )
    except InvalidAccount as error:
        return _person(_user(name), problem=str(error))
    _record("token-made", name, f"{token.id} {token.role}")
    return _person(_user(name), secret=secret, status=HTTPStatus.CREATED)


@routes.post("/tokens/<token_id>/revocation")
@auth.needs("admin")
@auth.confirms_password
def revoke(token_id: str) -> AnyResponse:
    """Revoke a token."""
    admin().accounts.revoke_token(token_id)
    owner = next(it.owner for it in admin().accounts.tokens() if it.id == token_id)
    _record("token-revoked", owner or "", token_id)
    return rendering.see(url_for(".person", name=owner) if owner else url_for(".listing"))


def _listing(problem: str = "", *, name: str = "") -> Response:
    tokens = admin().accounts.tokens()
    now = datetime.now(UTC)
    open_ = [it.owner for it in tokens if not it.revoked and it.expires_at > now]
    return rendering.page(
        "people.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        users=admin().accounts.users(),
        counts={name: open_.count(name) for name in set(open_)},
        ownerless=[token for token in tokens if token.owner is None],
        roles=ROLES,
        publications=_names(),
        now=now,
        problem=problem,
        name=name,
    )


# A secret is shown in the response to the form itself, not after a redirect: it is not stored.
def _person(
    whose: User, *, problem: str = "", link: str = "", secret: str = "", status: int = 200
) -> Response:
    return rendering.page(
        "person.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else status,
        whose=whose,
        tokens=[token for token in admin().accounts.tokens() if token.owner == whose.name],
        roles=ROLES,
        publications=_names(*whose.publications),
        token_roles=[role for role in ROLES if at_least(whose.role, role)],
        days=_DAYS,
        now=datetime.now(UTC),
        problem=problem,
        link=link,
        secret=secret,
    )


def _user(name: str) -> User:
    unknown = _("There is no user %(name)r.", name=name)
    return admin().accounts.user(name) or abort(HTTPStatus.NOT_FOUND, unknown)


def _link(user: User) -> str:
    _record("link-made", user.name)
    code = admin().accounts.password_link(user)
    settings = admin().settings
    if settings.base_url is None or settings.admin_host:
        page = url_for("admin.session.link", _external=True)
    else:
        path = url_for("admin.session.link").removeprefix(request.script_root)
        page = settings.base_url + path
    return f"{page}#{code}"


def _record(event: security_events.Event, subject: str, detail: str = "") -> None:
    security_events.record(event, actor=auth.user().name, subject=subject, detail=detail)


def _role() -> Role:
    given = request.form.get("role", "")
    role = next((role for role in ROLES if role == given), None)
    return role or abort(HTTPStatus.BAD_REQUEST, _("There is no such role."))


def _names(*existing: str) -> list[str]:
    """Return the names of all publications, and ``existing`` ones that are gone."""
    configured = [it.name for it in admin().settings.publications]
    return list(dict.fromkeys([*configured, *existing]))


def _publications(*existing: str) -> tuple[str, ...]:
    """Return the publications that the form names; none: all."""
    chosen = request.form.getlist("publication")
    if request.form.get("reach") == "some" and not chosen:
        raise InvalidAccount(message("choose at least one publication, or all of them"))
    if not set(chosen) <= set(_names(*existing)):
        abort(HTTPStatus.BAD_REQUEST, _("There is no such publication."))
    return tuple(chosen) if request.form.get("reach") == "some" else ()


def _expiry() -> datetime:
    days = request.form.get("days", "")
    if days not in map(str, _DAYS):
        abort(HTTPStatus.BAD_REQUEST, _("A token is good for a number of days on the list."))
    return datetime.now(UTC) + timedelta(days=int(days))


def _back_to(name: str) -> AnyResponse:
    # Users who are no longer admins may not see the page.
    if name == auth.user().name:
        return rendering.see(url_for("admin.entries.listing"))
    return rendering.see(url_for(".person", name=name))
