-- Purges of the caches in front of the service (decision 0014).
CREATE TABLE purge (
    token text PRIMARY KEY,
    entry_id text NOT NULL,
    at double precision NOT NULL,
    pending boolean NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX purge_entry ON purge (entry_id, at);
CREATE INDEX purge_pending ON purge (at) WHERE pending;
