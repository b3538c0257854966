"""How the service is put together and started: settings, addresses, the command line."""
