"""The catalogue of legal terms, and a calculator for them: no case, no person."""
