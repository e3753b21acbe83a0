"""Finding answers: `find` for readers, `put` and `drop` for what changes.

    found = find("تمدید اشتراک", reader=ANYONE, language="fa", limit=10)
    found.hits[0].title   # [(piece, is it a hit)] of the original words

One index for articles and community topics in all languages; what a reader may not read is not found, nor counted.
"""

from pelekan.knowledge.search.asking import Found, Hit, find
from pelekan.knowledge.search.keeping import follow, put_translation, rebuild

__all__ = ["Found", "Hit", "find", "follow", "put_translation", "rebuild"]
