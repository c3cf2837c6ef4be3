"""What editors do with links: make and revoke them, use a reply, decline it."""

from __future__ import annotations

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.entry.model import MAX_PERSPECTIVES, MAX_POINTS, Perspective, Point
from widget.errors import Breach, InvalidRequest, NotFound, counted, message
from widget.record.voices import DAYS, Shows, Voice, VoiceRole, Voices, as_light_html, has_reply_of
from widget.store import Live, Revision, Withdrawn


class VoiceDesk:
    """The links of the entries that ``editorial`` has. Raises NotFound for those of others."""

    def __init__(self, voices: Voices, editorial: Editorial, settings: Settings) -> None:
        self._voices = voices
        self._editorial = editorial
        self._settings = settings

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
        """Make a link; return its token, which is shown once, and its record.

        One for the author counts as asking them before the first publication. Raises
        InvalidRequest, NotFound.
        """
        self._require_public(entry_id)
        if role == "author":
            self._require_time(entry_id, days)
        token, voice = self._voices.make(
            entry_id, name=name, role=role, shows=shows, actor=actor, days=days
        )
        if role == "author":
            self._editorial.asking.ask(entry_id, actor=actor)
        return token, voice

    def of_entry(self, entry_id: str) -> list[Voice]:
        """Return the links of an entry, the newest first. Raises NotFound."""
        self._require(entry_id)
        return self._voices.of_entry(entry_id)

    def newest(self, *, limit: int) -> list[Voice]:
        """Return links of all entries of this scope, the newest first."""
        found: list[Voice] = []
        page = self._voices.newest(limit=limit)
        while page and len(found) < limit:
            found += [it for it in page if self._has(it.entry)]
            page = self._voices.newest(limit=limit, before=page[-1].place)
        return sorted(found[:limit], key=lambda it: it.made_at, reverse=True)

    def revoke(self, entry_id: str, key: str, *, actor: str) -> None:
        """End a link. Without another one, its author counts as not asked. Raises NotFound."""
        self._require(entry_id)
        gone = self._voices.revoke(entry_id, key)
        left = [it for it in self._voices.of_entry(entry_id) if it.role == "author" and it.is_open]
        if gone.role == "author" and not left:
            self._editorial.asking.revoke(entry_id, actor=actor)

    def use(self, entry_id: str, key: str, *, actor: str) -> Revision:
        """Save the reply as a point of the group ``reply``, signed, in the draft.

        Raises NotFound without a reply, InvalidRequest where the entry has no room for it.
        """
        self._require_public(entry_id)
        voice = self._voices.get(entry_id, key)
        if not voice.reply:
            raise NotFound(message("there is nothing to decide on: nobody has replied"))
        head = self._editorial.entries.head(entry_id)
        entry = with_reply(self._shown(entry_id), voice)
        note = f"Uses the reply of {voice.name}."
        revision = self._editorial.save(entry, actor=actor, note=note, head=head)
        self._voices.use(entry_id, key)
        return revision

    def decline(self, entry_id: str, key: str, *, reason: str) -> Voice:
        """Record that what came by a link is not shown. Raises InvalidRequest, NotFound."""
        self._require(entry_id)
        return self._voices.decline(entry_id, key, reason=reason)

    def _shown(self, entry_id: str) -> Entry:
        entries = self._editorial.entries
        draft, live = entries.draft(entry_id), entries.live(entry_id)
        if draft:
            return draft.entry
        if isinstance(live, Live):
            return live.entry
        raise NotFound(message("%(entry)r has no draft and is not live", entry=entry_id))

    def _has(self, entry_id: str) -> bool:
        return self._editorial.entries.head(entry_id) > 0

    def _require(self, entry_id: str) -> None:
        if not self._has(entry_id):
            raise NotFound(message("there is no entry %(entry)r", entry=entry_id))

    def _require_public(self, entry_id: str) -> None:
        self._require(entry_id)
        live = self._editorial.entries.live(entry_id)
        if isinstance(live, Withdrawn) and live.legal:
            gone = message("%(entry)r is withdrawn for legal reasons", entry=entry_id)
            raise NotFound(gone)

    def _require_time(self, entry_id: str, days: int) -> None:
        """Refuse a link that ends before the time in which the author may answer is over."""
        newest = self._editorial.entries.history(entry_id)[0].entry
        publication = self._settings.publication_for(newest.article.url)
        if publication.author == "asked" and days * 24 < publication.author_hours:
            short = counted(
                "is too short: %(name)s gives authors %(num)d hour to answer",
                "is too short: %(name)s gives authors %(num)d hours to answer",
                publication.author_hours,
                name=publication.name,
            )
            raise InvalidRequest([Breach("$.days", short)])


def with_reply(entry: Entry, voice: Voice) -> Entry:
    """Return ``entry`` with the reply as the last point of its group ``reply``.

    Raises InvalidRequest where there is no room for it, or a reply of this person already.
    """
    if has_reply_of(entry, voice):
        there = message("has a reply of %(name)s already", name=voice.name)
        raise InvalidRequest([Breach("$.perspectives", there)])
    point = Point(text=as_light_html(voice.reply), attributed_to=voice.name)
    groups = list(entry.perspectives)
    at = next((i for i, it in enumerate(groups) if it.role == "reply"), None)
    if at is None:
        groups.append(Perspective(role="reply", points=(point,)))
    else:
        points = (*groups[at].points, point)
        groups[at] = groups[at].model_copy(update={"points": points, "none_because": None})
    if len(groups) > MAX_PERSPECTIVES or any(len(it.points) > MAX_POINTS for it in groups):
        full = message("has no room for another group or point; remove one first")
        raise InvalidRequest([Breach("$.perspectives", full)])
    return entry.model_copy(update={"perspectives": tuple(groups)})
