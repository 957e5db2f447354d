"""The weather report: figures, pictures, pages, publishing."""
