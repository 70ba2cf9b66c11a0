-- How an answer was made: the kind of its question, and each search with what it brought. Earlier answers had one search.
ALTER TABLE answers ADD COLUMN plan JSONB DEFAULT '{"kind": "simple"}' NOT NULL;

-- The steps of the plan that brought a candidate.
ALTER TABLE candidates ADD COLUMN found_by TEXT DEFAULT '' NOT NULL;
