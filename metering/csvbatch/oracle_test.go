package csvbatch_test

import (
	"bytes"
	"encoding/csv"
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The oracle reads a CSV in the slow and obvious way, with encoding/csv,
// package time and rational numbers. It uses the standard library alone.

// oracleLayout names the columns; unit is how many grains make one unit of
// amounts.
type oracleLayout struct {
	account, resource, sku, region, time, amount string
	unit                                         *big.Int
}

// oracleRow has grains as text: they need not fit in 64 bits.
type oracleRow struct {
	account, resource, sku, region string
	nanos                          int64
	grains                         string
}

var (
	oracleTimes = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)
	oracleFirst = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	oracleAfter = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

	oracleAmounts = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
)

// oracleRead returns the rows before the first one that is to be refused, and
// whether there is none; no rows and false when the header is.
func oracleRead(file []byte, l oracleLayout) (rows []oracleRow, ok bool) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))))
	header, err := r.Read()
	if err != nil {
		return nil, false
	}
	at := map[string]int{}
	for _, name := range []string{l.account, l.resource, l.sku, l.region, l.time, l.amount} {
		found := 0
		for i, h := range header {
			if h == name {
				at[name] = i
				found++
			}
		}
		if name != "" && found != 1 {
			return nil, false
		}
	}
	for {
		record, err := r.Read()
		if err != nil {
			return rows, err.Error() == "EOF"
		}
		get := func(name string) string {
			if name == "" {
				return ""
			}
			return record[at[name]]
		}
		row := oracleRow{account: get(l.account), resource: get(l.resource), sku: get(l.sku), region: get(l.region)}
		if !oracleAccount(row.account) || !oracleText(row.resource) || !oracleText(row.sku) || !oracleText(row.region) {
			return rows, false
		}
		var timeOK, amountOK bool
		row.nanos, timeOK = oracleTime(get(l.time))
		row.grains, amountOK = oracleAmount(get(l.amount), l.unit)
		if !timeOK || !amountOK {
			return rows, false
		}
		rows = append(rows, row)
	}
}

func oracleText(s string) bool {
	return len(s) <= 256 && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func oracleAccount(s string) bool {
	segments := strings.Split(s, "/")
	for _, name := range segments {
		if name == "" {
			return false
		}
	}
	return oracleText(s) && len(segments) <= 8
}

func oracleTime(s string) (int64, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || !oracleTimes.MatchString(s) || t.Before(oracleFirst) || !t.Before(oracleAfter) {
		return 0, false
	}
	return t.UnixNano(), true
}

// oracleAmount returns the grains of an amount, if it is whole in steps and 64
// bits hold as many: steps of a grain or, where a million units have more grains
// than that, of a billionth of the unit, unless that is no whole number of them.
func oracleAmount(s string, unit *big.Int) (string, bool) {
	if len(s) > 100 || !oracleAmounts.MatchString(s) {
		return "", false
	}
	inUnit := unit // steps
	million, billion := big.NewInt(1e6), big.NewInt(1e9)
	if !new(big.Int).Mul(unit, million).IsInt64() && new(big.Int).Rem(unit, billion).Sign() == 0 {
		inUnit = billion
	}
	v, _ := new(big.Rat).SetString(s)
	steps := new(big.Rat).Mul(v, new(big.Rat).SetInt(inUnit))
	grains := v.Mul(v, new(big.Rat).SetInt(unit))
	return grains.Num().String(), steps.IsInt() && steps.Num().IsInt64()
}
