package metering

import (
	"crypto/sha256"
	"encoding/binary"
)

// Rules returns a digest of what decides where usage counts and when it is refused: the
// catalogue, the width of windows, and how many of them are open before and after the
// watermark ([WithCatalogue], [WithWindow], [WithLateWindow], [WithOpenWindows]). Whoever
// counts events again, such as a journal, finds out by it that it would count them
// otherwise. It changes, too, with what only people read, such as a title. It is SHA-256
// over the JSON of the catalogue and the three numbers, and costs as much as writing that.
func (a *Aggregator) Rules() ([sha256.Size]byte, error) {
	b, err := a.catalogue.MarshalJSON()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	for _, n := range [...]int64{a.width, a.lateWindows, a.openWindows} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return sha256.Sum256(b), nil
}
