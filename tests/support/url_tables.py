"""Addresses and hosts with what they are to become, for Python and for browsers."""

from __future__ import annotations

from hypothesis import strategies as st

from widget.entry.urls import MAX_LENGTH

# May be linked to.
ACCEPTED = [
    "https://paper.example",
    "https://paper.example/",
    "http://paper.example/opinion?x=1&y=%20#top",
    "HTTPS://PAPER.EXAMPLE/X",
    "https://paper.example:8443/x",
    "https://paper.example./x",
    "https://sub.domain.paper.example/",
    "https://münchen.example/straße",
    "https://xn--mnchen-3ya.example/",
    "https://пример.example/",
    "https://例え.example/",
    "https://paper.example/opinión?q=café",
    "https://127.0.0.1/",
    "https://203.0.113.7:8080/x",
    "https://[2001:db8::1]/",
    "https://[::1]:8000/x",
    "http://localhost/",
    "http://localhost:8001/x",
    "https://a_b.paper.example/",
    "https://paper.example/a'b(c)*!$;,~@x:y",
    "https://paper.example//double//",
    "https://paper.example/?u=https://other.example/",
    "https://paper.example/%00%0a",
    "https://paper.example/" + "a" * (MAX_LENGTH - len("https://paper.example/")),
]

# All have the key "paper.example/a".
FOLDED = [
    "https://paper.example/a",
    "http://paper.example/a",
    "https://www.paper.example/a",
    "https://PAPER.example/a",
    "HTTPS://paper.example/a",
    "https://paper.example:443/a",
    "http://paper.example:80/a",
    "http://paper.example:443/a",
    "https://paper.example./a",
    "https://paper.example/a/",
    "https://paper.example/a//",
    "https://paper.example/a#comments",
    "https://paper.example/a?",
    "https://paper.example/a?utm_source=mail&utm_medium=x",
    "https://paper.example/a?UTM_Campaign=x",
    "https://paper.example/a?fbclid=1&gclid=2&mc_cid=3#x",
    "  https://paper.example/a\n",
]

# An address and its key.
KEPT = [
    ("https://paper.example", "paper.example"),
    ("https://paper.example/", "paper.example"),
    ("https://paper.example/A", "paper.example/A"),
    ("https://paper.example:8443/a", "paper.example:8443/a"),
    ("https://m.paper.example/a", "m.paper.example/a"),
    ("https://paper.example/a?id=7&utm_source=x", "paper.example/a?id=7"),
    ("https://paper.example/a?b=2&a=1", "paper.example/a?a=1&b=2"),
    ("https://paper.example/a?x=2&x=1", "paper.example/a?x=1&x=2"),
    ("https://paper.example/a?page=", "paper.example/a?page="),
    ("https://paper.example/a/?p=1", "paper.example/a?p=1"),
    ("https://paper.example/a?source=utm_x", "paper.example/a?source=utm_x"),
    ("https://münchen.example/a", "xn--mnchen-3ya.example/a"),
    ("https://[2001:DB8::1]/a", "[2001:db8::1]/a"),
]

# Two ways to write the rest of one address.
ALIKE = [
    ("/~okafor/ferry", "/%7Eokafor/ferry"),
    ("/~okafor/ferry", "/%7eokafor/%66erry"),
    ("/a-b._c", "/a%2Db%2E%5Fc"),
    ("/opinion/ferry", "/opinion//ferry"),
    ("/opinion/ferry", "//opinion///ferry//"),
    ("/opinion/ferry", "/opinion/./ferry"),
    ("/opinion/ferry", "/news/../opinion/ferry"),
    ("/opinion/ferry", "/news/%2E%2e/opinion/ferry/."),
    ("/ferry", "/../../ferry"),
    ("/caf%C3%A9", "/café"),
    ("/caf%C3%A9", "/caf%c3%a9"),
    ("/caf%C3%A9", "/cafe\u0301"),
    ("/caf%C3%A9", "/cafe%CC%81"),
    ("/%EA%B0%80", "/%E1%84%80%E1%85%A1"),
    ("/a%2Fb", "/a%2fb"),
    ("/it's(1)!*", "/it%27s%281%29%21%2A"),
    ("/a%20b", "/a b"),
    ("/?q=caf%C3%A9", "/?q=cafe%CC%81"),
    ("/?a=1&b=2", "/?b=2&a=1"),
    ("/?q=a+b", "/?q=a%20b"),
    ("/?q=~", "/?q=%7E"),
]

# The rests of addresses of two articles.
APART = [
    ("/a%2Fb", "/a/b"),
    ("/a%3Fb", "/a?b"),
    ("/a%252Fb", "/a%2Fb"),
    ("/a%23b", "/a"),
    ("/a;b", "/a%3Bb"),
    ("/A", "/a"),
    ("/a.", "/a"),
    ("/...", "/"),
    ("/?p=123", "/?p=124"),
    ("/?p=123", "/"),
    ("/?id=1", "/"),
    ("/?page=2", "/"),
    ("/?ref=front", "/"),
    ("/?utm=1", "/"),
    ("/?my_utm_source=1", "/"),
    ("/?gclidx=1", "/"),
    ("/caf%E9", "/caf%C3%A9"),
]

# What browsers make of a host (URL Standard); tests/browser/test_map.py asks them.
SPELLED = [
    ("paper.example", "paper.example"),
    ("PAPER.Example", "paper.example"),
    ("straße.example", "xn--strae-oqa.example"),
    ("STRAẞE.example", "xn--strae-oqa.example"),
    ("xn--strae-oqa.example", "xn--strae-oqa.example"),
    ("XN--STRAE-OQA.example", "xn--strae-oqa.example"),
    ("strasse.example", "strasse.example"),
    ("σας.example", "xn--mxa8ab.example"),
    ("ΣΑΣ.example", "xn--mxa9ab.example"),
    ("mu\u0308nchen.example", "xn--mnchen-3ya.example"),
    ("münchen.example", "xn--mnchen-3ya.example"),
    ("نامه\u200cای.example", "xn--mgba3gch31f060k.example"),
    ("نامهای.example", "xn--mgba3gch31f.example"),
    ("☕.example", "xn--53h.example"),
    ("❤\ufe0f.example", "xn--qei.example"),
    ("ｐａｐｅｒ。example", "paper.example"),
    ("paper\u3002example\uff61org\uff0euk", "paper.example.org.uk"),
    ("pa\u00adper.example", "paper.example"),
    ("%70aper%2eexample", "paper.example"),
    ("paper.example.", "paper.example."),
    ("under_score.example", "under_score.example"),
    ("_dmarc.example", "_dmarc.example"),
    ("a--b.example", "a--b.example"),
    ("127.0.0.1", "127.0.0.1"),
    ("127.1", "127.0.0.1"),
    ("0x7f.1", "127.0.0.1"),
    ("2130706433", "127.0.0.1"),
    ("0177.0.0.1", "127.0.0.1"),
    ("１２７.0.0.1", "127.0.0.1"),
    ("[::1]", "[::1]"),
    ("[0:0:0:0:0:0:0:1]", "[::1]"),
    ("[2001:DB8:0:0:1::]", "[2001:db8:0:0:1::]"),
    ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    ("[::1.2.3.4]", "[::102:304]"),
]

# Are no hosts.
REFUSED = [
    "",
    ".",
    "xn--a.example",
    "xn--.example",
    "xn--abc-.example",
    "xn--strae-oqa0.example",
    "xn--fass-.example",
    "a\u200cb.example",
    "a\u200db.example",
    "\u0301a.example",
    "1א.example",
    "a b.example",
    "a%00b.example",
    "a%2fb.example",
    "a／b.example",
    "a℀b.example",
    "256.1.1.1",
    "1.2.3.4.5",
    "08.1.1.1",
    "0x7g.1",
    "paper.1",
    "[::1",
    "[::g]",
    "[1.2.3.4]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
]

labels = st.text("abcxyz019-äßжI", min_size=1, max_size=8)
hosts = st.lists(labels | st.just("www"), max_size=3).map(lambda some: ".".join([*some, "example"]))
pairs = st.lists(
    st.tuples(st.text("abUTM_=&+% é", max_size=8), st.text("x1/+%&= é", max_size=5)), max_size=4
)
