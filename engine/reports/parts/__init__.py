"""What several reports are made of: names, periods, forms, pages and rows of lists, who may read what."""
