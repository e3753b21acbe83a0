"""Words that say little about what is meant: of questions and of grammar. ★ pure."""

from __future__ import annotations

from pelekan.lib.folding import fold

_PERSIAN = """
    چه چی چیست کدام کجا کجاست کی کیست چگونه چطور چجوری چرا چند آیا است هست نیست بود شد شده شدن می در از به با که را رو و یا این آن
    برای تا بر هم چقدر توسط شود کرد کند کرده کنم کنیم کنید کن دارد دارم داشت هستند بودند شدند کردند باید بتوانم توانم خواهم میخواهم
    میشه میکنم میشود نمیشود خود من ما شما او یک هر روی چون اگر
"""
_ARABIC = """
    ما من هو هي هل كيف أين متى لماذا كم أي ماذا في على إلى عن مع التي الذي هذا هذه ذلك كان كانت تم أن أو بماذا لي لا ليس قد يمكن
    يمكنني أريد هناك عند بعد قبل كل و إن أنا نحن أنت
"""
_ENGLISH = """
    what which who whom whose when where why how many much do does did is are was were be been being am the a an of in on at to
    for by with from and or that this these those it its i my me mine we our you your can could should would will shall may have
    has had not no if as there any some so into about get does doesn t s don
"""
COMMON = frozenset(fold(word) for word in f"{_PERSIAN} {_ARABIC} {_ENGLISH}".split())
