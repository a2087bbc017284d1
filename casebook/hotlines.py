"""Who may lawfully match a child's pictures, and where to go: said wherever Pehra refuses to."""
