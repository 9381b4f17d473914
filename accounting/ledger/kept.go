package ledger

// kept holds the records of a book in chunks that are never moved.
type kept struct {
	chunks [][]byte
	spots  []spot
}

// spot is where a record is.
type spot struct {
	chunk, offset uint32
	length        uint32
}

// Chunks grow with the book, from small ones.
const (
	minChunkBytes = 4 << 10
	maxChunkBytes = 1 << 20
)

// add copies a record and returns its number, from 0.
func (k *kept) add(record []byte) uint32 {
	last := len(k.chunks) - 1
	if last < 0 || cap(k.chunks[last])-len(k.chunks[last]) < len(record) {
		k.chunks = append(k.chunks, make([]byte, 0, max(min(minChunkBytes<<min(len(k.chunks), 16), maxChunkBytes), len(record))))
		last++
	}
	chunk := &k.chunks[last]
	k.spots = append(k.spots, spot{uint32(last), uint32(len(*chunk)), uint32(len(record))})
	*chunk = append(*chunk, record...)
	return uint32(len(k.spots) - 1)
}

// at returns a record, which is not to be changed.
func (k *kept) at(n uint32) []byte {
	s := k.spots[n]
	return k.chunks[s.chunk][s.offset : s.offset+s.length : s.offset+s.length]
}

func (k *kept) len() int { return len(k.spots) }
