-- Small records beside the entries (decision 0032): reports, checks of sources, links, counts.
CREATE TABLE document (
    collection text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    body text NOT NULL,
    bucket text COLLATE "C" NOT NULL,
    rank double precision NOT NULL,
    PRIMARY KEY (collection, key)
);
CREATE INDEX document_rank ON document (collection, bucket, rank, key);
CREATE INDEX document_newest ON document (collection, rank, key);
