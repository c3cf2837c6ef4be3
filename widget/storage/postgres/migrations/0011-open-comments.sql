-- Lists filter by open comments and by the day until which somebody works on an entry. The number of
-- comments is generated from the workflow, so that an older release that still runs keeps it right.
ALTER TABLE entry ADD COLUMN open_comments integer NOT NULL
  GENERATED ALWAYS AS (coalesce((workflow ->> 'open_comments')::integer, 0)) STORED;
CREATE INDEX entry_open_comments ON entry (changed, id) WHERE open_comments > 0;
CREATE INDEX entry_due ON entry (due, id) WHERE due IS NOT NULL;
