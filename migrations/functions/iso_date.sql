-- Year, month and day (null: not given), in digits, as {year-month, year-month-day}; without what is no month or day.
CREATE OR REPLACE FUNCTION iso_date(year text, month text, day text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN CAST(month AS integer) NOT BETWEEN 1 AND 12 THEN '{}'
        WHEN CAST(day AS integer) BETWEEN 1 AND 31 THEN ARRAY[whole, whole || '-' || lpad(day, 2, '0')]
        ELSE ARRAY[whole]
    END
    FROM (
        SELECT
            CASE WHEN length(year) = 4 THEN year WHEN year < '70' THEN '20' || year ELSE '19' || year END
            || '-' || lpad(month, 2, '0') AS whole
    ) AS dated
$$;
