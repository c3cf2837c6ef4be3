"""The PostgreSQL store as it grows: look-ups, lists, searches, publishing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import psycopg

from benchmarks.scale import listed, save, timed
from widget.store import Query, Sort, Store, open_store

_PAPER = "https://harborcourier.example/opinion"
_SYLLABLES = [first + last for first in "bdfghklmnprst" for last in "aeiou"]
_DOCUMENT = {
    "schema": 1,
    "id": "ID",
    "language": "en",
    "article": {
        "url": f"{_PAPER}/ID",
        "title": "TITLE",
        "kind": "opinion",
        "section": "Opinion",
    },
    "viewpoint": {"lean": "center"},
    "perspectives": [{"role": "ideas", "points": [{"text": "TEXT [1]."}]}],
    "sources": [{"title": "A clock", "url": "https://clock.example/"}],
    "provenance": {"origin": "human"},
}
# By SQL: over the store's own methods a million entries would take an hour.
_FILL = """
CREATE TEMPORARY TABLE made AS
SELECT n, 'entry-' || n AS id,
  (ARRAY['live','live','live','live','live','live','live','live','live','live','live','live',
    'live','live','live','live','both','draft','draft','withdrawn'])
    [1 + (random() * 19)::int] AS state,
  (ARRAY['left','center-left','center','center-right','right','not-political','not-rated'])
    [1 + (random() * 6)::int] AS lean,
  'Section ' || (1 + (20 * random() ^ 3)::int) AS section,
  (ARRAY['en','en','en','en','en','en','en','es','es','fr','de','ar'])[1 + (random() * 11)::int]
    AS language,
  1600000000000000 + (random() * 2e14)::bigint AS changed,
  (SELECT string_agg(v.s[1 + k %% 65] || v.s[1 + k / 65 %% 65] || v.s[1 + k * 7 %% 65], ' ')
    FROM (SELECT (random() ^ 3 * 20000)::int AS k
    FROM generate_series(1, 6 + n * 0)) AS its) AS title,
  (SELECT string_agg(v.s[1 + k %% 65] || v.s[1 + k / 65 %% 65] || v.s[1 + k * 7 %% 65], ' ')
    FROM (SELECT (random() ^ 3 * 20000)::int AS k
    FROM generate_series(1, 30 + n * 0)) AS its) AS text
FROM generate_series(1, %(count)s) AS n, (SELECT %(syllables)s::text[] AS s) AS v;
INSERT INTO revision (entry_id, number, at, actor, action, note, legal, entry)
SELECT id, 1, to_timestamp(changed / 1e6), 'ana', 'publish', '', false,
  replace(replace(replace(%(document)s, 'ID', id), 'TITLE', title), 'TEXT', text)::jsonb FROM made;
INSERT INTO entry (id, head, live, draft, title, folded, url, state, waiting, lean, section,
  language, changed)
SELECT id, 1, CASE state WHEN 'draft' THEN NULL ELSE 1 END,
  CASE WHEN state IN ('draft', 'both') THEN 1 END, title, title,
  'https://harborcourier.example/opinion/' || id, state, state IN ('draft', 'both'), lean, section,
  language, changed FROM made;
INSERT INTO address SELECT sha256(convert_to('harborcourier.example/opinion/' || id, 'UTF8')),
  id FROM made;
INSERT INTO words SELECT id, its.text, ARRAY(
    SELECT DISTINCT unnest(
      ARRAY[ascii(c), ((ascii(c)::bigint * 65599 + ascii(d)) & 2147483647)::int])
    FROM (SELECT c, coalesce(lead(c) OVER (ORDER BY place), c) AS d
      FROM unnest(string_to_array(its.text, NULL)) WITH ORDINALITY AS each (c, place)) AS two)
  FROM (SELECT id, id || E'\\n' || title || E'\\n' || text AS text FROM made) AS its;
INSERT INTO kind SELECT state, state IN ('draft', 'both'), lean, section, language, count(*)
  FROM made GROUP BY 1, 2, 3, 4, 5;
DROP TABLE made;
"""


def fill(url: str, count: int) -> None:
    """Put ``count`` entries into the empty store at ``url``; needs some minutes for a million."""
    open_store(url, lambda _: []).close()
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'; DROP INDEX words_text, words_pairs")
        given = {
            "count": count,
            "syllables": _SYLLABLES,
            "document": json.dumps(_DOCUMENT),
        }
        connection.execute(_FILL, given)
        connection.execute("CREATE INDEX words_text ON words USING gin (text gin_trgm_ops)")
        connection.execute("CREATE INDEX words_pairs ON words USING gin (pairs)")
        connection.execute("VACUUM ANALYZE")


def measure(url: str) -> dict[str, dict[str, float]]:
    """Return what was measured of the store that was filled at ``url``, in milliseconds."""
    store = open_store(url, lambda _: [])
    try:
        return dict(_calls(store))
    finally:
        store.close()


def _calls(store: Store) -> Iterator[tuple[str, dict[str, float]]]:
    chance = random.Random(3)  # noqa: S311  # any entries will do
    total = store.tally(Query()).total
    some = [f"entry-{chance.randrange(1, total + 1)}" for _ in range(500)]
    few = some[:20]
    yield "look up by id, first time", timed(some, store.live)
    yield "look up by id, again", timed(some[-200:] * 10, store.live)
    yield "find by URL", timed(some, lambda name: store.find(f"{_PAPER}/{name}"))
    rare = chance.choice(store.rows(Query(), limit=50)[0].title.split()[1:])
    queries = {
        "list": Query(),
        "list by title": Query(sort="title"),
        "list, filtered": Query(state="live", lean="left", section="Section 21"),
        "list, filtered, by title": Query(state="withdrawn", section="Section 21", sort="title"),
        "search: a word in every other entry": Query(search="bababa"),
        "search: a rarer word": Query(search=rare),
        "search: two words": Query(search=f"bababa {rare}"),
        "search: two letters": Query(search="zz"),
        "search: one entry": Query(search=some[0]),
        "search, filtered": Query(search=rare, section="Section 21"),
    }
    for name, query in queries.items():
        yield name, timed(few, lambda _, query=query: listed(store, query))  # type: ignore[misc]  # called at once
    sorts: tuple[Sort, ...] = ("changed", "title", "id")
    for sort in sorts:
        for name, offset in {"middle": total // 2, "last": total - 50}.items():
            page = Query(sort=sort)
            yield (
                f"list by {sort}, {name} page",
                timed(
                    few,
                    lambda _, page=page, offset=offset: store.rows(page, limit=50, offset=offset),  # type: ignore[misc]  # called at once
                ),
            )
    numbers = [f"{number}" for number in range(60)]
    yield "save a new draft", timed(numbers, lambda number: save(store, number))
    yield "publish it", timed(numbers, lambda it: store.publish(f"measured-{it}", actor="ana"))
