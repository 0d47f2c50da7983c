"""What people read: shared by the web page, the API, the command line and the reports."""
