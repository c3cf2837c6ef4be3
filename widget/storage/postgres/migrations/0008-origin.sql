-- The origins of the article in the document that lists show, and in what is or was live (decision
-- 0026): by them, lists of one publication's entries are found. The keys of addresses are marked to
-- be made anew, and the store fills these columns with them when it opens; until then they are NULL,
-- which no publication's list shows.
ALTER TABLE entry ADD COLUMN origin text COLLATE "C";
ALTER TABLE entry ADD COLUMN live_origin text COLLATE "C";
CREATE INDEX entry_origin ON entry (origin, changed, id) WHERE state <> '';
UPDATE address_keys SET rules = '';
