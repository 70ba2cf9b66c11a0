"""Function words of English, German, French and Spanish: they say nothing about the topic of a text."""

# Articles, pronouns, auxiliaries, prepositions and question words, most of them English. The citation check measures
# shared words with this shorter list: its thresholds were measured with it, and words such as "must", "before" or
# "without" change what a sentence claims.
BASIC_STOP_WORDS = frozenset(
    "a an and are as at be been but by can do does for from had has have he her his how i if in into is it its "
    "may no not of on or our she should so such than that the their them then there these they this to was we "
    "were what when where which who why will with would you your long much many did get der die das und ist im "
    "den von zu mit le la les et est un une des el los las y es de en que".split()
)

# Left out: words that are a topic in another of these languages (bin, car, dos, sin, todo, war).
STOP_WORDS = BASIC_STOP_WORDS | frozenset(
    # English
    "about after again all also any because before being both could doing each else here just like me more most must "
    "my now one ones only other out over own please say says shall some tell thing things those too under until us "
    "use very whom whose without "
    # German
    "aber alle als am an auch auf aus bei bis dass dem denn doch du durch ein eine einem einen einer eines es "
    "für haben hat hier ich kein keine können man mehr muss nach nicht noch nur oder sehr sich sie sind "
    "über unter vom vor was weil wenn wer werden wie wir wird wo wurde zum zur "
    # French
    "alors après au aussi autre aux avant avec avoir bien ce ces comme dans donc du elle encore entre était être "
    "faire fait il ils leur mais même ne nous ont ou par pas plus pour qui sa sans se ses son sont sur tous tout toute "
    "très vous "
    # Spanish
    "algo al antes aquí como con cuando del desde después donde está están este fue han hasta lo más muy nos otra "
    "otro para pero por porque puede sobre su sus también tiene una uno unos".split()
)
