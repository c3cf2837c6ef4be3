"""Which entries a person may see and change: those of the publications that they work for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from widget.config import Settings
from widget.entry import urls
from widget.store import Draft, Live, Sites, Withdrawn
from widget.store.entry_summary import article_url


@dataclass(frozen=True, slots=True)
class Scope:
    """The publications that somebody works for, by name; none: all of them.

    An entry belongs to ``settings.publication_for`` its article's URL. A name that no publication
    has (any more) stands for no entry.
    """

    settings: Settings
    names: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether it has every entry, and what belongs to no publication."""
        return not self.names

    @property
    def publications(self) -> tuple[str, ...]:
        """The names of its configured publications, in their order."""
        names = dict.fromkeys(it.name for it in self.settings.publications)
        return tuple(it for it in names if self.is_everything or it in self.names)

    @property
    def sites(self) -> tuple[Sites, ...]:
        """What a query needs to find its entries only."""
        return () if self.is_everything else (self._sites(self.names),)

    def sites_of(self, publication: str) -> tuple[Sites, ...]:
        """Return what a query needs to find one publication's entries; none for a foreign one."""
        names = (publication,) if publication in self.publications else ()
        return (self._sites(names),)

    def includes(self, url: str) -> bool:
        """Return whether the article at ``url`` belongs to one of its publications."""
        return self.is_everything or self.settings.publication_for(url).name in self.names

    def includes_entry(self, draft: Draft | None, live: Live | Withdrawn | None) -> bool:
        """Return whether an entry belongs to it: what is or was live, and the draft.

        An entry that is being moved to another publication belongs to neither.
        """
        found = [draft.entry.article.url] if draft else []
        found += [article_url(live)] if live else []
        return self.is_everything or (bool(found) and all(map(self.includes, found)))

    def reaches(self, publications: Iterable[str]) -> bool:
        """Return whether it and somebody's ``publications`` have one in common."""
        others = Scope(self.settings, tuple(publications))
        return self.is_everything or others.is_everything or bool({*self.names} & {*others.names})

    def _sites(self, names: Iterable[str]) -> Sites:
        """Return the sites of publications: a site belongs to the first one that lists it."""
        wanted, first = set(names), self.settings.publications[0].name
        owners: dict[str, str] = {}
        for publication in self.settings.publications:
            for origin in publication.origins:
                owners.setdefault(urls.origin_key(origin), publication.name)
        if first in wanted:  # it has the articles of all unlisted sites, too
            return Sites(tuple(it for it in owners if owners[it] not in wanted), others=True)
        return Sites(tuple(it for it in owners if owners[it] in wanted))
