"""The shell of the web pages: sessions, forms, headers, rendering. The pages stand in `app/my`
and `app/admin`, their addresses in `app/routes.py`."""
