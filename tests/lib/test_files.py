import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import zlib
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pelekan.lib.files import (
    NoPreview,
    TooLarge,
    content_disposition,
    inline_safe,
    remove,
    safe_name,
    sniff,
    store,
    stored_path,
    thumbnail,
)


def everything(root):
    return [path for path in root.rglob("*") if path.is_file()]


def test_store_keeps_the_bytes_under_a_random_name(tmp_path):
    one, two = (
        store(b"same", tmp_path / "new" / "root"),
        store(io.BytesIO(b"same"), tmp_path / "new" / "root"),
    )
    assert one.path != two.path
    assert one.sha256 == two.sha256 == hashlib.sha256(b"same").hexdigest()
    assert one.size == 4
    kept = stored_path(one.path, tmp_path / "new" / "root")
    assert kept.read_bytes() == b"same"
    assert kept.stat().st_mode & 0o077 == 0
    remove(one.path, tmp_path / "new" / "root")
    remove(one.path, tmp_path / "new" / "root")
    assert not kept.exists()


def test_store_syncs_the_file_before_it_gets_its_name_and_every_new_folder(tmp_path, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd))
    )
    stored = store(b"x", tmp_path)
    target = tmp_path / stored.path
    assert synced == [
        str(target) + ".part",
        str(target.parent),
        str(target.parent.parent),
        str(tmp_path),
    ]


def test_an_upload_that_breaks_or_is_too_large_leaves_nothing(tmp_path):
    class Broken(io.RawIOBase):
        asked = 0

        def read(self, size=-1):
            self.asked += 1
            if self.asked > 1:
                raise ConnectionError
            return b"half"

    with pytest.raises(ConnectionError):
        store(Broken(), tmp_path)
    with pytest.raises(TooLarge):
        store(b"x" * 11, tmp_path, limit=10)
    assert everything(tmp_path) == []
    assert store(b"x" * 10, tmp_path, limit=10).size == 10


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "ab/cd/x", "", "ab/cd/" + "a" * 32 + "\n"]
)
def test_only_stored_paths_are_opened(path, tmp_path):
    with pytest.raises(ValueError, match="no path"):
        stored_path(path, tmp_path)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../../etc/cron.d/x", "x"),
        ("..\\..\\x", "x"),
        ("/abs", "abs"),
        ("C:\\x", "x"),
        ("C:x", "x"),
        ("a/../../b", "b"),
        ("a\x00.png", "a.png"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("com¹.log", "_com¹.log"),
        ("report.pdf. . .", "report.pdf"),
        ("..", "file"),
        ("", "file"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("line\r\nbreak.txt", "line break.txt"),
        ("صورت‌حساب بانک.pdf", "صورت‌حساب بانک.pdf"),
        ("invoice.pdf          .exe", "invoice.pdf .exe"),
        ("invoice.pdf.exe", "invoice.pdf.exe"),
    ],
)
def test_hx_10_path_traversal(name, shown):
    assert safe_name(name) == shown


def test_hx_10_long_names_keep_their_extension():
    assert len(safe_name("x" * 300 + ".pdf").encode()) == 255
    name = safe_name("ن" * 300 + ".docx")
    assert name.endswith("ن.docx")
    assert len(name.encode()) <= 255


def test_hx_11_check_before_clean_up():
    assert safe_name("\u200b.htaccess") == "htaccess"
    assert safe_name("\u200cCON\u200c") == "_CON"
    assert safe_name("..\u200b/..\u200b/x") == "x"


@pytest.mark.parametrize(
    "mark", ["\u202e", "\u202d", "\u2066", "\u2067", "\u2068", "\u2069", "\u200f", "\u061c"]
)
def test_hx_13_right_to_left_override(mark):
    assert safe_name(f"invoice_{mark}fdp.exe") == "invoice_fdp.exe"
    assert "%E2%80%AE" not in content_disposition(f"invoice_{mark}fdp.exe")


@given(st.text())
def test_safe_name_is_stable_and_short(name):
    safe = safe_name(name)
    assert safe
    assert safe_name(safe) == safe
    assert len(safe.encode()) <= 255
    assert not re.search(r'[\x00-\x1f/\\:"<>|?*\u202a-\u202e\u2066-\u2069]', safe)
    assert not safe.startswith(".")
    assert not safe.endswith((".", " "))


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="b.html',
        "a\r\nSet-Cookie: x=1.txt",
        "a;b.txt",
        "صورت‌حساب.pdf",
        "100%.txt",
        "naïve “x”.doc",
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_hx_14_disposition_injection(name, inline):
    header = content_disposition(name, inline)
    match = DISPOSITION.fullmatch(header)
    assert match
    assert match["kind"] == ("inline" if inline else "attachment")
    assert (unquote(match["true"]) if match["true"] else match["plain"]) == safe_name(name)
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_filename() == match["plain"]


