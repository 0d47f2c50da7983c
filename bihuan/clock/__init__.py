"""What runs on its own: handling what falls due."""
