"""The dataset room: files become records, records become labelled datasets, datasets live in a store."""
