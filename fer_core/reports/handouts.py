"""What a teacher prints for the lesson: a plan of one page, and a worksheet for pupils."""

import re
from html import escape

from fer_core.lessons.plan import LESSON, Step, time_of
from fer_core.reports.page import Section, bullets, html_page, paragraph

_PLAN_STYLE = """
@page { size: A4; margin: 13mm 14mm; }
h2 { margin: .9rem 0 .3rem; font-size: 1.05rem; } ul { margin: 0; padding-left: 1.2rem; }
td, th, td:first-child { text-align: left; vertical-align: top; } td:first-child { white-space: nowrap; }
td:last-child { width: 38%; }
td ul { padding-left: 1rem; } footer { margin-top: .8rem; }
@media print { body { font-size: 9.6pt; line-height: 1.4; padding: 0; } h1 { font-size: 15pt; margin-top: 0; }
  table, footer { font-size: 9.2pt; } td, th { padding: .25rem .4rem; } }
"""
_SHEET_STYLE = """
@page { size: A4; margin: 10mm 16mm; }
h2 { margin: .6rem 0 .1rem; } section { break-inside: avoid; } p { margin: .1rem 0; }
table { width: 100%; table-layout: fixed; } th, td { border: 1px solid #8a94a3; text-align: left;
  height: 1.1rem; padding: .05rem .5rem; }
th { background: #f1f4f9; } th:first-child { width: 20%; }
.line { border-bottom: 1px solid #8a94a3; height: 1.15rem; } .sketch { border: 1px solid #8a94a3; border-top: 0;
  border-right: 0; height: 6.2rem; margin: .4rem 0 .2rem 1rem; }
.name { display: flex; gap: 2rem; } .name span { flex: 1; border-bottom: 1px solid #8a94a3; padding-top: .5rem; }
footer { margin-top: .3rem; }
@media print { body { padding: 0; font-size: 9.2pt; }
  h1 { margin-top: 0; font-size: 15pt; } h2 { font-size: 11.5pt; } table { font-size: 9.2pt; } }
"""
_GOALS = (
    "Pupils can explain what a label is, and why ten people disagree about it.",
    "They can read a learning curve and a confusion matrix, and distinguish learning from memorizing.",
    "They know mistakes that go unnoticed, and how to find them with labeled faces.",
    "They can argue for what such a network must not be used.",
)
_BEFORE = (
    "Start FER Lab on one computer with a projector, and open “Lesson”. The built-in faces and networks are enough.",
    "Open the presenter notes in a window or on a phone that the class cannot see; they also control the lesson.",
    "With HTTPS (see README), pupils vote with their phones; otherwise by show of hands.",
    "Print a worksheet for each pupil. Switch on “Projector” for the class’s screen.",
)
_RULES = (
    "Nobody shows their own face. Quiz votes stay in memory for some hours, without names.",
    "In the European Union, systems that infer emotions of pupils are prohibited (Regulation (EU) 2024/1689, Article "
    "5(1)(f)). This lesson uses none: it studies a network on dataset faces and drawings.",
)


def plan_html() -> str:
    """Return the plan of the lesson as HTML that prints on one page of A4."""
    total = sum(step.minutes for step in LESSON)
    head = "".join(f"<th>{name}</th>" for name in ("Time", "What happens", "What to ask"))
    rows = "".join(_plan_row(number, step) for number, step in enumerate(LESSON, start=1))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    sections = [
        Section("Goals", bullets(_GOALS)),
        Section("Before the lesson", bullets(_BEFORE)),
        Section("Steps", table),
        Section("Rules", bullets(_RULES)),
    ]
    lead = f"{total} minutes, from about 13 years. How computers name expressions, and where they go wrong."
    return html_page("Lesson plan: what does a network see in a face?", lead, sections, style=_PLAN_STYLE)


def _plan_row(number: int, step: Step) -> str:
    asks = bullets([question.ask for question in step.questions])
    happens = f"<b>{escape(step.title)}.</b> {_emphasized(step.do)}"
    return f"<tr><td>{time_of(number)}</td><td>{happens}</td><td>{asks}</td></tr>"


def worksheet_html() -> str:
    """Return the pupils' worksheet as HTML that prints on two pages of A4; it holds no answers."""
    name = '<p class="name"><span>Name</span><span>Date</span></p>'
    sections = [Section("", name)]
    sections += [Section(f"{number}. {step.title}", _exercise(step)) for number, step in enumerate(LESSON, start=1)]
    lead = "A network names the expressions of faces. Find out how, and where it goes wrong."
    return html_page("What does a network see in a face?", lead, sections, style=_SHEET_STYLE)


def _exercise(step: Step) -> str:
    body = paragraph(step.task)
    if step.columns:
        head = "".join(f"<th>{escape(name)}</th>" for name in step.columns)
        cells = "<td></td>" * (len(step.columns) - 1)
        rows = "".join(f"<tr><td>{escape(row)}</td>{cells}</tr>" for row in step.rows)
        body += f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    if step.sketch:
        body += f'<div class="sketch"></div>{paragraph(step.sketch)}'
    return body + "".join(f'{paragraph(q.ask)}<div class="line"></div><div class="line"></div>' for q in step.questions)


def _emphasized(text: str) -> str:
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", escape(text))
