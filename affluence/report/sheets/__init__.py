"""Facts → the tables of the report, each written once for pages, workbook and CSV."""
