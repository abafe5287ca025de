"""What came out: series and outcomes, paired differences, verdicts, plain words, and the folder on disk."""

from sim.headers import BundleError
from sim.results.paired import Comparison, open_folder
from sim.results.results import Results, SeriesNotKeptError

__all__ = ["BundleError", "Comparison", "Results", "SeriesNotKeptError", "open_folder"]
