"""Scaling of the PostgreSQL store: look-ups, lists, searches, publishing."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import postgres
import psycopg

from benchmarks.scale import listed, pages_by_key, save, timed
from benchmarks.serving import serving
from widget.store import Query, Rules, Sort, Store, open_store

# As on a small dedicated machine; all else is PostgreSQL's default.
_SERVER = {"shared_buffers": "2GB", "max_wal_size": "8GB", "random_page_cost": "1.1"}
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
# In SQL: through the store's methods a million entries would take an hour.
_FILL = """
CREATE TEMPORARY TABLE fresh AS
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
    FROM generate_series(1, %(words)s + n * 0)) AS its) AS text
FROM generate_series(1, %(count)s) AS n, (SELECT %(syllables)s::text[] AS s) AS v;
INSERT INTO revision (entry_id, number, at, actor, action, note, legal, entry)
SELECT id, 1, to_timestamp(changed / 1e6), 'ana', 'publish', '', false,
  replace(replace(replace(%(document)s, 'ID', id), 'TITLE', title), 'TEXT', text)::jsonb FROM fresh;
INSERT INTO entry (id, head, live, draft, title, folded, url, state, waiting, lean, section,
  language, changed)
SELECT id, 1, CASE state WHEN 'draft' THEN NULL ELSE 1 END,
  CASE WHEN state IN ('draft', 'both') THEN 1 END, title, title,
  'https://harborcourier.example/opinion/' || id, state, state IN ('draft', 'both'), lean, section,
  language, changed FROM fresh;
INSERT INTO address SELECT sha256(convert_to('harborcourier.example/opinion/' || id, 'UTF8')),
  id FROM fresh;
INSERT INTO words SELECT id, its.text, ARRAY(
    SELECT DISTINCT unnest(
      ARRAY[ascii(c), ((ascii(c)::bigint * 65599 + ascii(d)) & 2147483647)::int])
    FROM (SELECT c, coalesce(lead(c) OVER (ORDER BY place), c) AS d
      FROM unnest(string_to_array(its.text, NULL)) WITH ORDINALITY AS each (c, place)) AS two)
  FROM (SELECT id, id || E'\\n' || title || E'\\n' || text AS text FROM fresh) AS its;
INSERT INTO kind SELECT state, state IN ('draft', 'both'), lean, section, language, count(*)
  FROM fresh GROUP BY 1, 2, 3, 4, 5;
DROP TABLE fresh;
"""


def fill(url: str, count: int, words: int) -> None:
    """Fill the empty store at ``url`` with entries of so many words.

    A million of 30 take ten minutes, a hundred thousand of 400 take six.
    """
    open_store(url, Rules(lambda _: [])).close()
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'; DROP INDEX words_text, words_pairs")
        given = {
            "count": count,
            "words": words,
            "syllables": _SYLLABLES,
            "document": json.dumps(_DOCUMENT),
        }
        connection.execute(_FILL, given)
        connection.execute("CREATE INDEX words_text ON words USING gin (text gin_trgm_ops)")
        connection.execute("CREATE INDEX words_pairs ON words USING gin (pairs)")
        connection.execute("VACUUM ANALYZE")


def measure(count: int, words: int, data: Path | None = None) -> dict[str, object]:
    """Return the measurements with ``count`` entries; times of calls in milliseconds."""
    with database(count, words, data) as (url, took):
        found: dict[str, object] = {"filled in, seconds": took} if took else {}
        before = time.perf_counter()
        store = open_store(url, Rules(lambda _: []))
        found["open, seconds"] = round(time.perf_counter() - before, 2)
        found.update(_calls(store))
        store.close()
        with serving(url, workers=2) as service:
            found["start to ready, seconds"] = round(service.ready_seconds, 2)
            found["memory of each worker, MB"] = service.memory()
        with psycopg.connect(url) as connection:
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert size
        found["database, MB"] = size[0] // 1_000_000
        return found


@contextmanager
def database(count: int, words: int, data: Path | None) -> Iterator[tuple[str, float]]:
    """Yield the URL of a database with ``count`` entries, and the seconds of filling it, or None.

    In ``data`` it stays for the next time.
    """
    with tempfile.TemporaryDirectory() as passing:
        Path(passing).chmod(0o755)  # the server does not run as root
        folder = (data or Path(passing)) / f"postgres-{count}-{words}"
        folder.mkdir(exist_ok=True)
        with postgres.server(folder, **_SERVER) as server:
            took = 0.0
            if not (folder / "filled").exists():
                before = time.perf_counter()
                fill(server.url, count, words)
                took = round(time.perf_counter() - before, 1)
                (folder / "filled").touch()
            yield server.url, took


def _calls(store: Store) -> Iterator[tuple[str, dict[str, float]]]:
    chance = random.Random(3)  # noqa: S311  # any entries will do
    total = store.counts(Query()).total
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
    yield from pages_by_key(store, total, 20)
    numbers = [f"{time.time_ns() + number}" for number in range(60)]
    yield "save a new draft", timed(numbers, lambda number: save(store, number))
    yield "publish it", timed(numbers, lambda it: store.publish(f"measured-{it}", actor="ana"))
