-- Dates in a text in normal form as year-month-day, and their months as year-month: 9 March 2024, March 9th, 2024,
-- 9. März 2024, 09.03.2024, 2024/3/9, 20240309, 2024年3月9日 give 2024-03-09 and 2024-03. With slashes the day or the month
-- may come first: both are given where both are possible.
CREATE OR REPLACE FUNCTION iso_dates(normal text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    dates text[];
    match text[];
    month integer;
BEGIN
    IF normal ~ '[0-9][./-] ?[0-9]{1,2}[./-] ?[0-9]|[0-9]{8}|[0-9]{1,2}[/.][0-9]{4}' THEN
        FOR match IN
            SELECT parts
            FROM regexp_matches(
                normal,
                '(?<![[:alnum:]./-])(?:((?:1[5-9]|20)[0-9]{2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})'
                    '|([0-9]{1,2})([./-]) ?([0-9]{1,2})[./-] ?((?:1[5-9]|20)[0-9]{2}|[0-9]{2})'
                    '|(0?[1-9]|1[0-2])[/.]((?:19|20)[0-9]{2})'
                    '|((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]))(?![0-9]|[./-][0-9])',
                'g'
            ) AS matched (parts)
        LOOP
            IF match[1] <> '' OR match[10] <> '' THEN
                dates := dates || iso_date(coalesce(match[1], match[10]), coalesce(match[2], match[11]), coalesce(match[3], match[12]));
            ELSIF match[9] <> '' THEN
                dates := dates || iso_date(match[9], match[8], NULL);
            ELSIF length(match[7]) = 4 OR length(match[4] || match[6]) = 4 THEN
                dates := dates || iso_date(match[7], match[6], match[4]);
                IF match[5] = '/' OR CAST(match[6] AS integer) > 12 THEN
                    dates := dates || iso_date(match[7], match[4], match[6]);
                END IF;
            END IF;
        END LOOP;
    END IF;
    IF normal ~ '[[:alpha:]]{3}[ .,-]+(?:[0-9]{1,2}[a-z]*[., ]+)?(?:1[5-9]|20)[0-9]{2}' THEN
        FOR match IN
            SELECT ARRAY[parts[3], parts[2], parts[1]]
            FROM regexp_matches(
                normal,
                '(?:(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th|er|\.)?[ -]*(?:de |of )?)?([[:alpha:]]{3,})\.?,?[ -]*(?:de |del |of )?'
                    '((?:1[5-9]|20)[0-9]{2})(?![0-9])',
                'g'
            ) AS matched (parts)
            UNION ALL
            SELECT ARRAY[parts[3], parts[1], parts[2]]
            FROM regexp_matches(
                normal,
                '([[:alpha:]]{3,})\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +((?:1[5-9]|20)[0-9]{2})(?![0-9])',
                'g'
            ) AS matched (parts)
        LOOP
            month := month_number(lower(folded_text(match[2])));
            IF month IS NOT NULL THEN
                dates := dates || iso_date(match[1], CAST(month AS text), match[3]);
            END IF;
        END LOOP;
    END IF;
    IF octet_length(normal) > length(normal) THEN
        FOR match IN
            SELECT parts
            FROM regexp_matches(
                normal,
                '([0-9]{4}) ?[\u5E74\uB144] ?([0-9]{1,2}) ?[\u6708\uC6D4](?: ?([0-9]{1,2}) ?[\u65E5\uC77C])?',
                'g'
            ) AS matched (parts)
        LOOP
            dates := dates || iso_date(match[1], match[2], match[3]);
        END LOOP;
    END IF;
    RETURN dates;
END
$$;
