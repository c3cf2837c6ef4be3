-- By which rules the keys of addresses were made (widget/entry/urls.py, KEYS). Where they are others than
-- this release's, the store makes them anew when it opens.
CREATE TABLE address_keys (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    rules text NOT NULL
);
INSERT INTO address_keys (rules) VALUES ('');
