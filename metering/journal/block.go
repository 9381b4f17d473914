package journal

import "github.com/meterbook/meterbook/internal/fixed"

// A block is events as one record of the log:
//
//	kind (1 byte), sequence of the first event (8), number of events (4)
//	of imported events: the journal they are from (16), how far that was read (8)
//	for each event:
//	  0 and a subject, or the number of a subject of the block, from 1
//	  id
//	  time in nanoseconds, as the difference to the event before
//	  grains of each item
//	  of an adjustment: the id that it corrects, and the reason
//
// The fixed numbers are little endian, the others unsigned varints, differences
// and grains zigzag ones of up to 19 bytes; texts are behind their length. A block
// stands alone: subjects and differences begin anew, so that what is lost with a
// damaged one is that one.
const (
	eventsRecord   = 1
	controlRecord  = 2
	importedRecord = 3
)

// maxBlock is about where a block ends and the next one begins.
const maxBlock = 512 << 10

// A position is how far another journal was read.
type position struct {
	journal ID
	event   uint64
}

// appendGrains appends a 128-bit integer as a zigzag varint.
func appendGrains(b []byte, n fixed.Int128) []byte {
	sign := uint64(n.Hi >> 63)
	hi, lo := uint64(n.Hi)<<1|n.Lo>>63, n.Lo<<1
	hi, lo = hi^sign, lo^sign
	for hi > 0 || lo >= 0x80 {
		b = append(b, byte(lo)|0x80)
		lo, hi = lo>>7|hi<<57, hi>>7
	}
	return append(b, byte(lo))
}
