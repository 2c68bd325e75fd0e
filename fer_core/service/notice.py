"""What people are told before their faces are looked at, in plain words; no legal advice."""

from fer_core.checkpoints.card import ModelCard, PriorFigures
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.service.deployment import Deployment

_NO_CONTACT = "Ask whoever gave you this address."
_OWN_COMPUTER = "Ask whoever set FER Lab up on this computer; the page About tells where it comes from."


def notice_summary(card: ModelCard | None, deployment: Deployment, prior: PriorAdjustment = DEFAULT_PRIOR) -> str:
    """The notice in one paragraph: what is computed and for what, errors, retention, what is forbidden."""
    here = "this computer" if deployment.context == "personal" else "the computer that runs FER Lab"
    errors = f"{error_rates(card, prior).split('. ')[0]}. " if card else ""
    return (
        "For learning only: FER Lab finds faces and says which expression each seems to show, not who somebody is or "
        f"what they feel. {errors}Pictures stay on {here}, until you clear them or close the app. Use only faces of "
        "people who know and agree, and decide nothing about anybody with it."
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
        ("What it is for", "To learn how a network names expressions, and where it fails. For nothing else."),
        (
            "What is computed",
            "Where faces are in a picture, and for each a probability of every expression the network knows. No "
            "identity, no age, no sex; nobody is recognized again in another picture.",
        ),
        (
            "What it is not",
            "An expression is not a feeling. The answer says what a face looks like to other people, not what somebody "
            "feels or thinks.",
        ),
        ("How often it is wrong", error_rates(card, prior) if card else ""),
        (
            "Who sees it, and for how long",
            f"Pictures and videos go to {here} and nowhere else. Only your own session shows them. They stay there "
            "until you clear them, and everything is forgotten within five minutes after you close the app. The log "
            "holds no pictures, names or answers.",
        ),
        (
            "Not allowed",
            "Faces of people who do not know and agree. Decisions about people: hiring, marks, police, insurance, "
            "health. Watching people at work or at school.",
        ),
        ("Questions", f"Ask {deployment.contact}." if deployment.contact else no_contact),
    )
    return tuple((title, sentence) for title, sentence in points if sentence)


def error_rates(card: ModelCard, prior: PriorAdjustment = DEFAULT_PRIOR) -> str:
    """How often a checkpoint's answer under a class prior differs from what most people said, as its card knows."""
    measured, people = card.measured, "Even ten people looking at one face often disagree."
    if figures := card.figures_under(prior):
        wrong = f"On {measured.n:,} test faces of “{measured.dataset}” it is wrong {_of_hundred(1 - figures.accuracy)}"
        setting = f"class prior: {card.known_prior(prior)}"
        return f"{wrong} ({setting}).{_worst(figures)} On other pictures expect more errors. {people}"
    if not card.is_trained:
        source = f"“{card.name}” ({card.origin_in_words})"
        return f"Unknown: {source} has not been tested here; take no answer for right. {people}"
    wrong = f"On the test faces of “{card.dataset}” it is wrong {_of_hundred(1 - card.best.test_accuracy)}"
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
    "This server is used in education or at work, and there cameras, photos and videos of people are switched off: in "
    "the European Union, systems that infer emotions of people at school and at work are prohibited, but for medical "
    "and safety reasons. Datasets, training, evaluation and the drawn samples work as ever."
)
"""What is said where own faces are off."""

CLOSED_REMEDY = (
    "The operator can open them for people who try it freely on their own faces (README, “Safety and law”) "
    "with FER_OWN_FACES=enabled."
)
"""What the operator can do about it."""
