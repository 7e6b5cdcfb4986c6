"""The database: its tables, its transactions, and how values are written down. Nothing above it begins or commits."""
