package seal

// leaves holds the bytes of leaves in chunks, so that none is ever copied.
type leaves struct {
	chunks [][]byte
	places [][]uint64 // of the leaves
	n      int64
}

// A leaf's place is the number of its chunk and, in the low 16 bits, where it
// begins there, with its length. A chunk holds no leaf in part.
const (
	chunkBytes  = 64 << 10
	chunkPlaces = 4 << 10
)

// add copies a leaf.
func (l *leaves) add(leaf []byte) {
	last := len(l.chunks) - 1
	if last < 0 || cap(l.chunks[last])-len(l.chunks[last]) < len(leaf)+2 {
		l.chunks = append(l.chunks, make([]byte, 0, chunkBytes))
		last++
	}
	if l.n%chunkPlaces == 0 {
		l.places = append(l.places, make([]uint64, 0, chunkPlaces))
	}
	chunk, places := &l.chunks[last], &l.places[len(l.places)-1]
	*places = append(*places, uint64(last)<<16|uint64(len(*chunk)))
	*chunk = append(append(*chunk, byte(len(leaf)>>8), byte(len(leaf))), leaf...)
	l.n++
}

// at returns a leaf, which is not to be changed.
func (l *leaves) at(i int64) []byte {
	place := l.places[i/chunkPlaces][i%chunkPlaces]
	b := l.chunks[place>>16][place&0xffff:]
	n := int(b[0])<<8 | int(b[1])
	return b[2 : 2+n : 2+n]
}
