package counter

// A SentinelRange is a range of values, both ends included, that a source writes
// where it has nothing to say. A reading of one is no reading: it counts
// nothing, is flagged [Sentinel], and the next one is [Missed]. That a counter
// can pass such a value by right does no harm but that.
type SentinelRange struct{ Min, Max Value }

// maxSentinels bounds the ranges of one counter.
const maxSentinels = 16

// DCGM returns what NVIDIA's data centre GPU manager writes for a 64-bit field
// that it has no value for: 9223372036854775792 (blank) and up, such as
// 9223372036854775794 (not supported); see DCGM_INT64_IS_BLANK in dcgm_structs.h
// of https://github.com/NVIDIA/DCGM. The range ends at 2^63, which is what a
// 64-bit float makes of any of them.
func DCGM() []SentinelRange { return []SentinelRange{{Uint(1<<63 - 16), Uint(1 << 63)}} }

// Ascend returns what Huawei's npu-exporter writes where a chip gives no value:
// -1, and 4294967295, which is -1 in 32 bits without a sign; see
// https://github.com/Ascend/ascend-npu-exporter.
func Ascend() []SentinelRange {
	return []SentinelRange{{Int(-1), Int(-1)}, {Uint(1<<32 - 1), Uint(1<<32 - 1)}}
}

func (s SentinelRange) contains(v Value) bool { return s.Min.Cmp(v) <= 0 && v.Cmp(s.Max) <= 0 }
