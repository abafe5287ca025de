"""The questions of an exercise as a quiz with choices, and a package of QTI 2.1 that learning platforms import.

The right choice is computed from the worlds, and so are the wrong ones of a range, which lie beside it and so hold few
of the worlds. IMS Question and Test Interoperability 2.1 (2012), with the response processing that every platform knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zlib import crc32

import numpy as np

from sim.teaching.exercises.feedback import with_unit
from sim.teaching.exercises.figures import Lab, unit, whole
from sim.teaching.exercises.predict import central
from sim.teaching.pack.key import BANDS, band, key
from sim.teaching.pack.zipped import zipped
from sim.words.language import ENGLISH, _, closed, spoken
from sim.words.numbers import fine
from sim.words.sentences import ABOUT, NOT_A_FORECAST
from sim.worlds import Vector

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
_MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
_TOLD = "told"
_CHOICES = 4
_LONGEST = 250  # letters of a title; platforms keep 255


@dataclass(frozen=True)
class Item:
    """A question with choices.

    Attributes:
        name: as in the exercise; ask: the question.
        choices: from low to high; right: the place of the right one, from 0.
        said: the answer in a sentence, for whoever has answered.
    """

    name: str
    ask: str
    choices: tuple[str, ...]
    right: int
    said: str


def items(lab: Lab) -> list[Item]:
    """The questions in the order in which they are put; without those whose worlds leave nothing to choose from."""
    found = []
    for name in dict.fromkeys([*lab.exercise.quiz, *lab.exercise.asked()]):
        question = lab.exercise.questions[name]
        values = lab.values(question.figure)
        if question.form == "probability":
            choices = tuple(_("{low} to {high} of 100 worlds", low=low, high=high) for low, high in BANDS)
            right = band(float(values.mean()))
        else:
            choices, right = _ranges(lab, name, values)
        if len(choices) > 1:
            told = key(lab, name)
            found.append(Item(name, told.ask, choices, right, told.said))
    return found


def package(lab: Lab) -> bytes:
    """The quiz as a content package: a ZIP file of XML."""
    found, title = items(lab), _("{exercise}: predictions", exercise=_(lab.exercise.title))
    files = {"imsmanifest.xml": _manifest(lab.exercise.name, found), "assessmentTest.xml": _test(title, found)}
    files |= {f"items/{one.name}.xml": _item(one) for one in found}
    return zipped({name: _written(root) for name, root in files.items()})


def _ranges(lab: Lab, name: str, values: Vector) -> tuple[tuple[str, ...], int]:
    """The range that holds eight worlds of ten, among others as wide above and below it, and the place of the right one.

    Each begins where the last one ends, at a rounded number, and the middle world lies on none of these edges.
    """
    figure, own = lab.exercise.figures[lab.exercise.questions[name].figure], central(values)
    step = _step(own.high - own.low, whole(figure))
    first, last = round(own.low / step), round(own.high / step)
    middle = round(float(f"{np.median(values):.1e}") / step, 6)  # as it is told
    first, last = min(first, ceil(middle) - 1), max(last, floor(middle) + 1)
    wide = last - first
    # Nothing below nought where no world has that, and nothing beyond the ends of a scale.
    least, most = _ends(unit(figure), figure.is_signed)
    least = 0.0 if values.min() >= 0 else least
    edges = [first + count * wide for count in range(-_CHOICES + 1, _CHOICES + 1)]
    edges = sorted({round(min(max(edge * step, least), most) / step) for edge in edges})
    pairs = list(pairwise(edges))
    if middle in edges or len(pairs) < 2:
        return (), 0
    place = next(number for number, (low, high) in enumerate(pairs) if low < middle < high)
    # Where among its neighbours the right one stands follows from the question's name, so that it is no rule.
    start = max(0, min(place - crc32(name.encode()) % _CHOICES, len(pairs) - _CHOICES))
    shown = pairs[start : start + _CHOICES]
    words = [with_unit(_span(low * step, high * step, figure.is_signed), unit(figure)) for low, high in shown]
    return tuple(words), place - start


def _step(wide: float, whole: bool) -> float:
    """What edges are rounded to: 1, 2 or 5 of some power of ten, at most a tenth of the range's width.

    >>> _step(861.0, True), _step(0.027, False), _step(3.0, True)
    (50.0, 0.002, 1.0)
    """
    if wide <= 0:
        return 1.0
    power = 10.0 ** floor(log10(wide / 10))
    step = max(round(times * power, 12) for times in (1, 2, 5) if times * power <= wide / 10)
    return max(step, 1.0) if whole else step


def _ends(unit: str, signed: bool) -> tuple[float, float]:
    """How far a figure can reach: a difference on a scale from 0 to 1 from -1 to 1."""
    if unit == "0 to 1":
        return (-1.0 if signed else 0.0), 1.0
    return (-2.0, 2.0) if unit == "-1 to 1" and signed else (-1.0, 1.0) if unit == "-1 to 1" else (-np.inf, np.inf)


def _span(low: float, high: float, sign: bool) -> str:
    """A range by its edges, which are told as they are."""
    low_end, high_end = (f"+{fine(end, 12)}" if sign and end > 0 else fine(end, 12) for end in (low, high))
    return _("{low} to {high}", low=low_end, high=high_end)


def _title(ask: str) -> str:
    """A question as a title: whole where it is short, else up to the end of a word."""
    return ask if len(ask) <= _LONGEST else ask[: _LONGEST - 3].rsplit(" ", 1)[0].rstrip(",:;.") + " ..."


def _item(one: Item) -> Element:
    root = Element("assessmentItem", xmlns=QTI, identifier=one.name, title=closed(_title(one.ask)))
    root.set("adaptive", "false")
    root.set("timeDependent", "false")
    if spoken() != ENGLISH.code:
        root.set("xml:lang", spoken())
    declared = SubElement(
        root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType="identifier"
    )
    SubElement(SubElement(declared, "correctResponse"), "value").text = _choice(one.right)
    for name, kind, value in (("SCORE", "float", "0"), ("FEEDBACK", "identifier", _TOLD)):
        outcome = SubElement(root, "outcomeDeclaration", identifier=name, cardinality="single", baseType=kind)
        SubElement(SubElement(outcome, "defaultValue"), "value").text = value
    body = SubElement(root, "itemBody")
    asked = SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")
    SubElement(asked, "prompt").text = one.ask
    for number, words in enumerate(one.choices):
        SubElement(asked, "simpleChoice", identifier=_choice(number)).text = words
    SubElement(root, "responseProcessing", template=_MATCH)
    # Shown once a response has been processed, and by no platform before.
    told = SubElement(root, "modalFeedback", outcomeIdentifier="FEEDBACK", showHide="show", identifier=_TOLD)
    SubElement(told, "p").text = f"{one.said} {_(NOT_A_FORECAST)}"
    return root


def _test(title: str, found: Sequence[Item]) -> Element:
    root = Element("assessmentTest", xmlns=QTI, identifier="test", title=title)
    SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    part = SubElement(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="simultaneous")
    section = SubElement(part, "assessmentSection", identifier="section", title=title, visible="true")
    about = SubElement(section, "rubricBlock", view="candidate")
    SubElement(about, "p").text = " ".join((_(ABOUT), _("A range is to hold eight worlds of ten.")))
    for one in found:
        SubElement(section, "assessmentItemRef", identifier=f"ref_{one.name}", href=f"items/{one.name}.xml")
    value = SubElement(SubElement(root, "outcomeProcessing"), "setOutcomeValue", identifier="SCORE")
    SubElement(SubElement(value, "sum"), "testVariables", variableIdentifier="SCORE")
    return root


def _manifest(name: str, found: Sequence[Item]) -> Element:
    root = Element("manifest", xmlns=PACKAGE, identifier=f"durand_{name}")
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    test = SubElement(
        resources, "resource", identifier="res_test", type="imsqti_test_xmlv2p1", href="assessmentTest.xml"
    )
    SubElement(test, "file", href="assessmentTest.xml")
    for one in found:
        SubElement(test, "dependency", identifierref=f"res_{one.name}")
        place = f"items/{one.name}.xml"
        own = SubElement(resources, "resource", identifier=f"res_{one.name}", type="imsqti_item_xmlv2p1", href=place)
        SubElement(own, "file", href=place)
    return root


def _choice(number: int) -> str:
    return f"choice_{'abcdefg'[number]}"


def _written(root: Element) -> bytes:
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"
