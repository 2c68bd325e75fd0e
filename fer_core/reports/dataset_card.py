"""A stored dataset's card as Markdown, for a repository or a web page; its pictures stay where they are."""

from fer_core.datasets.cards import DatasetCard
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.issues import training_set_issues
from fer_core.datasets.summary import label_outcomes
from fer_core.labels import SPLITS, LabelScheme
from fer_core.reports.hub import dataset_head
from fer_core.reports.markdown import plain, table

_LIMITS = (
    "Labels name the expression other people see in one picture, not what the person feels. Consent, selection, and "
    "the range of ages, skin tones and head poses depend on the source: check it before you train for others. Not for "
    "decisions about people."
)


def dataset_card_markdown(card: DatasetCard, records: FaceRecords, scheme: LabelScheme) -> str:
    """Return the card of a dataset labeled by a scheme, in the sections that the Hugging Face Hub asks for."""
    facts = [
        ("Source", card.source),
        ("Files", ", ".join(filter(None, (card.images_file, card.votes_file)))),
        ("SHA-256 of the faces", card.images_sha256),
        ("SHA-256 of the votes", card.votes_sha256),
        ("Fingerprint of the records", card.fingerprint),
        ("Stored on", card.created_at[:10]),
        ("Splits", card.splits),
        ("Folders", ", ".join(f"{folder} → {label}" for folder, label in card.mapping.items())),
        ("Left out", ", ".join(f"{count:,} {reason}" for reason, count in card.skipped.items())),
        ("Votes", card.votes_note),
    ]
    counts = label_outcomes(records, scheme).counts()
    counts = counts[counts.sum(axis=1) > 0]
    rows = [
        (str(name), *(f"{int(n):,}" for n in row)) for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    issues = [f"- {plain(issue.text)}" for issue in training_set_issues(records, scheme)]
    return "\n\n".join(
        [
            dataset_head(card),
            f"# {plain(card.name)}",
            f"{len(records):,} gray faces of 48x48 pixels.",
            f"## Source\n\n{table(('', ''), [fact for fact in facts if fact[1]])}",
            f"## Labels\n\n{plain(scheme.title)}; rows without class or split are listed with the reason.",
            table(("", *SPLITS), rows),
            *(["## Before training", "\n".join(issues)] if issues else []),
            f"## Limits\n\n{_LIMITS}\n",
        ]
    )
