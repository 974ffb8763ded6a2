"""What runs as a whole: the main job, the imports and the exports."""
