"""What a run did: record, terminal text, CSV."""
