"""The command ``antispoof``: reads options, calls the library, prints the result."""

from antispoof.cli.app import main
