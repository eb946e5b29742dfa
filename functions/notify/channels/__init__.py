"""How messages leave: SES and SNS."""
