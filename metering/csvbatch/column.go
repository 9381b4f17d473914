package csvbatch

// A column is one column of the file, and what its fields become.
type column struct {
	field field
	name  string // in the header
	stop  uint64 // eight of the byte behind its fields
	text  *text  // nil where field is no text
}

// A text is a column of text: the codes of a batch's rows and their values.
type text struct {
	*dictionary
	codes []uint32
}

const (
	quotes   = '"' * eachByte
	commas   = ',' * eachByte
	newlines = '\n' * eachByte
	returns  = '\r' * eachByte
)
