package seal

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is a Merkle tree with all its hashes, in the order that package tlog
// stores them in.
type tree struct {
	chunks [][]tlog.Hash // of chunkHashes each, so that none is ever copied
	stored int           // hashes
	size   int64         // leaves
}

const chunkHashes = 1 << 10

// store appends a hash.
func (t *tree) store(h tlog.Hash) {
	if t.stored%chunkHashes == 0 {
		t.chunks = append(t.chunks, make([]tlog.Hash, 0, chunkHashes))
	}
	last := &t.chunks[len(t.chunks)-1]
	*last = append(*last, h)
	t.stored++
}

// at returns a hash that was stored.
func (t *tree) at(i int) tlog.Hash { return t.chunks[i/chunkHashes][i%chunkHashes] }

// add appends a leaf by its hash, and the hashes of the subtrees it completes.
// It is what tlog.StoredHashesForRecordHash returns, without its allocations.
func (t *tree) add(h tlog.Hash) {
	t.store(h)
	// The tree completed last on a level ends right before the one on it began:
	// a full subtree with 2^level leaves has 2^(level+1)-1 hashes.
	last := t.stored - 1
	for level, n := 0, t.size; n&1 == 1; level, n = level+1, n>>1 {
		left := last - (2<<level - 1)
		h = tlog.NodeHash(t.at(left), h)
		t.store(h)
		last++
	}
	t.size++
}

// ReadHashes gives package tlog the hashes it asks for.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		if n < 0 || n >= int64(t.stored) {
			return nil, fmt.Errorf("seal: hash %d of %d", n, t.stored)
		}
		hashes[i] = t.at(int(n))
	}
	return hashes, nil
}

// root returns the root; that of no leaves is the hash of nothing.
func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }
