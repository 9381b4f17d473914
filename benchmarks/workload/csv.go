package workload

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// CSVHeader is the first line of [Rows.WriteCSV].
const CSVHeader = "tenant,sku,region,time,amount"

const (
	// csvTime writes the time in UTC to the millisecond.
	csvTime = "2006-01-02T15:04:05.000Z"
	// billion is the number of billionths in a unit.
	billion = 1_000_000_000
)

// WriteCSV writes the rows, which have dictionaries, as text: times in RFC 3339,
// amounts as decimal numbers of units with up to nine places.
func (r *Rows) WriteCSV(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	line := append(make([]byte, 0, 256), CSVHeader+"\n"...)
	if _, err := out.Write(line); err != nil {
		return err
	}
	for i := range r.Times {
		line = r.appendLine(line[:0], i)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (r *Rows) appendLine(line []byte, i int) []byte {
	for _, c := range [...]*Column{&r.Tenant, &r.SKU, &r.Region} {
		line = append(line, c.Values[c.Codes[i]]...)
		line = append(line, ',')
	}
	line = time.Unix(0, r.Times[i]).UTC().AppendFormat(line, csvTime)
	line = append(line, ',')
	return append(appendAmount(line, r.Amounts[i]), '\n')
}

// appendAmount writes billionths, which are not below zero, as units. It writes
// no zeros at the end of the fraction, and no point without one.
func appendAmount(line []byte, billionths int64) []byte {
	line = strconv.AppendInt(line, billionths/billion, 10)
	rest := billionths % billion
	if rest == 0 {
		return line
	}
	places := strconv.FormatInt(billion+rest, 10)[1:] // with the zeros in front
	return append(append(line, '.'), strings.TrimRight(places, "0")...)
}
