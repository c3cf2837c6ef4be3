"""From blocks to points and sources: which blocks are which, and what the markers refer to."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from widget.editorial.pasting.blocks import LINK, RAISED_DIGIT, UNIT, Block, Link
from widget.editorial.pasting.emphasis import emphasised
from widget.editorial.pasting.headings import Section, section_of
from widget.editorial.pasting.html_blocks import html_blocks
from widget.editorial.pasting.ordinals import drop_ordinals
from widget.editorial.pasting.plain import plain_blocks
from widget.entry import urls
from widget.entry.notations import other_notations
from widget.entry.vocabulary import Role
from widget.pages.visible_text import without_invisible

MAX_CHARACTERS = 500_000
MAX_NUMBER = 99
MAX_TITLE = 500
_AROUND = " -\u2013\u2014:|,"
"""What stands between a source's title and its address."""
_TAG = re.compile(r"<[^<>]*>")
_HTML = re.compile(
    r"\s*<(?:!doctype|html|meta|body|div|ul|ol|p|h[1-6]|table|span|b)\b", re.IGNORECASE
)
_CLOSED = re.compile(r"</(?:li|p|ul|ol|div|h[1-6]|body|html|table)\s*>", re.IGNORECASE)
_MARKER = re.compile(r"\[([1-9]\d?)\]")
_RAISED = re.compile(
    rf"(?<=[^\s<\u00b9\u00b2\u00b3\u2070\u2074-\u2079]){RAISED_DIGIT}{{1,2}}"
    rf"(?:[,\u02d2]{RAISED_DIGIT}{{1,2}})*(?!\w)"
)
_NUMBERED = re.compile(r"[\[(]?\^?([1-9]\d?)[\])]?")
_GLYPHS = {0xF0B7: "•", 0xF0A7: "•", 0xF0D8: "•", ord("\u2028"): "\n", ord("\u2029"): "\n"}
"""Bullets as Word's symbol fonts have them, and other ends of lines."""


@dataclass(frozen=True, slots=True)
class PastedSource:
    """A source. Both are empty where a marker names a source that the text does not have."""

    title: str = ""
    url: str = ""
    number: int = 0
    """What the text calls it where it has no sources of its own: perhaps one of the entry's."""


