package fixed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

// sink keeps results alive, so that the compiler cannot drop the work.
var sink struct {
	v     fixed.Int128
	w     fixed.Int256
	exact bool
	ok    bool
	err   error
	buf   []byte
	parts []fixed.Int128
}

func TestArithmeticDoesNotAllocate(t *testing.T) {
	small, large := fixed.FromInt64(123_456_789), fixed.Int128{Hi: 1 << 40, Lo: 99}
	unit, _ := fixed.Pow10(18)
	wide := large.MulWide(large)
	dst := make([]fixed.Int128, 0, fixed.SplitOnStack)
	weights := ints(1, 2, 3, 4, 5, 6, 7, 8)
	most := make([]fixed.Int128, fixed.SplitOnStack)
	for i := range most {
		most[i] = fixed.FromInt64(int64(i))
	}
	buf := make([]byte, 0, 128)

	for _, tt := range []struct {
		name string
		run  func()
	}{
		{"Add", func() { sink.v, sink.ok = small.Add(large) }},
		{"Mul", func() { sink.v, sink.ok = small.Mul(large) }},
		{"MulWide", func() { sink.w = large.MulWide(large) }},
		{"Div", func() { sink.v, sink.exact, sink.ok = large.Div(unit, fixed.HalfEven) }},
		{"MulDiv", func() { sink.v, sink.exact, sink.ok = fixed.MulDiv(large, large, large, fixed.HalfEven) }},
		{"MulDiv by 10¹⁸", func() { sink.v, sink.exact, sink.ok = fixed.MulDiv(small, large, unit, fixed.HalfEven) }},
		{"Int256.MulInt128", func() { sink.w, sink.ok = wide.MulInt128(small) }},
		{"Int256.DivWide", func() { sink.w, sink.exact, sink.ok = wide.DivWide(large, fixed.HalfEven) }},
		{"Append", func() { sink.buf = large.Append(buf) }},
		{"AppendDecimal", func() { sink.buf = fixed.AppendDecimal(buf, large, 18, 2) }},
		{"ParseDecimal", func() { sink.v, sink.err = fixed.ParseDecimal("12345.678901", 18) }},
		{"ParseDecimal refused", func() { sink.v, sink.err = fixed.ParseDecimal("1.23", 1) }},
		{"Split of 8", func() { sink.parts, sink.err = fixed.Split(dst, large, weights) }},
		{"Split of 32", func() { sink.parts, sink.err = fixed.Split(dst, large, most) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(100, tt.run))
		})
	}
}
