"""What the backends share: schedules, supergraph transforms, plans and protocols."""