@dataclass(frozen=True, slots=True)
class PastedGroup:
    """Points in light HTML. ``role`` is None where no heading says which."""

    role: Role | None
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a pasted text has. Marker ``[n]`` of a point is ``sources[n - 1]``, if there are any.

    Without sources the markers are as they were written. ``removed`` counts the invisible
    characters that were left out.
    """

    groups: tuple[PastedGroup, ...]
    sources: tuple[PastedSource, ...]
    removed: int


@dataclass(slots=True)
class _Numbers:
    """The sources by number, and the links that have no number yet."""

    sources: dict[int, PastedSource] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    aliases: dict[int, int] = field(default_factory=dict)
    """Numbers of sources that repeat the address of another."""
    own: bool = False
    """Whether the text says itself what its numbers mean."""

    def put(self, number: int, source: PastedSource) -> None:
        key = _key(source.url)
        if source.url and key in self.by_key and self.by_key[key] != number:
            self.aliases[number] = self.by_key[key]
            return
        before = self.sources.get(number)
        if before is None or not before.url or (not before.title and source.title):
            self.sources[number] = source
        self.by_key.setdefault(key, number)

    def add(self, source: PastedSource, taken: Iterable[int] = ()) -> int:
        """Return the number of a source that has none of its own."""
        key = _key(source.url)
        if key not in self.by_key:
            number = max([0, *self.sources, *self.aliases, *taken]) + 1
            self.put(number, source)
        return self.by_key[key]


def read_pasted(text: str, *, cited: int = 0) -> Pasted:
    """Return the points and sources of a pasted text: HTML, or plain text.

    ``cited`` is the number of sources that the entry has already, which raised numbers may mean.
    Raises nothing. What follows ``MAX_CHARACTERS`` is ignored.
    """
    text = re.sub(r"\r\n?", "\n", text[:MAX_CHARACTERS]).translate(_GLYPHS)
    if _HTML.match(text) and _CLOSED.search(text):
        blocks, removed = html_blocks(text)
    else:
        text, removed = without_invisible(text)
        blocks = plain_blocks(text)
    blocks = [it for it in blocks if _TAG.sub("", it.text).strip()]
    drop_ordinals(blocks)
    for block in blocks:
        block.text = emphasised(block.text)
    sectioned = _sectioned(blocks)
    points = [it for it in sectioned if it[0] != "sources"]
    lines = [it for section, it in sectioned if section == "sources"]
    _number_lines(lines)
    numbers = _numbers(points, lines)
    cited = 0 if numbers.own else cited
    groups: list[tuple[Role | None, list[str]]] = []
    for section, block in points:
        role = None if section == "sources" else section
        if not groups or groups[-1][0] != role:
            groups.append((role, []))
        if point := _point(block, numbers, cited):
            groups[-1][1].append(point)
    sources, order = _ordered(numbers, groups)
    return Pasted(
        tuple(
            PastedGroup(role, tuple(_renumbered(it, order) for it in texts))
            for role, texts in groups
            if texts
        ),
        sources,
        removed,
    )


def _sectioned(blocks: list[Block]) -> list[tuple[Section | None, Block]]:
    """Return each block with the section that it is in; headings that say so are left out."""
    found: list[tuple[Section | None, Block]] = []
    section: Section | None = None
    for block in blocks:
        heading = None if block.links or block.form not in ("", "1.") else section_of(block.text)
        if heading:
            section = heading
        else:
            found.append((section, block))
    # Without a heading: the numbered or bare addresses at the end.
    for index in range(len(found) - 1, -1, -1):
        if found[index][0] == "sources" or not _is_source(found[index][1]):
            break
        found[index] = ("sources", found[index][1])
    return found


def _is_source(block: Block) -> bool:
    """Return whether a block is a line of a list of sources: a number, a title, an address."""
    if len({_key(it.url) for it in block.links}) != 1:
        return False
    around = html.unescape(_TAG.sub("", LINK.sub("", block.text)))
    if _MARKER.search(around):
        return False
    if block.form == "[1]" or not re.search(r"\w", around):
        return True
    linked = sum(len(it.text) for it in block.links)
    ends = bool(re.search("\ue001\\W*\\Z", block.text)) and not any(it.text for it in block.links)
    return len(around) <= MAX_TITLE and (
        linked > len(around)
        or (ends and not re.search(r"[.!?]\W*\Z", around.strip(" \t(-\u2013\u2014:")))
    )


def _number_lines(lines: list[Block]) -> None:
    """Give sources their number where they are counted without a mark: ``1 Title``."""
    counted = [
        (it, found)
        for it in lines
        if it.number is None and (found := re.match(r"([1-9]\d?)[ \t\u00a0]+(?=\S)", it.text))
    ]
    if [int(found[1]) for _, found in counted] == list(range(1, len(lines) + 1)):
        for block, found in counted:
            block.text, block.number = block.text[found.end() :], int(found[1])


def _numbers(points: list[tuple[Section | None, Block]], lines: list[Block]) -> _Numbers:
    numbers = _Numbers()
    loose: list[Block] = []
    count = 0
    for block in lines:
        if block.number is not None and block.number not in numbers.sources:
            numbers.put(block.number, _source_of(block))
        else:
            loose.append(block)
    for _, block in points:
        for link in block.links:
            if number := _NUMBERED.fullmatch(link.text.strip()):
                numbers.put(int(number[1]), PastedSource("", link.url))
    for block in loose:
        for source in _sources_of(block):
            if source.url:
                numbers.add(source)
            else:
                count += 1
                numbers.put(max([0, *numbers.sources]) + 1, source)
    numbers.own = bool(numbers.sources)
    # Links of the text come after all numbers that it names itself.
    named = {int(it[1]) for _, block in points for it in _MARKER.finditer(_corrected(block.text))}
    for _, block in points:
        for link in block.links:
            numbers.add(PastedSource("" if _is_bare(link) else _line(link.text), link.url), named)
    return numbers


def _source_of(block: Block) -> PastedSource:
    """Return the source that a line names: its text is the title."""
    link = block.links[0] if block.links else Link("", "")

    def title(found: re.Match[str]) -> str:
        it = block.links[int(found[1])]
        return "" if _is_bare(it) else it.text

    text = _line(LINK.sub(title, block.text))
    title_text = (
        re.sub(r"[\s,:;(<]+[.)>]+\Z", "", text).lstrip(f"{_AROUND}^↑").rstrip(f"{_AROUND}(<")
    )
    return PastedSource(title_text[:MAX_TITLE], link.url)


def _sources_of(block: Block) -> list[PastedSource]:
    if len({_key(it.url) for it in block.links}) < 2:
        return [_source_of(block)]
    return [PastedSource("" if _is_bare(it) else _line(it.text), it.url) for it in block.links]


def _point(block: Block, numbers: _Numbers, cited: int) -> str:
    def replaced(found: re.Match[str]) -> str:
        link = block.links[int(found[1])]
        number = numbers.by_key[_key(link.url)]
        if _is_bare(link) or _NUMBERED.fullmatch(link.text.strip()):
            return f"[{number}]"
        return f"{html.escape(link.text, quote=False)} [{number}]"

    def lowered(found: re.Match[str]) -> str:
        """Return raised digits as markers where they name sources."""
        named = [int(unicodedata.normalize("NFKC", it)) for it in re.split("[,\u02d2]", found[0])]
        there = all(it in numbers.sources or it in numbers.aliases or it <= cited for it in named)
        if not there or 0 in named or UNIT.search(text[max(0, found.start() - 4) : found.start()]):
            return found[0]
        return "".join(f"[{it}]" for it in named)

    text = LINK.sub(replaced, block.text)
    text = _corrected(_RAISED.sub(lowered, text))
    if block.form == "[1]" and block.number is not None:
        # A number that begins a line of the text and not of the list of sources.
        text = f"[{block.number}] {text}"
    text = re.sub(r"(\[\d{1,2}\])(?:\s*[,;]\s*(?=\[\d{1,2}\])|\s+(?=\[\d{1,2}\]))", r"\1", text)
    text = re.sub(r"[(]((?:\[\d{1,2}\])+)[)]", r"\1", text)
    text = re.sub(r"(\[(\d{1,2})\])(?:\[\2\])+", r"\1", text)
    return _spaced(text)


def _corrected(text: str) -> str:
    """Return the text with markers where it has another notation, such as ``[1, 2]``."""
    notations = other_notations(text) if "[" in text or not text.isascii() else None
    return notations.corrected if notations and notations.marks else text


def _ordered(
    numbers: _Numbers, groups: list[tuple[Role | None, list[str]]]
) -> tuple[tuple[PastedSource, ...], dict[int, int]]:
    """Return the sources in the order of their numbers, and the new number of each old one."""
    if not numbers.sources:
        return (), {}
    used = {int(it[1]) for _, texts in groups for text in texts for it in _MARKER.finditer(text)}
    wanted = sorted({numbers.aliases.get(it, it) for it in used | set(numbers.sources)})
    order = {old: new for new, old in enumerate(wanted, 1)}
    order |= {old: order[new] for old, new in numbers.aliases.items() if new in order}
    missing = {it: PastedSource(number=0 if numbers.own else it) for it in wanted}
    return tuple((missing | numbers.sources)[it] for it in wanted), order


def _renumbered(text: str, order: dict[int, int]) -> str:
    return _MARKER.sub(lambda it: f"[{order.get(int(it[1]), int(it[1]))}]", text)


def _is_bare(link: Link) -> bool:
    """Return whether a link's text is only its address again, or an arrow."""
    text = link.text.strip()
    shown = text.rstrip("…/.")
    return not re.search(r"\w", text) or (
        "." in shown and " " not in shown and shown.partition("://")[2] in link.url
    )


def _line(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def _spaced(text: str) -> str:
    """Return the text with plain spaces, except where French has a fixed one."""
    text = re.sub("(?<!«)\u00a0(?![!?:;»%])", " ", text)
    text = re.sub(r"[ \t\n]+", " ", text)
    return re.sub(r"^(?:\s|<br>)+|(?:\s|<br>)+$", "", text)


def _key(url: str) -> str:
    try:
        return f"{urls.normalize(url)}#{url.partition('#')[2].partition(':~:')[0]}"
    except ValueError:
        return url
