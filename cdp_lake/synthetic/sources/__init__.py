"""One writer per source system: it turns the true world into files and tells the ledger who was who."""
