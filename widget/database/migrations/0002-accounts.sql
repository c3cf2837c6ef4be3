-- Users and tokens are one small document: a change sees all of it, as in accounts.json.
CREATE TABLE account (
    only boolean PRIMARY KEY DEFAULT true CHECK (only),
    version bigint NOT NULL,
    document jsonb NOT NULL
);

-- Sessions, links, throttling, rates and answers to repeat, each until its time is over.
CREATE TABLE remembered (
    kind text NOT NULL,
    place text NOT NULL,
    value jsonb NOT NULL,
    until double precision NOT NULL,
    PRIMARY KEY (kind, place)
);
CREATE INDEX remembered_until ON remembered (until);
