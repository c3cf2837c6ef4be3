"""Links by which the author of an article, or somebody named in it, sees an entry and replies.

Whoever has the link needs no account. Only its hash is stored, so that nobody can read links out of
the store. What a link was opened for, and how often, is not recorded.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from widget.entry import Entry, light_html
from widget.errors import Breach, InvalidRequest, NotFound, counted, message
from widget.storage.documents import Collection, Documents
from widget.store import Live, Withdrawn

VoiceRole = Literal["author", "named"]
Shows = Literal["draft", "panel"]
VoiceState = Literal["sent", "objected", "replied", "used", "shown", "declined", "expired"]

COLLECTION = "voices"
DAYS = 14
MAX_DAYS = 90
KEEP_DAYS = 90
"""How long a link and what was written with it are kept after its end or its last change."""
MAX_NAME = 200
MAX_OBJECTION = 2_000
MAX_REPLY = 1_500
MAX_REASON = 500
_MARKER = re.compile(r"\[(?=[1-9][0-9]?\])")
_OLD = timedelta(days=KEEP_DAYS)
_FIELDS = ("name", "objection", "point", "reply", "reason")


Sent = Literal["objection", "reply"]
"""What comes by a link."""


class Voice(BaseModel):
    """One link. ``key`` is the SHA-256 of its token.

    ``point`` is what the objection is about: such as ``1-2``, "" for the whole. ``used_at`` is when
    an editor put the reply into a draft.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    entry: str
    name: str
    role: VoiceRole
    shows: Shows
    made_by: str
    made_at: AwareDatetime
    expires_at: AwareDatetime
    changed_at: AwareDatetime
    objection: str = ""
    point: str = ""
    objected_at: AwareDatetime | None = None
    reply: str = ""
    replied_at: AwareDatetime | None = None
    used_at: AwareDatetime | None = None
    declined_at: AwareDatetime | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it may still be written with."""
        return self.expires_at > _now()

    @property
    def is_decided(self) -> bool:
        """Whether an editor used or declined the reply, which is then fixed."""
        return bool(self.used_at or self.declined_at)

    @property
    def removed_after(self) -> datetime:
        """When it and its texts are removed."""
        return max(self.changed_at, self.expires_at) + _OLD

    @property
    def place(self) -> tuple[float, str]:
        """Where it stands in lists of all links."""
        return max(self.changed_at, self.expires_at).timestamp(), self.key

    def state(self, live: Live | Withdrawn | None) -> VoiceState:
        """Return how far it is; ``live`` is what readers see of its entry."""
        if self.used_at:
            return "shown" if isinstance(live, Live) and has_reply_of(live.entry, self) else "used"
        if self.declined_at:
            return "declined"
        if self.replied_at:
            return "replied"
        if self.objected_at:
            return "objected"
        return "sent" if self.is_open else "expired"


class Voices:
    """The links of a store. ``documents`` opens its records, when they are first needed.

    Every method raises StoreUnavailable.
    """

    def __init__(self, documents: Callable[[], Documents]) -> None:
        self._open = documents
        self._opened: Collection[Voice] | None = None

    def make(
        self,
        entry_id: str,
        *,
        name: str,
        role: VoiceRole,
        shows: Shows,
        actor: str,
        days: int = DAYS,
    ) -> tuple[str, Voice]:
        """Store a new link; return its token, which nobody can read afterwards, and its record.

        Raises InvalidRequest.
        """
        name = " ".join(name.split())
        _require(name, "$.name", MAX_NAME)
        if not 1 <= days <= MAX_DAYS:
            wrong = message("must be from 1 to %(most)d", most=MAX_DAYS)
            raise InvalidRequest([Breach("$.days", wrong)])
        token, now = secrets.token_urlsafe(32), _now()
        voice = Voice(
            key=_key(token),
            entry=entry_id,
            name=name,
            role=role,
            shows=shows,
            made_by=actor,
            made_at=now,
            expires_at=now + timedelta(days=days),
            changed_at=now,
        )
        self._voices.put(voice.key, voice)
        return token, voice

    def by_token(self, token: str) -> Voice | None:
        """Return the link of a token, also an expired one; None if there is none.

        The lookup is by hash: its duration says nothing about other tokens.
        """
        key = _key(token)
        found = self._voices.get(key)
        return found if found and hmac.compare_digest(found.key, key) else None

    def of_entry(self, entry_id: str) -> list[Voice]:
        """Return the links of an entry, the newest first."""
        found = [it for _, it in self._voices.newest(group=entry_id, limit=1_000)]
        return sorted(found, key=lambda it: it.made_at, reverse=True)

    def newest(self, *, limit: int, before: tuple[float, str] | None = None) -> list[Voice]:
        """Return links of all entries, those that are kept longest first."""
        return [it for _, it in self._voices.newest(limit=limit, before=before)]

    def get(self, entry_id: str, key: str) -> Voice:
        """Return a link of an entry. Raises NotFound."""
        found = self._voices.get(key)
        if found is None or found.entry != entry_id:
            raise _no_link(entry_id)
        return found

    def object_to(self, key: str, *, text: str, point: str = "") -> Voice:
        """Record an objection, in place of an earlier one. Raises InvalidRequest, NotFound."""
        text = as_plain_text(text)
        _require(text, "$.objection", MAX_OBJECTION)
        now = _now()
        return self._write(key, objection=text, point=point, objected_at=now)

    def reply(self, key: str, *, text: str) -> Voice:
        """Record a reply, in place of an earlier one. Raises InvalidRequest, NotFound."""
        text = as_plain_text(text)
        _require(text, "$.reply", MAX_REPLY)
        costly = light_html.cost_problem(as_light_html(text))
        if costly:
            raise InvalidRequest([Breach("$.reply", costly)])
        return self._write(key, reply=text, replied_at=_now())

    def use(self, entry_id: str, key: str) -> Voice:
        """Record that the reply was put into a draft. Raises NotFound without a reply."""
        return self._decide(entry_id, key, used_at=_now())

    def decline(self, entry_id: str, key: str, *, reason: str) -> Voice:
        """Record that what came by a link is not shown. Raises InvalidRequest, NotFound."""
        _require(reason.strip(), "$.reason", MAX_REASON)
        return self._decide(entry_id, key, declined_at=_now(), reason=reason.strip())

    def revoke(self, entry_id: str, key: str) -> Voice:
        """End a link and return what it was; a link without any text is removed with it."""
        voice, now = self.get(entry_id, key), _now()

        def ended(current: Voice | None) -> Voice | None:
            if current is None or not (current.objected_at or current.replied_at):
                return None
            return current.model_copy(update={"expires_at": now, "changed_at": now})

        self._voices.update(key, ended)
        return voice

    def forget(self, entry_id: str) -> int:
        """Remove all names and texts of an entry that is withdrawn for legal reasons.

        Return how many links had any.
        """
        emptied = dict.fromkeys(_FIELDS, "")
        filled = [it for it in self.of_entry(entry_id) if any(getattr(it, f) for f in _FIELDS)]
        for voice in filled:
            self._voices.update(voice.key, lambda it: it and it.model_copy(update=emptied))
        return len(filled)

    def remove_old(self, now: datetime | None = None) -> int:
        """Remove what has been kept for KEEP_DAYS; return how many links that were."""
        return self._voices.remove(below=((now or _now()) - _OLD).timestamp())

    @property
    def _voices(self) -> Collection[Voice]:
        if self._opened is None:
            self._opened = Collection(
                self._open(),
                COLLECTION,
                Voice,
                group=lambda it: it.entry,
                rank=lambda it: it.place[0],
            )
        return self._opened

    def _write(self, key: str, **update: object) -> Voice:
        def written(voice: Voice | None) -> Voice:
            if voice is None or not voice.is_open:
                raise NotFound(message("the link has ended"))
            if voice.is_decided:
                raise InvalidRequest([Breach("$", message("was decided on and is fixed"))])
            return voice.model_copy(update={**update, "changed_at": _now()})

        return self._updated(key, written)

    def _decide(self, entry_id: str, key: str, **update: object) -> Voice:
        def decided(voice: Voice | None) -> Voice:
            if voice is None or voice.entry != entry_id:
                raise _no_link(entry_id)
            if not (voice.reply or (voice.objection and "declined_at" in update)):
                raise NotFound(message("there is nothing to decide on: nobody has replied"))
            return voice.model_copy(update={**update, "changed_at": _now()})

        return self._updated(key, decided)

    def _updated(self, key: str, change: Callable[[Voice | None], Voice]) -> Voice:
        found = self._voices.update(key, change)
        if found is None:
            raise NotFound(message("the link has ended"))
        return found


def has_reply_of(entry: Entry, voice: Voice) -> bool:
    """Return whether a group ``reply`` of ``entry`` has a point that this person signs."""
    return any(
        point.attributed_to == voice.name
        for group in entry.perspectives
        if group.role == "reply"
        for point in group.points
    )


def as_light_html(text: str) -> str:
    """Return a plain text as light HTML that shows exactly this text: without marks or markers."""
    escaped = _MARKER.sub(r"\\[", html.escape(text, quote=False))
    return escaped.replace("\n", "<br>")


def _no_link(entry_id: str) -> NotFound:
    return NotFound(message("%(entry)r has no such link", entry=entry_id))


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def as_plain_text(text: str) -> str:
    """Return a text as it is stored: trimmed, with line feeds only, without control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(
        it for it in lines if it == "\n" or it.isprintable() or it in "\u200c\u200d\u200e\u200f"
    )


def _require(text: str, path: str, limit: int) -> None:
    if not text:
        raise InvalidRequest([Breach(path, message("is empty; fill it in"))])
    if len(text) > limit:
        long = counted(
            "is too long by %(num)d character; shorten it",
            "is too long by %(num)d characters; shorten it",
            len(text) - limit,
        )
        raise InvalidRequest([Breach(path, long)])


def _now() -> datetime:
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
