"""What is written for people: the HTML report, the official workbook, explanations."""
