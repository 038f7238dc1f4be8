"""Power loss, simulated: what a disk was given is recorded, and what could be on it after a power cut is built."""
