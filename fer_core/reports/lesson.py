"""A lesson as one HTML file: the guesses, the results and their reasons, and every technical word of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.results import SideResult, figures
from fer_core.lessons.glossary import GLOSSARY, words_in
from fer_core.lessons.quiz.rounds import verdict
from fer_core.plots.confusion import confusion_table
from fer_core.plots.training import learning_curve
from fer_core.reports.page import Section, bullets, chart, html_page, paragraph, tiles


@dataclass(frozen=True, eq=False)
class Tried:
    """An experiment that was tried: results of the usual and the changed side, and the index of the choice guessed."""

    experiment: Experiment
    results: tuple[SideResult, SideResult]
    guess: int


@dataclass(frozen=True)
class Played:
    """Points in a complete round of the quiz: the visitor's, the network's if any, and those of the best answers.

    Attributes:
        voters: Who voted; see ``QuizRound.voters``.
    """

    mine: tuple[int, ...]
    theirs: tuple[int, ...]
    best: tuple[int, ...]
    voters: str


def lesson_report(rounds: Sequence[Played], tried: Sequence[Tried]) -> str:
    """Return a lesson as HTML, without any face, name or address."""
    sections = [_round(number, played) for number, played in enumerate(rounds, start=1)]
    sections += [_experiment(seen) for seen in tried]
    said = " ".join(f"{s.experiment.title} {s.experiment.question} {_why(s)}" for s in tried)
    if words := sorted(words_in(said), key=str.casefold):
        sections.append(Section("Words", bullets([f"{word}: {GLOSSARY[word]}" for word in words])))
    lead = "How computers name expressions, and where they go wrong: guesses, results and reasons."
    return html_page("A lesson with FER Lab", lead, sections)


def _round(number: int, played: Played) -> Section:
    scores = [("You", sum(played.mine)), ("The network", sum(played.theirs)), ("Best possible", sum(played.best))]
    shown = [(name, f"{points} points") for name, points in scores if name != "The network" or played.theirs]
    words = paragraph(f"{len(played.mine)} faces; one point for each of ten {played.voters} who said the same.")
    if played.theirs:
        words += paragraph(verdict(played.mine, played.theirs, played.voters), "verdict")
    return Section(f"Quiz, round {number}", words + tiles(shown))


def _experiment(seen: Tried) -> Section:
    experiment = seen.experiment
    guess, happened = (experiment.choices[i] for i in (seen.guess, experiment.happened(*seen.results)))
    body = paragraph(experiment.question) + bullets([f"Guess: {guess}.", f"Result: {happened}."])
    titles = experiment.usual, experiment.changed
    for side, title, result in zip(("usual", "changed"), titles, seen.results, strict=True):
        body += f"<h3>{escape(title)}</h3>" + _side(result, f"{experiment.name}-{side}")
    return Section(f"Break it: {experiment.title}", body + paragraph(f"Why. {_why(seen)}", "verdict"))


def _why(seen: Tried) -> str:
    return " ".join(seen.experiment.explain(*seen.results))


def _side(result: SideResult, name: str) -> str:
    body = tiles([(label, value) for label, value, _ in figures(result)])
    if result.curve:
        body += chart(name, learning_curve(result.curve, "accuracy", len(result.curve)))
    return body + (confusion_table(result.matrix.tolist(), result.class_names) if result.matrix.any() else "")
