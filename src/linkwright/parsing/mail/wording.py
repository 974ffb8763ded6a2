"""What people write when they say yes, no, later, or never again, in several languages.

These are the sure words only. Whatever they leave open stays neutral and unclear, for a person or
a better reader to settle.
"""

from __future__ import annotations

import re
from typing import Final

from linkwright.vocabulary import Intent


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


UNSUBSCRIBE: Final = _words(
    r"\bun[- ]?su(?:bs?c?r?i?b\w*|sc?ribe\w*|b)\b|\bopt(?:ing|ed)?[- ]?(?:me )?out\b|"
    r"\b(?:remove|delete|take|strike|drop|erase) (?:me|us|my (?:e-?mail|address|name|"
    r"contact)\S*(?: address)?|this (?:e-?mail|address)\S*(?: address)?|our (?:e-?mail|address|site|"
    r"domain)\S*)\b.{0,30}"
    r"(?:from|off|out)\b|\b(?:please |kindly |pls )?(?:remove|delete) (?:me|us|my (?:e-?mail|address|"
    r"contact))\b|^\W*remove\W*$|\btake (?:me|us) off\b|"
    r"\bstop (?:e-?mailing|mailing|contacting|messaging|writing(?: to)?|spamming|bothering|sending)\b|"
    r"^\W*stop\W*$|\bstop (?:with )?(?:these|the|your|all) (?:e-?mails?|messages|mails?)\b|"
    r"\b(?:do not|don.t|dont|never|please don.t) (?:ever )?(?:contact|e-?mail|mail|write|message|"
    r"bother|send)(?: to)? (?:me|us|this|anything|any ?more|again|here)\b|"
    r"\bno (?:more|further) (?:e-?mails?|messages|contact|mails?|communications?)\b|\b(?:don.t|"
    r"do not) (?:want|wish) to (?:receive|get|hear|be contacted)\b|"
    r"\b(?:quit|cease) (?:e-?mailing|contacting|sending|and desist)\b|\bleave (?:me|us) alone\b|"
    r"\block me from your list|\bnot? (?:e-?mail|contact) (?:me|us) again\b|"
    r"\babmelden\b|\babbestellen\b|\baustragen\b|\bkeine (?:weiteren |mehr )?(?:e-?mails?|mails?|"
    r"nachrichten|werbung)\b|\b(?:schreiben|kontaktieren|mailen) sie (?:mir|mich|"
    r"uns) (?:bitte )?(?:nicht|nie)\b|"
    r"\bnehmen sie (?:mich|uns|meine adresse) .{0,30}(?:raus|heraus|verteiler|liste)|\b(?:aus|"
    r"von) (?:dem|ihrem|ihrer|eurem) (?:verteiler|liste)\b|\bstreichen sie (?:mich|uns)|"
    r"\bd[ée]sabonne|\bd[ée]sinscri|\bne (?:me|nous) (?:contactez|[ée]crivez|sollicitez|"
    r"envoyez) plus\b|\bplus (?:aucun|de) (?:mail|e-?mail|message|courriel)|\bretire[rz][- ](?:moi|"
    r"nous|mon adresse|mon e-?mail)|"
    r"\bdarme de baja\b|\bdar(?:me|nos) de baja\b|\bd[ée]me de baja|\bcancelar (?:mi |la )?suscripci|"
    r"\bno me (?:env[íi]e|escrib|contact|mand)\w*|\bdej[ea]n? de (?:enviar|escribir|contactar|mandar)|"
    r"\belim[íi]n[ae](?:r|d)?me\b|\bborr[ae]me\b|\bb[óo]rre(?:n)?me\b|"
    r"\bcancella(?:rmi|temi|mi|ziò)|\bdisiscri|\bnon (?:mi |ci )?(?:contatt|scriv|invia|mand)\w*(?:mi|"
    r"ci)? (?:pi[ùu])|\brimuov\w+(?:mi|ci)\b|\btogli(?:mi|etemi)\b|"
    r"\bdescadastr|\bcancelar (?:a )?(?:minha )?(?:inscri|subscri)|\bn[ãa]o (?:me )?(?:envie|mande|"
    r"contate|contacte|escreva)\w*(?: mais)?\b|\bpare de (?:enviar|mandar|me)\b|\bremov(?:a|er|"
    r"am)[- ]?(?:me|o meu)\b|"
    r"\bafmelden\b|\buitschrijven\b|\bgeen (?:e-?mails?|mails?|berichten) meer\b|\b(?:mail|stuur|"
    r"contacteer|benader) (?:mij|me|ons) niet (?:meer)?\b|\bverwijder (?:mij|me|ons)\b|"
    r"\bwypisz|\bprosz[ęe] o usuni[ęe]cie|\bavregistrera\b|\bavprenumerera\b|\bafmeld\b|\bframelde\b"
)
# The same wish built of its pieces, for the many ways to say it: take, me, off the list;
# or never, write, to us. Each must stand near the next, in one clause.
_TAKE: Final = (
    r"(?:remov|delet|eras|take|taking|drop|strik|scrub|wip|purg|exclud|clear|lose|forget|"
    r"entfern|l(?:ö|oe)sch|streich|nehm|nimm|austrag|supprim|retir|enlev|effac|"
    r"qu[ií]t|elimin|borr|saca|sáca|suprim|rimuov|rimoz|togli|cancell|elimina|remo[vç]|apag|exclu|tir[ae]|"
    r"verwijder|schrap|haal|usun|skasuj|wykre|ta bort|slet|fjern)\w*"
)
_ME: Final = (
    r"(?:me|us|mich|uns|moi|nous|mij|ons|mnie|mig|oss|"
    r"(?:my|our|this|mein\w*|unser\w*|diese\w?|mon|notre|cette|nos|mi|nuestr\w+|est[ea]|il mio|la mia|"
    r"il nostro|"
    r"(?:o )?meu|(?:o )?nosso|mijn|onze?|dit|mój|moj\w+|min|vår) (?:\w+ )?"
    r"(?:[\w-]*mails?|[\w-]*address\w*|[\w-]*adres\w*|inbox|mailbox|postfach|contact\w*|name|site|"
    r"website|domain|"
    r"company|details|data|daten|donn[ée]es|courriel|correo|direcci[óo]n|datos|indirizzo|dati|"
    r"endere[çc]o|dados|gegevens))\b"
)
_LIST: Final = (
    r"\b(?:[\w-]*lists?|database|campaigns?|records|mailings?|crm|newsletters?|sequences?|e-?mails|outreach|"
    r"\w*(?:listen?|verteiler|datenbank|datei|kartei)|base|envois|fichiers?|listas?|registros?|elenco|"
    r"archivi\w*|"
    r"banco de dados|cadastro|\w*lijst|bestand|baz[ay]|list[ya]|registret|utskick)\b"
)
_NEVER: Final = (
    r"\b(?:don't|do not|dont|never|can you not|please not|stop|no longer|cease|quit|nicht|nie|niemals|"
    r"unterlassen sie|"
    r"ne|n'|arr[êe]te[zr]?|cesse[zr]?|no|deje[ns]?|deja|nunca|non|smett\w+|basta|mai|n[ãa]o|pare[m]?|"
    r"niet|nooit|"
    r"nie|prze\w+|inte|sluta|ikke)\b"
)
_WRITE: Final = (
    r"\b(?:contact\w*|writ(?:e|ing)|e-?mail(?:ing)?|mail|messag(?:e|ing)|reach(?:ing)? out|bother\w*|"
    r"pester\w*|"
    r"solicit\w*|schreib\w*|kontaktier\w*|anschreib\w*|[ée]cri\w+|sollicit\w*|relanc\w+|escrib\w+|molest\w+|"
    r"scriv\w+|contatt\w+|disturb\w+|escrev\w+|contat\w+|incomod\w+|schrijf\w*|schrijven|benader\w*|"
    r"pisa\w*|pisz\w*|skriv\w*|kontakta\w*|maila)\b"
)
_AGAIN: Final = (
    r"\b(?:again|any ?more|any ?longer|any further|further|in future|in the future|me|us|our|"
    r"this address|mehr|erneut|"
    r"wieder|(?:zu)?k(?:ü|ue)nftig|mich|mir|uns|plus|nouveau|l'avenir|m[áa]s|nuevo|futuro|pi[ùu]|ancora|mais|"
    r"novamente|meer|voortaan|opnieuw|wi[ęe]cej|mer|fler|igen|mere)\b"
)
UNSUBSCRIBE_BUILT: Final = (
    _words(rf"\b{_TAKE}\W+(?:\w+\W+){{0,2}}?{_ME}[^,;\n]{{0,50}}?{_LIST}"),
    _words(rf"\b{_ME}[^,;\n]{{0,40}}?\b{_TAKE}[^,;\n]{{0,40}}?{_LIST}"),
    _words(
        r"\b(?:qu[ií]t|el[ií]m[ií]n|b[óo]rr|s[áa]qu|s[áa]c|rimuov|togli|toglie|cancell|elimina|remov|"
        r"retir|tir|ex?clu)"
        rf"\w{{0,6}}(?:me|nos|mi|ci|-me|-nos|-moi|-nous)\b[^,;\n]{{0,60}}?{_LIST}"
    ),
    _words(
        r"\b(?:lose|forget|delete|erase|l(?:ö|oe)schen sie|supprimez|borr[ae]n?|elimin[ae]n?|"
        r"cancell[ai]\w*|apague|verwijder)"
        r" (?:my|our|meine|unsere|mon|notre|mi|nuestro|il mio|meu|o meu|mijn) (?:\w+ )?"
        r"(?:[\w-]*mail|[\w-]*address|[\w-]*adres\w*|contact|correo|indirizzo|endere[çc]o|number|"
        r"details|data)"
    ),
    _words(
        r"\bget (?:me|us) off\b|\b(?:removed|deleted|erased|taken) (?:from|off) "
        rf"(?:all |any |your |this |the |future )*[^,;\n]{{0,20}}?{_LIST}|"
        r"\bemail should not be (?:in|on)|\bnot send (?:me|us) (?:any ?more|anything more|any more|"
        r"more|these)\b"
    ),
    _words(
        r"\b(?:want|wish|like) (?:to be )?(?:out of|off)\b[^.,;\n]{0,20}\blist\b|^\W*(?:off|"
        r"out of) (?:your|this|the) [\w ]{0,20}list\b|"
        r"\bcancel (?:my|our|this|the) (?:subscription|membership)|\bfurther (?:e-?mails?|messages?|"
        r"contact)\b[^.\n]{0,40}\b(?:spam|report|block)|"
        r"\b(?:lose|delete|forget) (?:this|my|our) (?:e-?mail|address|contact|number)|"
        r"\bnot welcome to (?:write|e-?mail|contact)|"
        r"\b(?:kein|keinen) (?:weiteren )?kontakt\b|\barr[êe]te[zr]? de (?:m'|nous |me )|"
        r"\bno vuelva[ns]? a (?:escrib|contact|mand|envi)\w*|"
        r"\bpare[m]? de me \w+|\b(?:schrijf|mail|benader|bel) (?:me|mij|ons) (?:aub )?niet (?:meer|langer)"
    ),
    _words(rf"{_NEVER}[^.,;:\n]{{0,25}}?{_WRITE}[^.,;:\n]{{0,40}}?{_AGAIN}"),
    _words(
        r"\bne plus (?:m'|nous |me |être )(?:[ée]cri|contact|sollicit|envoy|relanc|recev)\w*|"
        r"\bplus (?:recevoir|être contact)\w*|\bno further (?:correspondence|contact|communication)|"
        r"\bkeine [^.\n]{0,40}(?:mehr|l(?:ä|ae)nger)? ?(?:erhalten|bekommen|empfangen)\b|"
        r"\bnicht mehr [^.\n]{0,30}(?:kontaktiert|angeschrieben)|"
        r"\bno (?:quiero|deseo|queremos|deseamos) (?:m[áa]s|recibir|seguir)|"
        r"\bnon (?:voglio|desidero|vogliamo|desideriamo) (?:pi[ùu] )?(?:ricevere|essere)|"
        r"\bn[ãa]o (?:quero|desejo|queremos|desejamos) (?:mais )?receber|"
        r"\bgeen (?:e-?mails?|mails?|berichten)\b[^.\n]{0,30}(?:meer|ontvangen)|"
        r"\bnie chc[ęe] (?:wi[ęe]cej )?otrzymywa|"
        r"\bno longer (?:wish|want) to (?:receive|be contacted|hear)"
    ),
)
NOT_UNSUBSCRIBE: Final = _words(
    r"\b(?:did(?: not|n.t)|don.t|do not|won.t|will not|no need to|haven.t|not) (?:want to |plan to |"
    r"going to |need to )?(?:unsubscribe|opt out|be removed)\b|"
    r"\bunsubscribe (?:link|button|page|rate|landing|form)s?\b|\bopt[- ]out (?:link|rate|form|page)s?\b|"
    r"\b(?:article|post|guide|piece|write|topic|blog).{0,40}\b(?:unsubscribe|unsubscribing|opt[- ]?out|"
    r"opting out)|"
    r"\b(?:don.t|do not|never) (?:hesitate|worry|forget|mind)\b|\bi never (?:write|mail)|"
    r"\bwe (?:don.t|do not|never) (?:e-?mail|mail|send|write|message)\b|\bdrop (?:me|us) (?:a|"
    r"an) (?:line|note|mail|e-?mail)|\bstop sending (?:the |your )?(?:invoice|draft)s? (?:as|in|"
    r"to the)|"
    r"\bdon.t send (?:any|anything) (?:yet|before|until)|\b(?:don.t|do not) send (?:me|us) (?:the|your|"
    r"an?)\b[^.\n]{0,40}\b(?:yet|before|until)|\bdo not (?:send|"
    r"contact us) (?:anything )?(?:before|until)|\b(?:remove|delete) (?:me|us) (?:as|"
    r"from) (?:the )?(?:author|contributor|cc|thread)"
)
ERASURE: Final = _words(
    r"\bgdpr\b.{0,120}(?:delete|erase|erasure|remove|request|right)|(?:delete|erase|erasure of|"
    r"remove) (?:all )?(?:of )?(?:my|our|the|any) (?:personal )?data\b|right to (?:erasure|"
    r"be forgotten)|\barticle 17\b|\bart\.? ?17\b|"
    r"(?:l(?:ö|oe)schen sie|l(?:ö|oe)schung) .{0,40}(?:daten)|daten .{0,40}l(?:ö|oe)schen|"
    r"supprim\w+ .{0,40}donn[ée]es|droit [àa] l.(?:oubli|effacement)|"
    r"(?:elimin|borr|suprim)\w+ .{0,30}datos|derecho (?:al olvido|de supresi)|cancella\w* .{0,30}dati|"
    r"diritto all.oblio|(?:apag|elimin|exclu)\w+ .{0,30}(?:meus )?dados|verwijder .{0,30}gegevens|"
    r"\bavg\b.{0,60}verwijder"
)
LEGAL: Final = _words(
    r"\b(?:my|our) (?:lawyer|attorney|solicitor|legal (?:team|department|counsel))|\blegal action\b|"
    r"\bcease and desist\b|\breport(?:ed|ing)? (?:you|this|your \w+) (?:to|as) (?:the )?(?:ico|ftc|"
    r"cnil|authorit|spamcop|data protection)|"
    r"\bcan-?spam (?:act )?violation|\bviolat(?:es|ion of|ing) (?:the )?(?:gdpr|can-?spam|dsgvo|casl)|"
    r"\babmahnung\b|\brechtsanwalt\b|\brechtliche schritte\b|\bunterlassung|"
    r"\b(?:mon|notre) avocat\b|\bpoursuites\b|\babogado\b|\bacciones legales\b|\bavvocato\b|"
    r"\bvie legali\b|\badvogado\b|\badvocaat\b|\bjuridische stappen\b"
)
# In the order in which they are asked: a clear no outranks the polite yes around it.
HUMAN: Final[tuple[tuple[Intent, re.Pattern[str]], ...]] = (
    (
        Intent.LINK_REMOVED_NOTICE,
        _words(
            r"\b(?:removed|taken down|deleted|took down) (?:the|your|that) (?:link|backlink|article|"
            r"post)|\b(?:link|backlink) (?:has been|was|is) removed|\blink (?:wurde )?entfernt"
        ),
    ),
    (
        Intent.PUBLISHED_NOTICE,
        _words(
            r"\b(?:article|post|piece|link|it|guest post|content)(?: is|'s| has| went| has been|"
            r" was)?(?: now| been| gone| just)* (?:live|published|online|up on (?:the|our))\b|"
            r"\b(?:just |have |has |i've |we've |we |i )(?:just )?(?:published|added (?:the|your|"
            r"a) (?:back)?link|posted (?:it|your))\b|\blive (?:here|now|at|on)\b|\bhere(?:'s|"
            r" is) the live\b|"
            r"\b(?:ist|sind) (?:jetzt |nun )?(?:online|ver(?:ö|oe)ffentlicht)|\best (?:maintenant |"
            r"d[ée]sormais )?(?:en ligne|publi[ée])|\b(?:ya )?est[áa] publicad|\bhemos publicado|"
            r"\b[èe] (?:ora |stato )?(?:online|pubblicat)|\bfoi publicad|\bj[áa] est[áa] (?:no ar|"
            r"publicad)|\b(?:staat|is) (?:nu )?(?:online|gepubliceerd|live)"
        ),
    ),
    (
        Intent.WRONG_PERSON,
        _words(
            r"\b(?:i am|i'm) (?:not the (?:right|correct|best) (?:person|contact|one)|"
            r"no longer (?:with|at|work|in charge|responsible|the editor))|\bwrong (?:person|address|"
            r"contact|department|company|email)\b|\bno longer works? (?:here|at|for|with)|\b(?:i don.t|"
            r"i do not|no longer) (?:own|run|manage|handle|work (?:on|for|at)) (?:this|that|"
            r"the) (?:site|blog|website|domain)|"
            r"\bnicht (?:der|die) richtige (?:ansprechpartner|person)|\bfalsche[rn]? (?:adresse|"
            r"ansprechpartner|person)|\bpas la bonne personne|\bmauvais(?:e)? (?:personne|adresse|"
            r"interlocuteur)|\bno soy la persona|\bpersona equivocada|\bnon sono la persona|"
            r"\bpersona sbagliata|\bn[ãa]o sou a pessoa|\bniet de juiste persoon|\bverkeerde persoon"
        ),
    ),
    (
        Intent.REFERRAL,
        _words(
            r"\b(?:please |you (?:can|should|could) |best to |try )?(?:contact|reach out to|write to|"
            r"e-?mail|speak (?:to|with)|talk to|get in touch with) (?:my colleague|our (?:editor|"
            r"content|marketing|partnership|seo|outreach)|the (?:editor|content|marketing|partnership)|"
            r"[\w.+-]+@)|\b(?:i've|i have|i am|i'm|have) (?:cc'?e?d|forwarded|looped in|copied|"
            r"forwarding)\b|\bin cc\b|"
            r"\bwenden sie sich (?:bitte )?an|\bkollegin?\b.{0,40}(?:zust(?:ä|ae)ndig|weitergeleitet)|"
            r"\bcontactez (?:ma|mon|notre)|\bpuede(?:s)? (?:escribir|contactar) a|\bmi compañer|"
            r"\bcontatt(?:i|a|are) (?:il|la) (?:mio|mia|nostr)|\bentre em contato com|"
            r"\bneem contact op met"
        ),
    ),
    (
        Intent.NOT_INTERESTED,
        _words(
            r"\b(?:not|n.t|isn.t|aren.t|never) (?:really |at all |currently |be |"
            r"particularly )?(?:interested|a (?:good )?fit|accepting|something we|for us|looking for|"
            r"what we)|\bno,? (?:thanks|thank you|thx)\b|\b(?:we|i) (?:do not|don.t|never|no longer|"
            r"can.?not|can.t|won.t|will not) (?:accept|take|publish|do|offer|add|sell|allow|link|"
            r"participate)\b|"
            r"\b(?:have to|must|going to|will|would like to|need to|'ll) (?:pass|decline)\b|"
            r"\bpass on this\b|\bpolitely decline|\bwe(?:'ll| will) pass\b|\bno interest\b|"
            r"\bnot at this (?:time|point)\.? ?(?:thanks|thank)|\bunfortunately.{0,60}(?:not|unable|"
            r"can.t|cannot|decline)|"
            r"^\W*(?:nope|no|nein|non|nee)\b\W*$|\b(?:say|said|is a) no\b|\b(?:doen|werken) (?:we|wij|"
            r"ik) (?:hier )?niet aan mee|"
            r"\bkein(?:e)? interesse\b|\bnicht interessiert\b|\b(?:nehmen|ver(?:ö|oe)ffentlichen|"
            r"machen) (?:wir )?(?:grunds(?:ä|ae)tzlich )?keine gast|\bnein,? danke|\bleider (?:nicht|"
            r"nein|kein|ablehnen|absagen)|"
            r"\b(?:pas|ne sommes pas|nullement|aucunement) (?:int[ée]ress)|\bnon,? merci\b|"
            r"\bn.acceptons pas|\bne prenons pas|"
            r"\bno (?:me|nos) interesa|\bno (?:estamos|estoy) interesad|\bno,? gracias|\bno aceptamos|"
            r"\bnon (?:siamo|sono) interessat|\bno,? grazie|\bnon accettiamo|\bn[ãa]o (?:tenho|temos|"
            r"estamos|estou) interess|\bn[ãa]o,? obrigad|\bn[ãa]o aceitamos|"
            r"\bgeen interesse|\bniet ge[ïi]nteresseerd|\bnee,? (?:bedankt|dank)|\bnie jeste(?:m|"
            r"śmy) zainteresowan|\binte intresserad"
        ),
    ),
    (
        Intent.NOT_NOW,
        _words(
            r"\bnot (?:right )?now\b|\bnot at (?:the|this) (?:moment|time)|\b(?:next|later (?:this|"
            r"in the)) (?:quarter|month|year|season)\b|\b(?:check|circle|get|come|reach|"
            r"write) back (?:\w+ ){0,3}(?:in|later|after|next)|\btry (?:me |us )?again (?:in|next|"
            r"later)|\btoo busy|\bsnowed under|\bfully booked until|\bmaybe later|"
            r"\bmomentan (?:nicht|leider|keine)|\bim moment (?:nicht|leider)|\bsp(?:ä|"
            r"ae)ter (?:noch ?mal|wieder)|\bpas (?:pour le moment|maintenant)|\bplus tard\b|"
            r"\bahora no\b|\bm[áa]s adelante\b|\bnon (?:ora|adesso|al momento)|\bpi[ùu] avanti\b|"
            r"\bagora n[ãa]o\b|\bmais tarde\b|\bniet op dit moment|\bop dit moment niet"
        ),
    ),
    (
        Intent.WANTS_PAYMENT,
        _words(
            r"[$€£]\s?\d{1,3}|\b\d{2,5}\s?(?:usd|eur|gbp|dollars?|euros?|€|\$)|\b(?:our|the|my|a|an|"
            r"editorial|publishing|admin|sponsored post|publication) (?:fee|rates?|price|charge|"
            r"rate card|media kit)\b|\bprice list\b|\bwe charge\b|\bsponsored (?:post|content|article|"
            r"placement)s?\b|\bpaid (?:post|placement|link|guest)|\bpaypal\b|\bwhat(?:'s|"
            r" is) your budget\b|\bbudget\b.{0,20}\?|"
            r"\bpreisliste\b|\b(?:kostet|kosten|berechnen wir)\b|\bunser preis|\bbezahlte|\btarif|"
            r"\bpayant|\bmoyennant|\bprecio|\bcobramos|\bpresupuesto|\bprezz|\bcosto\b|\ba pagamento|"
            r"\bpre[çc]o|\bor[çc]amento|\btarieven|\bkosten\b|\bbetaald"
        ),
    ),
    (
        Intent.WANTS_LINK_EXCHANGE,
        _words(
            r"\blink (?:exchange|swap|trade)|\b(?:exchange|swap|trade) (?:of )?(?:back)?links?\b|"
            r"\breciprocal link|\b(?:link|linking) back to (?:us|our|me|my)|\bin (?:return|"
            r"exchange) (?:for|we|you|i)\b.{0,60}link|\b(?:three|3)[- ]way|\bABC exchange|"
            r"\blinktausch|\bgegenlink|\b[ée]change de liens|\bintercambio de enlaces|"
            r"\bscambio (?:di )?link|\btroca de links|\blinkruil"
        ),
    ),
    (
        Intent.NEGOTIATING_TERMS,
        _words(
            r"\b(?:only|provided|as long as|on (?:the )?condition) (?:if|that)?.{0,40}(?:no-?follow|"
            r"do-?follow|sponsored|exclusive|one link|original)|\b(?:would|could) you (?:consider|"
            r"accept|agree to|do) (?:a )?(?:no-?follow|lower|different|less|shorter|longer)|"
            r"\bcan only (?:offer|do|give).{0,30}no-?follow"
        ),
    ),
    (
        Intent.ASKS_FOR_DRAFT,
        _words(
            r"\b(?:send|share|submit|forward)(?: me| us| over| it| along| through)* (?:the|your|a|"
            r"an) (?:full |first |complete )?(?:draft|article|post|manuscript|piece|content|copy)|"
            r"\blook forward to (?:the|your) (?:draft|article)|\bwhen can (?:we|i) expect the (?:draft|"
            r"article)|"
            r"\b(?:schicken|senden) sie (?:mir|uns)?.{0,30}(?:entwurf|artikel|text)|"
            r"\benvoyez.{0,20}(?:article|brouillon|texte)|\benv[íi](?:e|a)(?:nos|"
            r"me)?.{0,20}(?:borrador|art[íi]culo)|\binvi(?:a|i|ate)(?:ci|mi)?.{0,20}(?:bozza|articolo)|"
            r"\benvie.{0,20}(?:rascunho|artigo)|\bstuur.{0,20}(?:artikel|concept|tekst)"
        ),
    ),
    (
        Intent.ASKS_FOR_TOPICS,
        _words(
            r"\b(?:send|share|pitch|suggest|propose|have)(?: me| us| over| some| a few| any| your|"
            r" \d)* (?:topic|idea|headline|title|pitch|outline|suggestion)s?|\b(?:what|which) (?:topic|"
            r"idea|subject)s?\b|"
            r"\bthemen(?:vorschl|ideen)|\bwelche themen|\b(?:propos\w+|quels?|"
            r"des) (?:id[ée]es de )?sujets?|\b(?:qu[ée]|algunos|propuestas de|env\w+) temas|\b(?:quali|"
            r"proposte di|alcuni) (?:argomenti|temi)|\b(?:quais|sugest[õo]es de) (?:temas|pautas)|"
            r"\bwelke onderwerpen|\bonderwerpen"
        ),
    ),
    (
        Intent.ACCEPTED,
        _words(
            r"\b(?:happy|glad|pleased) to (?:add|include|publish|link|accept|feature|go ahead|update|"
            r"host|run)|\b(?:i|we)(?:'ll| will| can| have)? (?:add(?:ed)?|include|publish|feature|"
            r"accept|go ahead|link to|update)(?: (?:it|this|yours?|the|that))\b|\bapproved\b|"
            r"\blet.s (?:do it|go ahead)|\bgo ahead\b|\b(?:please )?proceed with\b|\b(?:i|we)(?:'ve|"
            r" have)? (?:just )?updated (?:the|our|my) (?:article|post|page|guide)\b|\bdeal\b[.!]|"
            r"\bsounds good,? (?:go|let|we|i)|"
            r"\b(?:gerne|gern) (?:aufnehmen|verlinken|ver(?:ö|oe)ffentlichen|erg(?:ä|ae)nzen)|"
            r"\bnehmen (?:wir|ich) .{0,30}(?:gerne|gern) auf|\beinverstanden\b|\bnous (?:allons|"
            r"pouvons) (?:ajouter|publier)|\bd.accord pour|\b(?:vamos a|podemos) (?:publicar|"
            r"a[ñn]adir)|\bde acuerdo\b|\b(?:possiamo|aggiungeremo|pubblicheremo)|\bd.accordo\b|"
            r"\bvamos publicar|\bpodemos publicar|\bcombinado\b|\b(?:akkoord|we plaatsen|ik plaats)\b"
        ),
    ),
    (
        Intent.INTERESTED,
        _words(
            r"\b(?:i am|i'm|we are|we're|am|are|be|very|definitely|would be|i'd be|we'd be|"
            r"quite|also|might be) (?:very |definitely |quite |really |also |certainly )*interested\b|"
            r"\binterested[!.]|\b(?:sounds|looks|seems) (?:great|good|interesting|perfect|"
            r"like a (?:great|good))|\b(?:would|we'd|i'd) (?:love|like|be happy) to (?:hear|see|learn|"
            r"know|have|work|collaborate|take|read|discuss|chat|read)|\btell (?:me|us) more|"
            r"\bhappy to (?:take a look|hear|discuss|chat|help|collaborate|have a look|consider)|"
            r"\blet.s (?:talk|chat|discuss)|\bi.?d love\b|\bcount (?:me|us) in\b|\b(?:love|"
            r"like) (?:the|your|this|that) (?:idea|topic|pitch|proposal|angle)\b|"
            r"\bme parece (?:muy )?(?:bien|genial)|\byes,? please\b|"
            r"\bwe.?d love\b|"
            r"\bklingt (?:gut|interessant|spannend|super)|\b(?:w(?:ä|ae)re|bin|sind|w(?:ä|ae)ren|habe|"
            r"haben) (?:\w+ ){0,3}(?:interessiert|interesse)|\bgerne?,|\b(?:je suis|nous sommes|"
            r"serai[ts]?|serions) (?:tr[èe]s )?(?:int[ée]ress)|\bavec plaisir|\b[çc]a m.int[ée]resse|"
            r"\b(?:nos|me) interesa|\b(?:estoy|estamos) (?:muy )?interesad|\bme encantar|"
            r"\bsuena (?:bien|genial|interesante)|"
            r"\b(?:siamo|sono|sarei|saremmo) (?:molto )?interessat|\bvolentieri|"
            r"\bsembra (?:interessante|ottim)|\b(?:tenho|temos|estou|estamos) (?:muito )?interess|"
            r"\bcom prazer|\bparece (?:[óo]timo|interessante|bom)|\bklinkt (?:goed|interessant|leuk)|"
            r"\b(?:ben|zijn) (?:zeker |wel )?ge[ïi]nteresseerd|\bgraag\b|\bch[ęe]tnie|\bbrzmi dobrze|"
            r"\bg[äa]rna\b"
        ),
    ),
    (
        Intent.ASKS_FOR_INFO,
        _words(
            r"\b(?:what|which|how|who|when|where|could you|can you|would you|do you|are you|is (?:it|"
            r"this|there))\b[^?\n]{0,200}\?|\bmore (?:details|information|info)\b|\b(?:was|welche|wie|"
            r"wer|wann|k(?:ö|oe)nnen sie)\b[^?\n]{0,200}\?|\b(?:quel|quelle|comment|pouvez|"
            r"qui)\b[^?\n]{0,200}\?|(?:¿)[^?\n]{0,200}\?|\b(?:quale|come|chi|quanto|"
            r"pu[òo])\b[^?\n]{0,200}\?|\b(?:qual|como|quem|pode)\b[^?\n]{0,200}\?|\b(?:hoe|welke|wie|"
            r"kunt|kun)\b[^?\n]{0,200}\?"
        ),
    ),
)
SPAM: Final = _words(
    r"\b(?:buy|cheap|discount) (?:viagra|cialis|followers|backlinks|traffic)|\bcasino bonus|"
    r"\b(?:guaranteed|rank) (?:#1|first page|page one)|\bwe (?:offer|provide) (?:high[- ](?:da|"
    r"quality)|seo|link building|guest post(?:ing)?) (?:\w+ ){0,3}(?:services?|packages?|backlinks)|"
    r"\bseo (?:services?|packages?|audit) (?:at|for|from)|"
    r"\b(?:bitcoin|crypto) (?:investment|giveaway|wallet)|\blottery\b|\binheritance\b.{0,80}million|"
    r"\bmillion (?:usd|dollars)\b|\b(?:web|app|mobile) (?:design|development) (?:company|services|"
    r"agency) (?:from|in|based)|\bdo you want more (?:traffic|customers|sales)"
)
