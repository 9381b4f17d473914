package segment

import (
	"encoding/binary"
	"hash/crc32"
)

func rechecksum(h []byte) {
	binary.LittleEndian.PutUint32(h[60:], crc32.Checksum(h[:60], crc32.MakeTable(crc32.Castagnoli)))
}
