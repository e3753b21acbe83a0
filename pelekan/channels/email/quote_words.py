"""The words mail programs write above a quote and below a reply, in the languages we meet. Pure data and matchers."""

from __future__ import annotations

import re

# "wrote": the verb of an attribution line.
_VERBS = (
    r"wrote|writes|schrieb|schreef|geschreven|hat geschrieben|a écrit|à écrit|ecrit|écrit|escribió|escribio|"
    r"escreveu|ha scritto|scritto|napisał\(a\)|napisał|napisała|napisal|pisze|написала?|писала?|пишет|пише|написав|"
    r"skrev|kirjoitti|kirjoittaa|het volgende geschreven|写道|寫道|wrote|yazdı|şunu yazdı|schrieben|írta|napsala?|napísal|a scris|"
    r"έγραψε|のメール|さんは書きました|작성|님이 작성|viết|menulis|"
    r"نوشت|نوشته است|نوشته‌است|نوشتند|كتب|كتبت|كتَب|تمت كتابة ما يلي بواسطة|كتب ما يلي|نوشته"
)
_VERB = re.compile(rf"(?<!\w)(?:{_VERBS})(?!\w)|写道|寫道", re.IGNORECASE)
_VERB_END = re.compile(
    rf"(?:(?<!\w)(?:{_VERBS})|写道|寫道)\s{{0,3}}(?:[:：]\s{{0,3}})?(?:-{{2,20}})?$", re.IGNORECASE
)
MAY_END = re.compile(
    rf"[:：]\s{{0,3}}(?:-{{2,20}})?$|(?:{_VERBS})\s{{0,3}}(?:[:：]\s{{0,3}})?(?:-{{2,20}})?$", re.IGNORECASE
)

