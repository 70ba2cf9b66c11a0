-- The month (1..12) that a word in small letters and without accents names, in English, German, French, Spanish, Italian,
-- Portuguese, Dutch, Danish, Norwegian, Swedish, Polish, Turkish, Russian or Ukrainian, whole or abbreviated; else null.
CREATE OR REPLACE FUNCTION month_number(word text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT CAST(number AS integer)
    FROM unnest(ARRAY[
        ' january jan januar janner janvier janv enero ene gennaio gen janeiro januari stycznia styczen ocak января январь янв '
            'сичня січня ',
        ' february feb februar fevrier fevr febrero febbraio fevereiro fev februari lutego luty subat февраля февраль фев лютого ',
        ' march mar marz maerz mrz mars marzo marco maart mrt marts marca marzec mart марта март мар березня ',
        ' april apr avril avr abril abr aprile kwietnia kwiecien nisan апреля апрель апр квітня ',
        ' may mai mayo maggio mag maio mei maj maja mayis мая май травня ',
        ' june jun juni juin junio giugno giu junho czerwca czerwiec haziran июня июнь июн червня ',
        ' july jul juli juillet juil julio luglio lug julho lipca lipiec temmuz июля июль июл липня ',
        ' august aug aout agosto ago augustus augusti sierpnia sierpien agustos августа август авг серпня ',
        ' september sep sept septembre septiembre setiembre settembre setembro set wrzesnia wrzesien eylul сентября сентябрь сен '
            'сент вересня ',
        ' october oct oktober okt octobre octubre ottobre ott outubro out pazdziernika pazdziernik ekim октября октябрь окт жовтня ',
        ' november nov novembre noviembre novembro listopada listopad kasim ноября ноябрь ноя листопада ',
        ' december dec dezember dez decembre diciembre dic dicembre dezembro desember des grudnia grudzien aralik декабря декабрь '
            'дек грудня '
    ]) WITH ORDINALITY AS months (names, number)
    WHERE strpos(names, ' ' || word || ' ') > 0
    LIMIT 1
$$;
