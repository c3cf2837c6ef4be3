-- Purges of the caches in front of the service (decision 0014). Room is left in each page, so that
-- a note of how an order stands is written beside it and touches no index.
CREATE TABLE purge (
    token text PRIMARY KEY,
    entry_id text NOT NULL,
    at double precision NOT NULL,
    pending boolean NOT NULL,
    document json NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX purge_entry ON purge (entry_id, at);
CREATE INDEX purge_pending ON purge (at) WHERE pending;
CREATE INDEX purge_done ON purge (at) WHERE NOT pending;
