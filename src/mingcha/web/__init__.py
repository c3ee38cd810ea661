"""The pages of the office: settings, middleware, base templates, and the few pages that belong to no single app."""