# RFC 6266 with RFC 5987 attr-char; the plain name without anything that older readers take amiss
DISPOSITION = re.compile(
    r"""(?P<kind>inline|attachment); filename="(?P<plain>[^"\\%;\x00-\x1f\x7f-\uffff]+)\""""
    r"(; filename\*=UTF-8''(?P<true>(%[0-9A-F]{2}|[A-Za-z0-9!#$&+.^_`|~-])+))?"
)


def test_disposition_of_a_persian_name_has_a_plain_name_too():
    header = content_disposition("رسید.pdf")
    assert header == "attachment; filename=\"file.pdf\"; filename*=UTF-8''%D8%B1%D8%B3%DB%8C%D8%AF.pdf"


@pytest.mark.parametrize(
    ("data", "name", "mime", "inline"),
    [
        (b"\x89PNG\r\n\x1a\n....", "a.html", "image/png", True),
        (b"\xff\xd8\xff\xe0", "a.jpg", "image/jpeg", True),
        (b"GIF89a", "a.gif", "image/gif", True),
        (b"RIFF....WEBPVP8 ", "a.webp", "image/webp", True),
        ("سلام".encode(), "یادداشت.txt", "text/plain", True),
        ("سلام".encode("cp1256"), "note", "text/plain", True),
        (b"a,b\n1,2", "a.csv", "text/csv", False),
        (b"%PDF-1.7", "a.pdf", "application/pdf", False),
        (
            b"PK\x03\x04",
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            False,
        ),
        (b"PK\x03\x04", "a.zip", "application/zip", False),
        (b"<svg onload=alert(1)>", "a.png", "image/svg+xml", False),
        (b"<?xml version='1.0'?><x:svg xmlns:x='http://www.w3.org/2000/svg'/>", "a", "image/svg+xml", False),
        (b"hello <script>alert(1)</script>", "a.txt", "text/html", False),
        (b"\xff\xfe" + "<html>".encode("utf-16-le"), "a.txt", "text/html", False),
        (b"nothing", "a.HTML", "text/html", False),
        (b"nothing", "a.svg\u200b", "application/xml", False),
        (b"\x00\x01\x02", "a.txt", "application/octet-stream", False),
        (b"MZ\x90", "a.png", "application/vnd.microsoft.portable-executable", False),
        (b"", "", "text/plain", True),
    ],
)
def test_sniff_believes_the_bytes(data, name, mime, inline):
    assert sniff(data, name) == mime
    assert inline_safe(mime) is inline


def picture(kind="PNG", size=(800, 400), mode="RGB", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_thumbnails_fit_and_keep_their_shape(kind):
    small = thumbnail(picture(kind), side=100)
    assert (small.width, small.height) == (100, 50)
    assert sniff(small.data) == small.mime == "image/webp"


def test_thumbnails_are_upright_and_tell_nothing_of_the_camera():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    small = thumbnail(picture("JPEG", exif=exif, icc_profile=b"x" * 1000), side=100)
    assert (small.width, small.height) == (50, 100)
    shown = Image.open(io.BytesIO(small.data))
    assert not shown.getexif()
    assert "icc_profile" not in shown.info


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (1, 1_000_000_000), (1, 40_000), (5_000, 5_000)])
def test_hx_16_image_bombs(size):
    bomb = png_of(*size)
    with pytest.raises(NoPreview, match="pixels"):
        thumbnail(bomb)


def test_hx_16_pictures_at_the_limit_fit_into_256_mb():
    """In a process of its own, since a process does not forget its peak."""
    script = """if True:
        import io
        from pathlib import Path
        from PIL import Image
        from pelekan.lib.files import thumbnail
        data = io.BytesIO()
        Image.new("RGBA", SIZE).save(data, KIND)
        Path("/proc/self/clear_refs").write_text("5")
        thumbnail(data.getvalue())
        print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
    """
    for kind, size in (("PNG", (6000, 4000)), ("WEBP", (4000, 3000))):
        code = script.replace("SIZE", repr(size)).replace("KIND", repr(kind))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert int(done.stdout) < 256 * 1024, kind


def test_hx_16_many_frames_cost_as_much_as_one():
    out = io.BytesIO()
    frames = [Image.new("P", (20, 20), i % 250) for i in range(300)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert thumbnail(out.getvalue()).width == 20


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", picture()[:60], b"%!PS-Adobe-3.0", b"\xff\xd8\xff" + b"\0" * 99]
)
def test_what_is_no_picture_gets_no_preview(data):
    with pytest.raises(NoPreview):
        thumbnail(data)
