"""Names: capitalized words in a text, and who an attribution names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from widget.drafting.gate import folding
from widget.drafting.gate.corpus import EvidenceText
from widget.drafting.gate.language import FUNCTION_WORDS

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PARTICLES = frozenset(
    folding.each(
        "of the and for de del la las los el y du des le les l' von van der den dem zu zur zum "
        "und im in am an auf fur für et à al bin ibn da di do & en sur"
    )
)
# What somebody is or does: an attribution may say it in words of its own.
_ROLES = frozenset(
    folding.each(
        "author authors editor editors study report review survey researchers researcher staff "
        "spokesperson spokeswoman spokesman president chair chairwoman chairman director member "
        "members minister mayor councillor councilor economist economists residents critics "
        "opponents supporters campaigners experts officials analysts group union association "
        "housing writer autor autorin autoren studie bericht sprecher sprecherin vorsitzende "
        "vorsitzender mitglied mitglieder ministerin bürgermeister bürgermeisterin forscher "
        "forscherin forscherinnen kritiker leiter leiterin stadtrat stadträtin anwohner gutachten "
        "bewohner fraktion ökonom ökonomin direktor direktorin verfasser verfasserin "
        "verfasserinnen autora autores autoras estudio informe portavoz presidente presidenta "
        "concejal concejala vecinos investigadores investigadoras economista directora alcalde "
        "alcaldesa miembros auteur auteure auteurs étude rapport porte-parole présidente "
        "président élu élue élus riverains chercheurs chercheuses chercheuse chercheur économiste "
        "directrice directeur maire membres enquête autrice autrices مؤلف مؤلفو مؤلفون باحث باحثة "
        "باحثون باحثو دراسة تقرير رئيس رئيسة عضو أعضاء مدير مديرة متحدث متحدثة ناطق وزير وزيرة "
        "خبير خبيرة خبراء سكان كاتب كاتبة معدو معدّو"
    )
)
_INFLECTIONS = ("s", "es", "n", "en", "e", "er", "ns", "'s", "'", "em", "r")
_CLITICS = re.compile(r"^[وفبلك]?(?:ال|لل)?")


_ALL_FUNCTION_WORDS = frozenset().union(*FUNCTION_WORDS.values())


def runs(text: str) -> list[list[str]]:
    """Return the runs of capitalized words in plain text, without the particles between them.

    A capitalized word that begins a sentence counts only in a run with others.
    """
    found: list[list[str]] = []
    for sentence in folding.sentences(text):
        light = folding.light(sentence)
        run: list[str] = []
        begins, end = False, 0
        for match in _TOKEN.finditer(light):
            word = match[0]
            adjacent = light[end : match.start()].strip("-&") in (" ", "")
            is_name = word[0].isupper() and len(word) > 1
            if run and not (adjacent and (is_name or word.lower() in _PARTICLES)):
                found.append(_without_first(run) if begins else run)
                run = []
            if is_name:
                begins = begins if run else not light[: match.start()].strip(" '(\u2022-")
                run.append(word)
            end = match.end()
        if run:
            found.append(_without_first(run) if begins else run)
    return [it for it in found if it]


def _without_first(run: list[str]) -> list[str]:
    if len(run) == 1 or run[0].lower() in _ALL_FUNCTION_WORDS:
        return run[1:]
    return run


def is_known(word: str, vocabulary: Iterable[frozenset[str]]) -> bool:
    """Return whether a word, or an inflected form of it, is in one of the vocabularies."""
    forms = _forms(word)
    return any(not forms.isdisjoint(it) for it in vocabulary)


def _forms(word: str) -> set[str]:
    plain = folding.light(word).lower()
    forms = {plain}
    for ending in _INFLECTIONS:
        forms.add(plain + ending)
        if len(plain) - len(ending) >= 4 and plain.endswith(ending):
            stem = plain.removesuffix(ending)
            forms |= {stem, *(stem + it for it in _INFLECTIONS)}
    return forms


def unattributed(name: str, texts: Sequence[EvidenceText]) -> list[str]:
    """Return the words of an attribution that none of ``texts`` contains beside each other.

    Words for what somebody is, such as *spokeswoman*, are free; without any name one of the other
    words must be there. Where nothing is capitalized, as
    in Arabic, every other word must be there.
    """
    named = _named(name)
    if not named:
        return _unshared(name, texts)
    groups = [it for it in named if not any(_contains(text, it) for text in texts)]
    return [" ".join(it) for it in groups]


def _unshared(name: str, texts: Sequence[EvidenceText]) -> list[str]:
    """Return an attribution without names, such as *owners of the quay*, if no word is there."""
    words = [
        it
        for it in _TOKEN.findall(folding.light(name))
        if len(it) > 3
        and it.lower() not in _ROLES | _PARTICLES
        and it.lower() not in _ALL_FUNCTION_WORDS
    ]
    vocabularies = [it.vocabulary for it in texts]
    return [name] if words and not any(is_known(it, vocabularies) for it in words) else []


def _named(name: str) -> list[list[str]]:
    groups: list[list[str]] = []
    cased = any(it.isupper() for it in name)
    for part in re.split(r"[,;:()/\u060c]", folding.light(name)):
        group: list[str] = []
        for word in _TOKEN.findall(part):
            lowered = word.lower()
            is_name = word[0].isupper() if cased else len(word) > 2
            if is_name and lowered not in _ROLES and lowered not in _ALL_FUNCTION_WORDS:
                group.append(lowered)
            elif group and lowered not in _PARTICLES and lowered not in _ALL_FUNCTION_WORDS:
                groups.append(group)
                group = []
        if group:
            groups.append(group)
    return groups


def _contains(text: EvidenceText, group: list[str]) -> bool:
    """Return whether the words occur in order, each within three words of the one before."""
    forms = [_forms(it) | _arabic_forms(it) for it in group]
    words = text.words
    for i, word in enumerate(words):
        if not _is_one(word, forms[0]):
            continue
        place = i
        for each in forms[1:]:
            upcoming = words[place + 1 : place + 5]
            step = next((n for n, it in enumerate(upcoming) if _is_one(it, each)), None)
            if step is None:
                break
            place += step + 1
        else:
            return True
    return False


def _is_one(word: str, forms: set[str]) -> bool:
    return word in forms or ("\u0600" <= word[0] <= "\u06ff" and _stripped(word) in forms)


def _arabic_forms(word: str) -> set[str]:
    return {_stripped(word)} if "\u0600" <= word[0] <= "\u06ff" else set()


def _stripped(word: str) -> str:
    stem = _CLITICS.sub("", word)
    return stem if len(stem) >= 3 else word
