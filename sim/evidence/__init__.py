"""Why anything in the model is as it is: sources, and the claims restated from them."""

from sim.evidence.ledger import ABOUT, Claim, EvidenceError, Ledger, Source, ledger, load

__all__ = ["ABOUT", "Claim", "EvidenceError", "Ledger", "Source", "ledger", "load"]
