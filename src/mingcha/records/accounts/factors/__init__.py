"""Second factors of a person: an app's codes, security keys and passkeys, recovery codes.

Rows and their reading are django-allauth's (`allauth.mfa`), keys are checked by python-fido2. Nothing here enters the
register; acts do (`accounts.actions.factors`).
"""
