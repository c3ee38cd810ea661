"""The house's own rules, stricter than the law or silent where it is, and the consent of a second person."""
