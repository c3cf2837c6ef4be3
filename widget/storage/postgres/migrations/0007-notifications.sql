-- Notifications (decision 0025): one row for each entry with what is to be told of it, and since
-- when anything is. Room is left in each page, so that an attempt is written beside what it replaces.
CREATE TABLE notification (
    entry_id text COLLATE "C" PRIMARY KEY,
    pending boolean NOT NULL DEFAULT false,
    failed boolean NOT NULL DEFAULT false,
    changed timestamptz NOT NULL DEFAULT clock_timestamp(),
    document json
) WITH (fillfactor = 50);
CREATE INDEX notification_pending ON notification (entry_id) WHERE pending;
CREATE INDEX notification_failed ON notification (entry_id) WHERE failed;
CREATE INDEX notification_changed ON notification (changed);
CREATE TABLE notification_begin (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    since double precision NOT NULL
);
