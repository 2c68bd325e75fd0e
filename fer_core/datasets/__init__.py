"""The dataset room: files become records, records become labeled datasets, datasets live in a store."""
