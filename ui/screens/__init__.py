"""The pages of the browser face: one module per page, `shell` around them."""
