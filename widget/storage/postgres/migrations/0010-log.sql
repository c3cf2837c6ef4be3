-- The public log (decision 0033): each publication and withdrawal, with the hash of the line before.
-- ``line`` has the bytes that are hashed, so it is text and no jsonb; the others are for queries.
CREATE TABLE log_line (
    number bigint PRIMARY KEY,
    entry text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    action text COLLATE "C" NOT NULL,
    line text NOT NULL
);
CREATE INDEX log_line_changes ON log_line (number) WHERE action <> 'publish';
CREATE INDEX log_line_revision ON log_line (entry, revision);
