"""What is signed: packages and documents, their life cycle, the intake of a PDF, its page images and blobs."""
