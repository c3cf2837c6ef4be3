"""One source of the small web: what its page answers, and what a check has to say of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from small_web import Page

QUOTE = "Four in ten passengers would have flown if no sleeper had run that night."
FILLER = (
    "The institute counted passengers on eleven lines over two winters, and asked each of them how "
    "they would have travelled. What follows is taken from the third chapter of the report, which "
    "also says how the figures were weighted and who paid for the count."
)
LANGUAGES = {
    "en": QUOTE,
    "de": "Vier von zehn Fahrgästen wären geflogen, hätte es den Nachtzug nicht gegeben.",
    "fr": "Quatre passagers sur dix auraient pris l’avion : c’est beaucoup.",
    "es": "Cuatro de cada diez viajeros habrían volado aquella noche sin tren.",
    "ar": "كان أربعة من كل عشرة ركاب سيسافرون بالطائرة لولا القطار الليلي.",
    "he": "ארבעה מכל עשרה נוסעים היו טסים אלמלא רכבת הלילה.",
    "ja": "夜行列車がなければ十人に四人は飛行機を使っていた。",
    "zh": "如果没有夜班火车，十分之四的乘客会选择乘坐飞机。",
    "th": "ผู้โดยสารสี่ในสิบคนจะบินถ้าไม่มีรถไฟกลางคืน",
    "ko": "야간열차가 없었다면 승객 열 명 중 네 명은 비행기를 탔을 것이다.",
    "ru": "Четверо из десяти пассажиров полетели бы, не будь ночного поезда.",
    "el": "Τέσσερις στους δέκα επιβάτες θα είχαν πετάξει χωρίς το νυχτερινό τρένο.",
    "hi": "दस में से चार यात्री रात की ट्रेन के बिना उड़ान भरते।",
}


@dataclass(frozen=True)
class Case:
    """One source. ``more`` are further pages of its host, or of others, by host and path."""

    name: str
    page: Page
    answer: str = "ok"
    quote: str = "found"
    quoted: str | None = QUOTE
    path: str = "/report"
    status: int | None = 200
    reason: str = ""
    more: dict[tuple[str, str], Page] = field(default_factory=dict)
    title: str = "Who sleeps on trains"
    published: str | None = None
    has_title: bool | None = None
    has_published: bool | None = None

    @property
    def host(self) -> str:
        return f"{self.name}.example"


def html(body: str, *, head: str = "", filler: str = FILLER) -> str:
    return (
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body><nav><a href=/>Home</a>"
        f"</nav><main><p>{filler}</p>{body}<p>See the annex.</p></main></body></html>"
    )


def page(body: str, **options: str) -> Page:
    return Page(html(body, **options).encode())


def encoded(text: str, encoding: str, content_type: str = "text/html", head: str = "") -> Page:
    whole = f"<!doctype html><html><head>{head}</head><body><p>{text}</p><p>{text}</p>" * 4
    return Page(whole.encode(encoding), headers={"Content-Type": content_type})


def there(name: str, body: str, quoted: str = QUOTE) -> Case:
    return Case(name, page(body), quoted=quoted)


def absent(name: str, body: str, quoted: str = QUOTE, head: str = "") -> Case:
    return Case(name, page(body, head=head), quote="missing", quoted=quoted)


def answering(name: str, status: str, answer: str, **options: object) -> Case:
    number = int(status[:3])
    sent = Page(b"<p>Sorry.", status)
    return Case(name, sent, answer, "unread", status=number, **options)  # type: ignore[arg-type]
