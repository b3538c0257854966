"""What is signed: packages and documents, their life cycle, the intake of a PDF, page images, blobs."""
