package fixed

// Words256 returns the Int256 of these words, low to high. Tests need values
// that no short chain of operations reaches.
func Words256(w [4]uint64) Int256 { return Int256{w[0], w[1], w[2], w[3]} }

// SplitOnStack is the number of weights up to which Split does not allocate.
const SplitOnStack = splitOnStack
