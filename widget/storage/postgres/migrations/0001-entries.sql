-- Entries and their revisions (decision 0013). Text is compared byte by byte, as files' names are.
-- What happened. Appending number n + 1 is the compare-and-swap; nothing here is ever rewritten.
CREATE TABLE revision (
    entry_id text COLLATE "C" NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    note text NOT NULL,
    legal boolean NOT NULL,
    entry jsonb NOT NULL,
    PRIMARY KEY (entry_id, number)
);

-- What it adds up to: one row for each entry. live is the newest publication or withdrawal and
-- draft the newest save that nothing dropped; the rest is what lists show.
CREATE TABLE entry (
    id text COLLATE "C" PRIMARY KEY,
    head integer NOT NULL,
    live integer,
    draft integer,
    changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    title text NOT NULL,
    folded text COLLATE "C" NOT NULL,
    url text NOT NULL,
    state text COLLATE "C" NOT NULL,
    waiting boolean NOT NULL,
    lean text COLLATE "C" NOT NULL,
    section text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    changed bigint NOT NULL
);
CREATE INDEX entry_changed_in ON entry (changed_in);
-- Of an entry whose state is empty there is a history and nothing to list. What is included lets
-- filters pass over many rows in the index alone; a section beside a title might be too long there.
CREATE INDEX entry_changed ON entry (changed, id) INCLUDE (state, waiting, lean, section, language)
    WHERE state <> '';
CREATE INDEX entry_title ON entry (folded, id) INCLUDE (state, waiting, lean, language)
    WHERE state <> '';
CREATE INDEX entry_state ON entry (state, changed, id);
CREATE INDEX entry_waiting ON entry (changed, id) WHERE waiting;
CREATE INDEX entry_lean ON entry (lean, changed, id) WHERE state <> '';
CREATE INDEX entry_section ON entry (section, changed, id) WHERE state <> '';
CREATE INDEX entry_language ON entry (language, changed, id) WHERE state <> '';

-- What a search reads, folded; apart, so that rows are narrow and a new state writes no text.
CREATE TABLE words (
    id text COLLATE "C" PRIMARY KEY,
    text text COLLATE "C" NOT NULL,
    pairs integer[] NOT NULL
);
-- Numbers for each character and each two in a row, since pg_trgm knows three and more.
CREATE INDEX words_pairs ON words USING gin (pairs);
-- Where PostgreSQL came without it, searching takes longer; docs/store.md says what to do then.
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX words_text ON words USING gin (text gin_trgm_ops);
EXCEPTION WHEN undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm is not there';
END $$;

-- The SHA-256 of each normalized address of what is or was live: no two entries can own one.
CREATE TABLE address (
    key bytea PRIMARY KEY,
    entry_id text COLLATE "C" NOT NULL
);
CREATE INDEX address_entry ON address (entry_id);

-- How many rows there are of each kind, as sums of what changes added and took away, so that nobody
-- has to count them and no change waits for another. Now and then they are added up.
CREATE TABLE kind (
    state text COLLATE "C" NOT NULL,
    waiting boolean NOT NULL,
    lean text COLLATE "C" NOT NULL,
    section text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    rows bigint NOT NULL
);
