"""The page of one case: where it stands and on whom it waits (`file`), its timeline, and the forms that change it.

`page` shows it, `forms` fills a form and shows it again when it was refused; the other modules are forms by subject.
"""
