"""СЭП: the electronic-signing service for clinics."""

__version__ = "0.1.0"
