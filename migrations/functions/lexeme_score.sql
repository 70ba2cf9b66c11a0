-- How well a passage answers to one lexeme of a question: the lexeme's weight times its rank in the passage. The rank
-- grows with the lexeme's count, ever slower, and less in long passages; a heading (A) and the document's name (B) count for
-- more than the text (D).
CREATE OR REPLACE FUNCTION lexeme_score(passage tsvector, lexeme tsquery, weight double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT weight * ts_rank('{0.7, 0.7, 0.85, 1}', passage, lexeme, 1) $$;
