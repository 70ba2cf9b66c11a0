"""Words of questions that count or list documents, in English, German, French and Spanish."""

from dataclasses import dataclass

MEDIA = {
    r"pdfs?(?:[- ](?:files?|documents?|dateien|dokumente))?|(?:fichiers|documents|documentos"
    r"|archivos) pdf": "application/pdf",
    r"word[- ](?:documents?|files?|dokumente|dateien)|(?:documents|fichiers|documentos|archivos) word": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    r"(?:spreadsheets?|excel[- ](?:files?|sheets?|dateien|tabellen)|(?:fichiers|archivos|hojas) (?:de )?excel)": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    r"(?:presentations?|powerpoints?|präsentationen|présentations|presentaciones)": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ),
    r"markdown[- ](?:files?|documents?|dateien)|(?:fichiers|archivos) markdown": "text/markdown",
    r"csv[- ]?(?:files?|dateien)|(?:fichiers|archivos) csv": "text/csv",
    r"(?:text files?|textdateien|fichiers texte|archivos de texto)": "text/plain",
    r"(?:html (?:files?|pages?)|web ?pages?|webseiten|pages web|páginas web)": "text/html",
}
LANGUAGES = {
    "en": r"english|englisch(?:e[nr]?)?|anglais|inglés",
    "de": r"german|deutsch(?:e[nr]?)?|allemand|alemán",
    "fr": r"french|französisch(?:e[nr]?)?|français|francés",
    "es": r"spanish|spanisch(?:e[nr]?)?|espagnol|español",
    "it": r"italian|italienisch(?:e[nr]?)?|italien|italiano",
    "nl": r"dutch|niederländisch(?:e[nr]?)?|néerlandais|neerlandés",
    "pt": r"portuguese|portugiesisch(?:e[nr]?)?|portugais|portugués",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tongue:
    """The words of one language, as parts of regular expressions."""

    count: str
    show: str  # asks for a list
    generic: str  # documents of any kind
    soft: str  # a kind of document where the corpus has such names, else any document
    about: str  # leads to a subject
    loose_about: str  # the same where a document is meant for certain
    mention: str  # leads to words that a passage holds
    inverse: tuple[str, ...] = ()  # whole questions with the words in (?P<topic>)
    behind: tuple[str, ...] = ()  # clauses with the words in (?P<topic>), at the end
    filler: str
    new: str  # that came into the library
    titled: str
    tagged: str
    within: str  # a collection; its name in (?P<collection>)


_QUOTE = "[\"“”„«»']*"

EN = Tongue(
    count=r"(?:how many|what number of|what is the number of|count(?: up)?(?: all)?)(?: of)?(?: the| our| my)?",
    show=(
        r"(?:which|what|(?:list|show|find|give|name|enumerate|get|display)(?: me)?(?: a list of"
        r"| the names of)?(?: all| every)?"
        r"(?: of)?(?: the| my| our| any)?|(?:a |the )?list of(?: all)?(?: the)?|(?:are"
        r"|is) there(?: any)?|do (?:we|you|i) have(?: any)?)"
    ),
    generic=r"documents?|files?|sources?|texts?",
    soft=r"reports?|papers?|notes?|articles?|records?|letters?|memos?|pages?|minutes|entries",
    about=(
        r"(?:that |which )?(?:are |is )?(?:only )?(?:about|regarding|concerning|dealing with"
        r"|deals? with|discuss(?:es|ing)?|related to)"
    ),
    loose_about=r"(?:that |which )?(?:are |is )?(?:on|covers?|covering|describe|describes|describing|talks? about)",
    mention=(
        r"(?:(?:that |which )?(?:do |does )?(?:mention(?:s|ing)?|contain(?:s|ing)?|refer(?:s"
        r"|ring)? to|cites?|citing|says?|us(?:e|es|ing) the words?"
        r"|include(?:s)? the words?)|with the (?:words?|phrase|term|name)|in which we find"
        r"|containing the (?:words?|phrase))"
    ),
    inverse=(
        r"(?:in )?(?P<head>which|how many|what) (?P<noun>documents?|files?|reports?|papers?|notes?"
        r"|articles?|letters?|texts?) "
        r"(?:is|are|was|were|does|do) (?P<topic>.+?) (?:mentioned|named|discussed|appear|occur|come up|cited)(?: in)?",
    ),
    filler=(
        r"are there|is there|do (?:we|you|i) have|did we have|have we got|exist"
        r"|were there|was there|have there been|(?:were|was|are|have been|has been)"
        r" (?:there|reported|recorded|written|filed|logged|registered|received|sent|signed|issued"
        r"|available|stored|dated)"
        r"|happened|occurred|took place|did we (?:get|receive|have|write|send|record)|in total"
        r"|in all|altogether|that|which"
        r"|(?:in|of) (?:the|this|my|your|our) (?:library|database|index|system|archive|store"
        r"|corpus|folder)|overall|please|exactly|are|is|were"
    ),
    new=(
        r"(?:(?:is|are|were|was|have been|has been|got) )?(?:new|newly added|added|uploaded"
        r"|ingested|changed|imported|came in)"
        r"(?: or changed)?(?: (?:here|in|to) ?(?:the (?:library|collection|database))?)?"
    ),
    titled=r"(?:called|titled|named|whose (?:title|name) (?:contains|has|is)|with (?:the )?(?:title|name))",
    tagged=(
        r"(?:that are |which are |are |that |which )?(?:tagged(?: with| as)?|(?:with|have|has"
        r"|having|carry|carrying|bear) (?:the )?tags?"
        r"|labell?ed(?: with| as)?)"
    ),
    within=(
        rf"(?:in|from|of) (?:the )?(?:collection {_QUOTE}(?P<collection>[^\"“”]+?){_QUOTE}"
        rf"|{_QUOTE}(?P<collection2>[^\"“”]+?){_QUOTE} collection)"
    ),
)
DE = Tongue(
    count=r"(?:wie viele|wieviele|zähle?(?: alle)?)(?: der| unserer)?",
    show=(
        r"(?:welche[rsn]?|was für|(?:liste|zeige?|nenne?|gib|finde?"
        r"|suche?)(?: mir)?(?: bitte)?(?: eine liste)?(?: alle[rn]?)?(?: die| der| unsere| meine)?"
        r"|(?:eine )?liste (?:aller|der)|alle|gibt es|haben wir)"
    ),
    generic=r"dokumente?n?|dateien?|unterlagen|quellen|texten?",
    soft=r"berichten?|notizen|artikeln?|protokollen?|briefen?|vermerken?|schreiben|seiten|einträgen?",
    about=(
        r"(?:(?:die|welche) )?(?:handeln vo[nm]|über|zum thema|zu dem thema|betreffend|behandeln"
        r"|beschäftigen sich mit)"
    ),
    loose_about=r"(?:zu[mr]?|von|beschreiben)",
    mention=(
        r"(?:,? ?(?:die|welche) )?(?:erwähnen|enthalten|nennen|mit dem wort|mit den wörtern"
        r"|mit dem begriff|mit dem namen)"
    ),
    inverse=(
        r"in (?P<head>welchen|wie vielen|wievielen) (?P<noun>dokumenten|dateien|berichten|texten"
        r"|artikeln|briefen|notizen) "
        r"(?:kommt|kommen|wird|werden|steht|stehen|taucht|tauchen) (?P<topic>.+?)(?: vor| erwähnt"
        r"| genannt| behandelt| auf)?",
    ),
    behind=(
        r",? (?:in denen|worin) (?P<topic>.+?) (?:vorkommt|vorkommen|erwähnt (?:wird|werden)"
        r"|genannt (?:wird|werden)|steht|stehen)",
        r",? (?:die|welche) (?P<topic>.+?) (?:erwähnen|enthalten|nennen|behandeln)",
        r",? (?:die|welche) (?:von |über )(?P<topic>.+?) (?:handeln|berichten)",
    ),
    filler=(
        r"gibt es|gab es|haben wir|hatten wir|hast du|sind|waren|liegen vor|existieren|wurden"
        r"|worden|(?:gemeldet|geschrieben|erfasst|verfasst|erstellt|verschickt"
        r"|unterschrieben|registriert|datiert)(?: worden)?|sind (?:da|vorhanden)|vorhanden"
        r"|passierten|geschahen|insgesamt|auf|an|bitte|hier|die|es|,"
        r"|in (?:der|dieser|unserer) (?:bibliothek|datenbank|sammlung|ablage)"
    ),
    new=(
        r"(?:(?:ist|sind|wurden|kamen) )?(?:neu|hinzugefügt|hochgeladen|dazugekommen|hinzugekommen"
        r"|geändert|hinzu)(?: worden| hinzugekommen| dazugekommen)?"
    ),
    titled=r"(?:namens|mit dem titel|mit dem namen|mit titel)",
    tagged=(
        r"(?:(?:mit|haben|tragen) (?:dem |den |das |der |die )?(?:tag|schlagwort|schlagworten"
        r"|markierung)|getaggt mit)"
    ),
    within=rf"(?:in|aus) (?:der )?sammlung {_QUOTE}(?P<collection>[^\"“”]+?){_QUOTE}",
)
FR = Tongue(
    count=r"(?:combien (?:de |d['’])|compte[rz]? (?:les|tous les) )",
    show=(
        r"(?:quels|quelles|quel|quelle|(?:liste|listez|montre|montrez|donne|donnez|affiche|trouve"
        r"|nomme|cite)(?:[- ]moi)?(?: la liste)?(?: de)?(?: tous| toutes)?"
        r"(?: les| des)?|(?:la )?liste (?:de tous les|de toutes les|des)|y a[- ]t[- ]il des|avons[- ]nous des)"
    ),
    generic=r"documents?|fichiers?|sources?|textes?",
    soft=r"rapports?|notes?|articles?|lettres?|comptes rendus|procès-verbaux|pages?",
    about=(
        r"(?:(?:qui |est[- ]ce qui )?(?:sont |parlent |traitent |portent |parle "
        r"|traite )?(?:à propos d[eu]s?|au sujet d[eu]s?|concernant|parlant d[eu]s?|sur"
        r"|parlent d[eu]s?|traitent d[eu]s?))"
    ),
    loose_about=r"(?:sur)",
    mention=(
        r"(?:qui )?(?:mentionnent|mentionnant|mentionne|contiennent|contenant|citent|avec le mot"
        r"|avec les mots|évoquent)"
    ),
    inverse=(
        r"dans (?P<head>quels|quelles|combien de) (?P<noun>documents|fichiers|rapports|textes|articles|lettres) "
        r"(?:(?P<topic>.+?) (?:est-il|est-elle|sont-ils|sont-elles) (?:mentionnée?s?|citée?s?)"
        r"|(?:parle-t-on d[eu]s?|trouve-t-on|est mentionnée?|apparaît) (?P<topic2>.+))",
    ),
    filler=(
        r"y a[- ]t[- ]il(?: eu)?|avons[- ]nous|as[- ]tu|existe(?:nt)?(?:[- ]t[- ]il|[- ]ils)?"
        r"|il y a(?: eu)?|ont été (?:signalée?s?|écrit[es]*|enregistrée?s?|reçu[es]*|envoyée?s?"
        r"|signée?s?)"
        r"|ont eu lieu|se sont produits|au total|en tout|qui|dans la (?:base|bibliothèque)"
        r"|s'il te plaît|s'il vous plaît|datant|sont"
    ),
    new=(
        r"(?:(?:est|sont|ont été|a été|quoi) ?(?:de )?)?(?:nouveaux?|nouvelles?|neuf|ajoutée?s?"
        r"|modifiée?s?|importée?s?)(?: dans la (?:bibliothèque|base|collection))?"
    ),
    titled=r"(?:intitulée?s?|nommée?s?|appelée?s?|dont le titre contient|avec le titre)",
    tagged=r"(?:(?:qui )?(?:avec|portant|portent|ont) (?:le tag|l['’]étiquette|le mot[- ]clé)|étiquetée?s?)",
    within=rf"(?:dans|de) la collection {_QUOTE}(?P<collection>[^\"“”]+?){_QUOTE}",
)
ES = Tongue(
    count=r"(?:cuántos|cuántas|cuenta(?: todos)?(?: los| las)?)",
    show=(
        r"(?:qué|cuáles(?: son los| son las)?|(?:la )?lista de (?:todos )?(?:los|las)|(?:lista"
        r"|listar?|muestra|muéstrame|enumera|dame|encuentra|busca|nombra)(?: la lista de"
        r"| una lista de)?(?: todos| todas)?"
        r"(?: los| las)?|hay|tenemos)"
    ),
    generic=r"documentos?|archivos?|ficheros?|fuentes?|textos?",
    soft=r"informes?|notas?|artículos?|cartas?|actas?|páginas?|registros?",
    about=(
        r"(?:que (?:son |hablan |tratan )?)?(?:sobre|acerca del?|relacionad[oa]s con|tratan del?"
        r"|hablan del?|tratan sobre|hablan sobre)"
    ),
    loose_about=r"(?:de)",
    mention=(
        r"(?:que )?(?:mencionan|mencionando|menciona|contienen|contiene|citan|nombran"
        r"|con la palabra|con las palabras)"
    ),
    inverse=(
        r"en (?P<head>qué|cuántos|cuántas) (?P<noun>documentos|archivos|informes|textos|artículos|cartas) "
        r"(?:se (?:menciona|mencionan|habla del?|nombra)|aparecen?|sale) (?P<topic>.+)",
    ),
    filler=(
        r"hay|hubo|tenemos|tienes|tiene|existen|se (?:registraron|reportaron|escribieron"
        r"|recibieron|enviaron|firmaron|produjeron)|ocurrieron|fueron (?:registrad[oa]s"
        r"|escrit[oa]s|enviad[oa]s)"
        r"|en total|que|en la (?:base de datos|biblioteca)|por favor|fechad[oa]s|son"
    ),
    new=(
        r"(?:(?:es|hay|son|fueron|han sido|se han) ?(?:de )?)?(?:nuev[oa]s?|añadid[oa]s?"
        r"|agregad[oa]s?|modificad[oa]s?|subid[oa]s?)(?: en la (?:biblioteca|base de datos"
        r"|colección))?"
    ),
    titled=r"(?:llamad[oa]s?|titulad[oa]s?|con el título|cuyo título contiene)",
    tagged=r"(?:(?:que )?(?:con|tienen|llevan) la etiqueta|etiquetad[oa]s?(?: con| como)?)",
    within=rf"(?:en|de) la colección {_QUOTE}(?P<collection>[^\"“”]+?){_QUOTE}",
)
TONGUES = {"en": EN, "de": DE, "fr": FR, "es": ES}
