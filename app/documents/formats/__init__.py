"""The code that formats share: what each is given and returns, which one a file has, zip and XML within limits."""
