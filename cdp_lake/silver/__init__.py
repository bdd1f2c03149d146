"""Silver: typed, checked, standardised. Each bronze record gets one fate; what passes becomes source
records (a person as one system knows them) and facts (what happened), which point at source records.
"""
