"""Control words of Rich Text by what they mean for reading."""

# Destinations without text for readers. Any other group is read, unless it is optional and unknown here.
SKIPPED = frozenset(
    "colortbl filetbl listtable listoverridetable rsidtbl revtbl pgptbl latentstyles themedata colorschememapping "
    "datastore xmlnstbl generator objclass objdata objname objalias objsect datafield bkmkstart bkmkend atnid "
    "atnref atndate atntime atnparent atnicn atrfstart atrfend ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn xe "
    "rxe txe tc tcn template author operator company category keywords comment doccomm subject manager creatim "
    "revtim printim buptim hlinkbase userprops docvar shprslt nonshppict nonesttables blipuid pntxta pntxtb pn "
    "leveltext levelnumbers lchars fchars panose falt fontemb fontfile background passwordhash password "
    "protusertbl private windowcaption ffname ffdeftext ffformat ffhelptext ffstattext ffentrymcr ffexitmcr "
    "mmathPict mctrlPr mtype mpos mlimloc mgrow msubHide msupHide mdegHide mchr mbegChr mendChr msepChr mmcJc "
    "mcGp mcount mvertJc mbaseJc mrPr msty mscr mjc mhtmltag htmltag oldcprops oldpprops oldsprops oldtprops "
    "ebcstart ebcend wgrffmtfilter gridtbl listpicture xform xmlopen xmlclose factoidname".split()
)
MARGINS = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
STORIES = MARGINS | {"footnote", "annotation", "shptxt", "dptxbxtext"}
TARGETS = frozenset(
    "fonttbl stylesheet info title pict object result sp sn sv fldinst fldrslt formfield ffl atnauthor upr ud "
    "listtext pntext".split()
)
READ_IF_OPTIONAL = (
    STORIES
    | TARGETS
    | set("shpinst shpgrp shppict picprop nesttableprops mmath mmathPara moMath moMathPara msup msub mden".split())
)
MUTE = frozenset("fonttbl info pict object sp fldinst formfield upr".split())  # only groups within them may be read
SHOWN_PROPERTIES = frozenset(("wzDescription", "gtextUNICODE"))  # of a shape: alternative text, word art
LAYOUT = frozenset("par sect page column cell nestcell row nestrow trowd cellx clmgf clmrg clvmgf clvmrg".split())
