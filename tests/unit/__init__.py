"""The pure rules: no database, no engine, no clock."""
