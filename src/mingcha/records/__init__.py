"""The office: one Django app per legal subject. Apps import only the apps below them (docs/design/office.md)."""
