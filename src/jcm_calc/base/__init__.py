"""What every room needs: texts in languages, problems and remarks, files, dates."""
