"""What is read: where everything stands, for the pages and the command line. Nothing here changes anything."""