_ON = (
    r"on|at|le|am|el|il|em|op|den|dne|dana|w dniu|dnia|in data|pada|vào|în data de|στις|i|tir\.?|man\.?|"
    r"在|於|于|在日期|"
    r"در|در تاریخ|بتاريخ|في|فى|يوم|يوم الـ|بتاريخ يوم"
)
_WEEKDAYS = (
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|пн|вт|ср|чт|пт|сб|вс|"
    r"man|tir|ons|tor|fre|lør|søn|ma|ti|ke|to|pe|la|su|pon|wt|śr|czw|pt|sob|ndz|niedz|seg|ter|qua|qui|sex|"
    r"شنبه|یکشنبه|دوشنبه|سه‌شنبه|چهارشنبه|پنجشنبه|پنج‌شنبه|جمعه|السبت|الأحد|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة"
)
_START = re.compile(
    rf"^[\W_]{{0,12}}(?:(?:{_ON})(?=[\s:،,\d])|(?:{_WEEKDAYS})[\w.]*[.,،]?\s|\d)", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{1,100}")
_DIGITS = re.compile(r"\d")
_DATE = re.compile(
    r"\d{1,4}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d{1,4}|\d{1,2}\s?[:.]\s?\d{2}|\d{1,2}\.?\s(?:de\s)?[^\W\d]{3,12}\.?,?\s"
    r"|[^\W\d]{3,12}\.?\s\d{1,2},|\d{4}年"
)
_ENDS_ADDRESS = re.compile(r"(?:<[^<>]{3,200}>|@[^\s<>]{1,100}|>)\s{0,3}\)?\s{0,3}[:：]$")
_ENDS_CLOSE = re.compile(r">\s{0,3}\)?\s{0,3}[:：]$")


TAIL_OF_ADDRESS = re.compile(rf"^>\s{{0,3}}(?:{_VERBS})?\s{{0,3}}[:：]$", re.IGNORECASE)


def begins_with_date(joined: str) -> bool:
    """Whether a line begins like "On Mon, 3 May 2021 …"."""
    return bool(_START.match(joined) and _DATE.search(joined[:80]))


def is_attribution(joined: str, *, whole: bool, gap: bool) -> bool:
    """Whether `joined` (one to six lines ending in a colon or a verb) is "On … X wrote:".

    `whole`: it is one line only; `gap`: a blank line lies inside.
    """
    if len(joined) > 600:
        return False
    start = bool(_START.match(joined))
    address = bool(_ADDRESS.search(joined))
    date = bool(_DATE.search(joined))
    verb = bool(_VERB.search(joined))
    if gap:
        return start and date and verb and bool(_VERB_END.search(joined))
    if verb and _VERB_END.search(joined):
        return (start and (date or address)) or (whole and address) or (address and date)
    if not joined.endswith((":", "：")):
        return False
    if verb:
        return (address and (date or start)) or (start and date and _short_tail(joined))
    return start and address and date and bool(_ENDS_ADDRESS.search(joined))


def _short_tail(joined: str) -> bool:
    ends = [match.end() for match in _VERB.finditer(joined)]
    return bool(ends) and len(joined) - ends[-1] < 60


_ORIGINAL = (
    r"original message|original[- ]nachricht|ursprüngliche nachricht|ursprüngliche mail|originalnachricht|"
    r"message d'origine|message original|mensaje original|mensagem original|messaggio originale|"
    r"oorspronkelijk bericht|origineel bericht|original meddelelse|oprindelig meddelelse|oprindelig besked|opprinnelig beskjed|opprinnelig melding|"
    r"ursprungligt meddelande|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|"
    r"пересылаемое сообщение|оригинальное сообщение|orijinal mesaj|özgün ileti|původní zpráva|eredeti üzenet|"
    r"forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|"
    r"doorgestuurd bericht|forwarded by .{1,80}|reply message|reply above this line|please reply above this line|"
    r"пересланное сообщение|原始邮件|转发的邮件|original e-?mail|original appointment|"
    r"پیام اصلی|پیام اولیه|پیام فوروارد شده|پیام بازارسال شده|پیام باز ارسال شده|ایمیل اصلی|"
    r"الرسالة الأصلية|الرسالة الأصليّة|رسالة أصلية|رسالة معاد توجيهها|رسالة محوّلة|رسالة محولة|الرسالة المحولة"
)
SEPARATOR = re.compile(
    rf"^[\s*_]{{0,5}}[-_=*#]{{2,40}}\s{{0,5}}(?:{_ORIGINAL})[\s:]{{0,5}}[-_=*#]{{2,40}}[\s*_]{{0,5}}$"
    r"|^\s{0,5}(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|شروع پیام بازارسال‌شده|بداية الرسالة المحولة"
    r"|بدء الرسالة المعاد توجيهها)\s{0,3}:"
    r"|^[#*\-=\s]{0,10}(?:please )?(?:type your )?(?:reply|write) above this line[#*\-=\s.]{0,10}$"
    r"|^[-=#*\s]{0,10}لطفا(?:ً)? (?:پاسخ خود را )?بالای این خط بنویسید[-=#*\s.]{0,10}$"
    r"|^[-=#*\s]{0,10}(?:يرجى|الرجاء) (?:كتابة الرد|الرد) (?:أعلى|فوق) هذا السطر[-=#*\s.]{0,10}$",
    re.IGNORECASE,
)

_LABELS = {
    "from": "from|von|de|da|van|från|fra|od|lähettäjä|от|от кого|kimden|gönderen|feladó|odesílatel|expéditeur|发件人|寄件者|差出人|보낸 사람"
    "|از|فرستنده|من|المرسل|مِن",
    "date": "date|sent|message du|datum|gesendet|gesendet am|envoyé|envoyé le|enviado|enviado el|enviada em|enviado em|inviato|inviato il|data|fecha"
    "|verzonden|skickat|sendt|dato|wysłano|wysłane|lähetetty|päivämäärä|дата|отправлено|tarih|gönderilme tarihi|发送时间|日期"
    "|ارسال شده|ارسال‌شده|تاریخ|زمان ارسال|تم الإرسال|تم الارسال|التاريخ|تاريخ الإرسال|أرسلت",
    "to": "to|an|à|a|para|aan|till|til|do|vastaanottaja|кому|kime|címzett|收件人|به|گیرنده|إلى|الى|المستلم",
    "cc": "cc|kopie|kopia|copie|bcc|копия|抄送|رونوشت|نسخة|نسخة إلى|bilgi|reply-to|reply to|antwort an|risposta|responder a|répondre à|پاسخ به|الرد على",
    "subject": "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|temat|aihe|тема|konu|tárgy|předmět|主题|件名|제목"
    "|موضوع|الموضوع",
    "other": "importance|priority|attachments|wichtigkeit|allegati|pièces jointes|اهمیت|پیوست|پیوست‌ها|الأهمية|المرفقات|organization|mailed-by",
}
_HEADER = {
    kind: re.compile(rf"^[\s*_]{{0,5}}(?:{labels})\s{{0,3}}[*_]{{0,3}}\s{{0,3}}[:：]", re.IGNORECASE)
    for kind, labels in _LABELS.items()
}
FROM_LABEL = re.compile(
    rf"^[\s*_]{{0,5}}(?:{_LABELS['from']}|{_LABELS['date']}|{_LABELS['subject']})\s{{0,3}}[*_]{{0,3}}\s{{0,3}}[:：]",
    re.IGNORECASE,
)


def header_kind(line: str) -> str | None:
    """Which mail header ("from", "date", "to", "cc", "subject", "other") a line of quoted headers is, or None."""
    return next((kind for kind, pattern in _HEADER.items() if pattern.match(line)), None)


SENT_FROM = re.compile(
    r"^[\s*_\-—\[(\"]{0,5}(?:"
    r"sent (?:from|via|with|by|using) \S|sent from my |get outlook for|(?:\S{1,30} ){0,2}from (?:mobile|my i?phone)\b"
    r"|envoyé (?:depuis|de|à partir de|par) |télécharger outlook|obtenez outlook"
    r"|von meinem .{1,40}gesendet|gesendet (?:von|mit|über) |diese nachricht wurde von .{1,60}gesendet|holen sie sich outlook"
    r"|enviado (?:desde|do|de|a partir) |enviada (?:desde|do) |obtener outlook|obter o outlook"
    r"|inviato da(?:l| )|scarica outlook|verzonden (?:vanaf|met|via) |verstuurd vanaf|outlook voor"
    r"|sendt fra (?:min|outlook)|skickat från|lähetetty (?:iphonesta|.{1,20}ista)|hämta outlook|hent outlook"
    r"|wysłan[eyo] z |отправлено (?:с|из) |надіслано з |iphone'?umdan gönderildi|从我的.{1,10}发送|发自我的|從我的"
    r"|(?:ارسال|فرستاده)[\s\u200c]?شده (?:از|با|توسط) |از (?:آیفون|گوشی|تلفن همراه) من (?:ارسال|فرستاده)"
    r"|(?:أُرسلت|أرسلت|ارسلت|تم الإرسال|تم الارسال|مُرسل|مرسل|أُرسل|أرسل) (?:من|بواسطة|عبر) |احصل على outlook|دریافت outlook"
    r")",
    re.IGNORECASE,
)

REGARDS = re.compile(
    r"^[\s*_]{0,3}(?:(?:best|kind|warm|many)?\s?regards|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|cheers|best wishes"
    r"|mit freundlichen grüßen|freundliche grüße|viele grüße|beste grüße|liebe grüße|mfg|cordialement|bien cordialement|salutations"
    r"|saludos|un saludo|cordiali saluti|met vriendelijke groet(?:en)?|atenciosamente|med vennlig hilsen|med vänliga hälsningar"
    r"|с уважением|saygılarımla|با احترام|با سپاس|با تشکر|ارادتمند|با تقدیم احترام|مع التحية|مع خالص التحية|مع أطيب التحيات"
    r"|تحياتي|وتفضلوا بقبول فائق الاحترام|تفضلوا بقبول فائق الاحترام)[\s,،.!*_]{0,4}$",
    re.IGNORECASE,
)
