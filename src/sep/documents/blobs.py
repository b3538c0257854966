from sep.vault.blobs import BlobMissing as BlobMissing, get as get, put as put
