-- After a re-embedding the earlier vectors stay until they are given up: in the column and under the model that were "next".
ALTER TABLE corpus ADD COLUMN vectors_kept BOOLEAN DEFAULT false NOT NULL;
