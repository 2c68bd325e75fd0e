"""The notice shown before the first picture, in plain words; no legal advice."""

from fer_core.checkpoints.card import ModelCard, PriorFigures
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.service.deployment import Deployment

_NO_CONTACT = "Ask the person who gave you this address."
_OWN_COMPUTER = "Ask the person who installed FER Lab on this computer; About names its sources."


def notice_summary(card: ModelCard | None, deployment: Deployment, prior: PriorAdjustment = DEFAULT_PRIOR) -> str:
    """The notice in one paragraph: what is computed and for what, errors, retention, what is forbidden."""
    here = "this computer" if deployment.context == "personal" else "the computer that runs FER Lab"
    errors = f"{error_rates(card, prior).split('. ')[0]}. " if card else ""
    return (
        "For learning only: FER Lab finds faces and names the expression each seems to show, not identity or "
        f"feelings. {errors}Pictures stay on {here}, until you clear them or close the app. Use only faces of people "
        "who know and agree, and make no decisions about people with it."
    )


def notice_points(
    card: ModelCard | None, deployment: Deployment, prior: PriorAdjustment = DEFAULT_PRIOR
) -> tuple[tuple[str, str], ...]:
    """The notice's titles and sentences, in order; without a card, no network looks at the picture.

    The class prior is that under which the card's network answers.
    """
    own = deployment.context == "personal"
    here = "this computer" if own else "the computer that runs FER Lab"
    no_contact = _OWN_COMPUTER if own else _NO_CONTACT
    points = (
        ("What it is for", "Only to learn how a network names expressions, and where it fails."),
        (
            "What is computed",
            "The position of each face, and a probability for every expression the network knows. No identity, age or "
            "sex; nobody is recognized across pictures.",
        ),
        (
            "What it is not",
            "An expression is not a feeling. The answer names what a face looks like to other people, not what the "
            "person feels or thinks.",
        ),
        ("How often it is wrong", error_rates(card, prior) if card else ""),
        (
            "Who sees it, and for how long",
            f"Pictures and videos go to {here} and nowhere else. Only your own session shows them. They stay there "
            "until you clear them, at most five minutes after you close the app. The log holds no pictures, names or "
            "answers.",
        ),
        (
            "Not allowed",
            "Faces of people who do not know and agree. Decisions about people: hiring, grades, police, insurance, "
            "health. Watching people at work or at school.",
        ),
        ("Questions", f"Ask {deployment.contact}." if deployment.contact else no_contact),
    )
    return tuple((title, sentence) for title, sentence in points if sentence)


def error_rates(card: ModelCard, prior: PriorAdjustment = DEFAULT_PRIOR) -> str:
    """How often a checkpoint's answer under a class prior differs from the majority label, from its card."""
    measured, people = card.measured, "Even ten people looking at one face often disagree."
    if figures := card.figures_under(prior):
        faces = f"{measured.n:,} test faces of {measured.dataset_title}"
        wrong = f"On {faces} it is wrong {_of_hundred(1 - figures.accuracy)}"
        setting = f"class prior: {card.known_prior(prior)}"
        return f"{wrong} ({setting}).{_worst(figures)} On other pictures expect more errors. {people}"
    if not card.is_trained:
        source = f"“{card.name}” ({card.origin_in_words})"
        return f"Unknown: {source} has not been evaluated here; do not rely on any answer. {people}"
    wrong = f"On the test faces of {card.dataset_title} it is wrong {_of_hundred(1 - card.best.test_accuracy)}"
    return f"{wrong} under its training prior. On other pictures expect more errors. {people}"


def _of_hundred(share: float) -> str:
    return f"{100 * share:.0f} times in 100"


def _worst(figures: PriorFigures) -> str:
    """The class that is missed most, if its faces were counted."""
    if not figures.recall:
        return ""
    name = min(figures.recall, key=figures.recall.__getitem__)
    return f" Of faces that people called {name} it misses {100 * (1 - figures.recall[name]):.0f} in 100."


CLOSED_REASON = (
    "This server is set up for education or work, so cameras, photos and videos of people are switched off: in the "
    "European "
    "Union, inferring emotions at school and at work is prohibited, except for medical and safety reasons. Datasets, "
    "training, evaluation and the drawn samples work."
)
"""What is said where own faces are off."""

CLOSED_REMEDY = (
    "The operator can allow adults to use their own faces freely with FER_OWN_FACES=enabled (README, “Safety and law”)."
)
"""What the operator can do about it."""
