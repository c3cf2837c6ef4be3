-- The review, the plan and the assignment of each entry, as its newest revision left them (decision
-- 0024). Columns beside the JSON are those that lists filter by and that due changes are found by.
ALTER TABLE revision ADD COLUMN workflow json;
ALTER TABLE revision ADD COLUMN detail text NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN workflow json;
ALTER TABLE entry ADD COLUMN phase text COLLATE "C" NOT NULL DEFAULT 'draft';
ALTER TABLE entry ADD COLUMN assignee text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN saved_by text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN due date;
ALTER TABLE entry ADD COLUMN planned bigint;
CREATE INDEX entry_planned ON entry (planned, id) WHERE planned IS NOT NULL;
CREATE INDEX entry_phase ON entry (phase, changed, id) WHERE waiting;
CREATE INDEX entry_assignee ON entry (assignee, changed, id) WHERE assignee <> '';
