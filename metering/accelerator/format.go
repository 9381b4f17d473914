package accelerator

import (
	"fmt"
)

// A Format is a number format that a rate is stated for. The zero Format is
// invalid.
type Format uint8

// The formats, wide to narrow. INT8 rates are operations per second.
const (
	_ Format = iota
	FP64
	FP32
	TF32
	BF16
	FP16
	FP8
	INT8
)

var formatNames = []string{FP64: "fp64", FP32: "fp32", TF32: "tf32", BF16: "bf16", FP16: "fp16", FP8: "fp8", INT8: "int8"}

// Formats returns every format, wide to narrow.
func Formats() []Format { return []Format{FP64, FP32, TF32, BF16, FP16, FP8, INT8} }

// String returns the format's name, such as "bf16".
func (f Format) String() string { return nameOf(formatNames, f) }

// MarshalText returns the name.
func (f Format) MarshalText() ([]byte, error) { return textOf("format", formatNames, f) }

// UnmarshalText reads a name. It fails with a *[FieldError].
func (f *Format) UnmarshalText(text []byte) error { return readName(f, "format", formatNames, text) }

// Rates are peak rates by format, in millions of operations per second
// (MFLOPS; 989.4 TFLOPS is 989,400,000), as integers. A model has two: dense
// ones, and those with structured 2:4 sparsity, which vendors print in larger
// letters and which are about twice as high. Rates are comparable with ==.
type Rates struct {
	FP64 Figure `json:"fp64"`
	FP32 Figure `json:"fp32"`
	TF32 Figure `json:"tf32"`
	BF16 Figure `json:"bf16"`
	FP16 Figure `json:"fp16"`
	FP8  Figure `json:"fp8"`
	INT8 Figure `json:"int8"`
}

// In returns the rate in a format, in MFLOPS; unknown for an invalid format.
func (r Rates) In(f Format) Figure {
	switch f {
	case FP64:
		return r.FP64
	case FP32:
		return r.FP32
	case TF32:
		return r.TF32
	case BF16:
		return r.BF16
	case FP16:
		return r.FP16
	case FP8:
		return r.FP8
	case INT8:
		return r.INT8
	}
	return Figure{}
}

// tflops writes a rate as people read it, without rounding.
func tflops(mflops int64) string { return decimalText(mflops, 6) + " TFLOPS" }

// decimalText writes n/10^places, without zeros at the end.
func decimalText(n int64, places int) string {
	s := fmt.Sprintf("%0*d", places+1, n)
	cut := len(s) - places
	end := len(s)
	for end > cut && s[end-1] == '0' {
		end--
	}
	if end == cut {
		return s[:cut]
	}
	return s[:cut] + "." + s[cut:end]
}
