package spelling

// maxBytes is the longest text that a word is looked for: nobody misspells more, and
// the work grows with it.
const maxBytes = 64

// Nearest returns the word that s is most likely a misspelling of, or "" if none
// is close: within two edits, and one for every three bytes of s. Of words that
// are equally close it is the first. A text of more than 64 bytes has none.
func Nearest(s string, words []string) string {
	if len(s) > maxBytes {
		return ""
	}
	best, least := "", min(2, (len(s)+2)/3)+1
	for _, w := range words {
		if d := edits(s, w); d < least {
			best, least = w, d
		}
	}
	return best
}

// edits returns how many bytes have to be put in, taken out, replaced or
// swapped with their neighbour to turn a into b.
func edits(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
