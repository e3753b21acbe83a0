"""★ Articles as files: CSV, Markdown with front matter, HTML; read and written. Values in, values out.

    for one in read_csv(stream): ...            # Row or Fault, as they come
    for one in read_markdown(Path("help/")): ...
    for one in read_archive(stream): ...        # a zip of Markdown, HTML, CSV and pictures
    write_archive(rows, stream)                 # Markdown with front matter, and its pictures; reads back the same

A row is never written by reading it: `knowledge.importing.take` makes articles of rows.
"""

from pelekan.knowledge.files.folders import number_in, read_archive, read_folder, read_markdown
from pelekan.knowledge.files.rows import About, Fault, Group, Office, Row, Shelf
from pelekan.knowledge.files.tables import read_csv, write_csv
from pelekan.knowledge.files.writing import write_archive

__all__ = [
    "About",
    "Fault",
    "Group",
    "Office",
    "Row",
    "Shelf",
    "number_in",
    "read_archive",
    "read_csv",
    "read_folder",
    "read_markdown",
    "write_archive",
    "write_csv",
]
