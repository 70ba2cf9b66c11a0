-- The words of a file's name and folder: "People/AmaraDelcourt_CV2.pdf" gives "People AmaraDelcourt_CV2.pdf Amara Delcourt
-- CV 2". A word that holds others is kept as it is written, without the suffix of a file among its parts.
CREATE OR REPLACE FUNCTION name_words(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT coalesce(string_agg(CASE WHEN parts = word THEN word ELSE concat_ws(' ', word, parts) END, ' ' ORDER BY place), '')
    FROM regexp_split_to_table(name, '[\s/\\]+') WITH ORDINALITY AS split (word, place)
    CROSS JOIN LATERAL btrim(regexp_replace(
        regexp_replace(word, '\.[[:alpha:]][[:alnum:]]{0,4}$', ''),
        '[_.-]+|(?<=[[:lower:]])(?=[[:upper:]])|(?<=[[:upper:]])(?=[[:upper:]][[:lower:]])'
        '|(?<=[[:alpha:]])(?=[[:digit:]])|(?<=[[:digit:]])(?=[[:alpha:]])',
        ' ', 'g'
    )) AS parts
$$;
