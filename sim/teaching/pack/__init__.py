"""Packs: what a lecturer takes to class, said once as blocks and slides, and written as PDF, DOCX, PPTX and QTI."""
