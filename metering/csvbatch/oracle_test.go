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

// oracleLayout names the columns; grains is how many make one unit of amounts.
type oracleLayout struct {
	account, resource, sku, region, time, amount string
	grains                                       *big.Int
}

type oracleRow struct {
	account, resource, sku, region string
	nanos, grains                  int64
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
		row.grains, amountOK = oracleAmount(get(l.amount), l.grains)
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

func oracleAmount(s string, grains *big.Int) (int64, bool) {
	if len(s) > 100 || !oracleAmounts.MatchString(s) {
		return 0, false
	}
	v, _ := new(big.Rat).SetString(s)
	v.Mul(v, new(big.Rat).SetInt(grains))
	return v.Num().Int64(), v.IsInt() && v.Num().IsInt64()
}
