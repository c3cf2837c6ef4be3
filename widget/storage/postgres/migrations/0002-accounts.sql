-- Users and tokens are one small document: a change sees all of it, as in accounts.json.
CREATE TABLE account (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version uuid NOT NULL,
    document jsonb NOT NULL
);

-- Processes keep what they read by its version. So every change gets a new one, that of a person in
-- psql, too; not the next number, which would come once more after a backup was put back.
CREATE FUNCTION account_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := gen_random_uuid();
    RETURN NEW;
END $$;
CREATE TRIGGER account_version BEFORE INSERT OR UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION account_version();
INSERT INTO account (document) VALUES ('{"version": 1, "users": [], "tokens": []}');

-- Sessions, links, throttling, rates and answers to repeat, each until its time is over.
-- json, not jsonb: a value comes back as it was, whatever escapes it holds.
CREATE TABLE remembered (
    kind text NOT NULL,
    place text NOT NULL,
    value json NOT NULL,
    until double precision NOT NULL,
    PRIMARY KEY (kind, place)
);
CREATE INDEX remembered_until ON remembered (until);
