"""Append-only Merkle log (RFC 6962) in the C2SP tlog-tiles layout, with signed and cosigned checkpoints.

Pure: no Django, no media.

    merkle       leaf, node and root hashes
    tree         roots and proofs from the hashes of complete subtrees
    proofs       checking inclusion and consistency proofs: needs no log
    tiles        where hashes and entries of a tree lie: tile and bundle coordinates and encodings
    notes        C2SP signed notes: keys, signatures, cosignatures
    checkpoints  the log's signed size and root
    edge         the growing right edge of a tree
    log          the one writer of a log directory
    reader       reading entries, hashes and proofs of a tree of one size
    disk         the few file operations the writer rests on
    witness      cosigning checkpoints that continue the last one
    fsck         the whole log checked against its checkpoint
"""
