-- The public log (decision 0033): each publication and withdrawal, with the hash of the line before.
-- ``line`` has the bytes that are hashed, so it is text and no jsonb.
CREATE TABLE log_line (
    number bigint PRIMARY KEY,
    action text COLLATE "C" NOT NULL,
    line text NOT NULL
);
CREATE INDEX log_line_changes ON log_line (number) WHERE action <> 'publish';
