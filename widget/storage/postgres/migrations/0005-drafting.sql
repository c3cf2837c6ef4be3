-- Runs of drafting (decision 0021). held_until is renewed by the process that works on a run; it is
-- outside the document, so that renewing it changes no record.
CREATE TABLE drafting_run (
    id text PRIMARY KEY,
    provider text NOT NULL,
    entry_id text,
    asked_at double precision NOT NULL,
    finished boolean NOT NULL,
    document json NOT NULL,
    evidence json,
    holder text,
    held_until timestamptz
) WITH (fillfactor = 50);
CREATE INDEX drafting_run_asked ON drafting_run (asked_at);
CREATE INDEX drafting_run_entry ON drafting_run (entry_id, asked_at);
CREATE INDEX drafting_run_unfinished ON drafting_run (asked_at) WHERE NOT finished;
