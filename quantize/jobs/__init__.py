"""What a command does: inputs, plan, one job, processes, cluster."""
