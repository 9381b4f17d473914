package seal_test

import "crypto/sha256"

// slowRoot is MTH of RFC 6962, section 2.1, word for word.
func slowRoot(leaves [][]byte) [32]byte {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		left, right := slowRoot(leaves[:k]), slowRoot(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
	}
}

// slowIncluded verifies an audit path as RFC 9162, section 2.1.3.2, says.
func slowIncluded(leaf []byte, index, size int64, path [][32]byte, root [32]byte) bool {
	if index >= size {
		return false
	}
	fn, sn := index, size-1
	r := sha256.Sum256(append([]byte{0}, leaf...))
	for _, p := range path {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			r = sha256.Sum256(append(append([]byte{1}, p[:]...), r[:]...))
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = sha256.Sum256(append(append([]byte{1}, r[:]...), p[:]...))
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && r == root
}
