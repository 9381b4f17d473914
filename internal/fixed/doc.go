// Package fixed computes exactly with signed 128 and 256-bit integers.
//
//	price, err := fixed.ParseDecimal("18.90", 18) // 18.90·10¹⁸
//	hours, err := fixed.ParseDecimal("52.75", 6)
//	perHour, _ := fixed.Pow10(6)
//	amount, exact, ok := fixed.MulDiv(price, hours, perHour, fixed.HalfEven)
//	parts, err := fixed.Split(nil, amount, weights) // parts sum to amount
//	text := fixed.AppendDecimal(nil, amount, 18, 2) // 996.975
//
// # Integers
//
// [Int128] holds what is kept: quantities in grains and money at a scale.
// [Int256] holds what lies between, products and sums of products that are
// about to be divided back. Both are small values: comparable with ==, usable
// as map keys, safe to copy and to use from many goroutines. Their zero value
// is 0. No operation on them allocates but those that return text or a
// big.Int, and [Split], which says when.
//
// # Fixed point
//
// The package keeps no scale: a scale belongs to a unit or a currency, and the
// caller knows it. [ParseDecimal] and [AppendDecimal] take it as an argument,
// and [MulDiv] moves between scales, with one rounding.
//
// # Exactness
//
// Values are two's complement of 128 and 256 bits, up to some 1.7·10³⁸ and
// 5.8·10⁷⁶. Addition, subtraction and multiplication are exact or not ok;
// [Int128.MulWide] is exact always. A quotient is rounded once, by the [Mode]
// that the caller names, and says whether it was exact. Split rounds nothing
// away: what rounding down leaves over is placed, a grain at a time.
//
// Float64 is the one way to a float. There is none back.
//
// The tests hold the package to these laws, against math/big:
//
//   - an operation gives the integer that math/big gives, or is not ok and that
//     integer does not fit;
//   - FuzzInt128_String_Parse: ParseInt(a.String()) = a;
//   - FuzzDecimal_Append_Parse: ParseDecimal(AppendDecimal(v, s, n), s) = v, for
//     any n and |v| below 10³⁸;
//   - FuzzDecimal_Parse_Rat: ParseDecimal accepts its grammar, no more and no
//     less, and gives text·10^scale;
//   - FuzzMulDiv_Big: MulDiv(a, b, c) = a.MulWide(b).Div(c) = a·b/c rounded once;
//   - FuzzSplit_Sum: the parts sum to the total, and Split(−total) = −Split(total).
//
// # Errors
//
// Arithmetic reports with ok, not with an error: the caller knows which value
// overflowed and in what unit, and can say so. ok is false when the result does
// not fit, when the divisor is 0, and when the mode is not one of the seven;
// the other results then mean nothing. A result that was rounded is ok.
//
// Reading text and Split return the sentinels [ErrSyntax], [ErrTooLong],
// [ErrInexact], [ErrOverflow], [ErrNoWeight] and [ErrNegativeWeight], bare, for
// the caller to wrap with the subject. No operand and no text makes it panic.
//
// # Limits
//
// Text is bounded before it is read: 40 bytes for [ParseInt], 78 bytes and 38
// digits for ParseDecimal, which has scales of 0 to 38. AppendDecimal takes any
// scale and writes as many zeros as it is asked for. The weights of Split sum to
// less than 2¹²⁷; there may be as many as memory holds. The time an operation
// takes depends on its operands: it is no place for secrets.
//
// The words are 64 bits wide. A 32-bit machine gives the same results, slower.
//
// # Design
//
// Why not math/big? Each result is a slice on the heap, values do not compare
// with ==, and a map cannot be keyed by them. The kernel takes 12 to 30 % of the
// time of math/big even where that reuses every temporary.
//
// Why not shopspring/decimal inside? It is a big.Int with an exponent: 1 and
// 1.0 differ under ==, its division rounds at a precision that is a global
// variable, and dividing by 0 panics. A prototype of a 128-bit kernel measured
// 2.9 ns and no allocation for a multiplication with rounding, shopspring
// 215 ns and 5. This kernel, with any divisor and any mode, takes 8.8 ns on
// operands of 64 bits, 3 % of shopspring's time (BenchmarkMulRound), and 15.7 ns
// where the product has more than 128, 5 % (BenchmarkMulDiv): medians of 15
// rounds, go1.26.8 linux/amd64, 2 CPUs of a Xeon (model 207), 2026-11-23.
// shopspring stays what people read and write at the edge.
//
// Why not udecimal? It has a 128-bit coefficient too and is fast (17.3 ns where
// the prototype took 2.9), but each value carries its own number of places, so
// == fails again; 19 places are the most it keeps; and what overflows moves to
// math/big in silence, where a meter wants to be told.
//
// Why magnitudes inside? Products and quotients of two's complement need a
// case for each pair of signs. Unsigned words need none, −2¹²⁷ is an ordinary
// value among them, and the sign is put back once, where overflow is found.
//
// Why ok and not an error value? Addition is on every hot path and must stay
// within the compiler's budget for inlining, to which the tests hold it. And an
// error made here could not name the value or its unit, which callers can.
package fixed
