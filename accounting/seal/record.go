package seal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Record is something that a seal covers. Only Kind, Meter, Quantity and
// Amount enter its leaf as they are; of ID, Line and Body there are hashes, which
// nobody can work back or guess.
type Record struct {
	Kind Kind
	// Account and Period say whose the record is and of when, and are in no leaf:
	// [Sealer.Add] holds them against the seal. Account is of the seal's tenant; where
	// the seal has a pseudonym, set it to that. Period ends by the end of the sealed
	// one, and for a charge or a line begins before that. It may be of the time
	// before, but for usage that is not Late. Zero says nothing, and is not looked at.
	Account metering.Account
	Period  metering.Period // an event's is the nanosecond at its time
	Late    bool            // usage that came after its own period was sealed
	ID      string          // unique among records of the kind in the period
	// Line is the ID of the record of kind Line that this one is billed on, or "".
	Line     string
	Meter    metering.MeterID  // summed with its Quantity; "" for none
	Quantity metering.Quantity // the zero Quantity for none
	Amount   money.Money       // summed by currency; the zero Money for none
	Body     []byte            // all of the record but its ID, in canonical bytes
}

// FromEvent returns the record of an event that is billed on a line, "" for
// none. What starts or ends a lease has no quantity yet: usage has.
// A stop at the very end of a period is in it, an amount is not.
func FromEvent(e metering.Event, line string) Record {
	r := Record{Kind: Event, Line: line, Account: e.Account, Period: moment(&e)}
	id := e.Identity()
	r.ID = string(appendTexts(nil, string(id.Tenant), id.Source, id.ID))
	b := appendTexts(make([]byte, 0, 256), string(e.Account), e.Resource, e.Region, e.Adjusts, e.Reason)
	b = appendTime(b, e.Time)
	b = append(b, byte(e.Kind), bit(e.Estimated))
	b = appendLabels(b, e.Labels)
	items := e.Items
	if !slices.IsSortedFunc(items, compareItems) {
		items = slices.SortedFunc(slices.Values(items), compareItems) // their order is no part of an event
	}
	for _, it := range items {
		b = appendTexts(b, string(it.Meter), it.SKU)
		b = appendQuantity(b, it.Quantity)
	}
	r.Body = b
	return r
}

func compareItems(a, b metering.Item) int {
	return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.SKU, b.SKU), a.Quantity.Grains().Cmp(b.Quantity.Grains()))
}

// FromUsage returns the record of usage that is billed on a line, "" for none.
// Its ID is its key and period.
func FromUsage(u metering.Usage, line string) Record {
	b := appendTexts(make([]byte, 0, 256), string(u.Key.Account), string(u.Key.Meter), u.Key.Resource, u.Key.SKU, u.Key.Region)
	b = appendLabels(b, u.Key.Labels)
	b = appendPeriod(b, u.Period)
	r := Record{Kind: Usage, ID: string(b), Line: line, Account: u.Key.Account, Period: u.Period, Late: !u.Late.IsZero(), Meter: u.Key.Meter, Quantity: u.Quantity}
	b = b[len(b):]
	for _, q := range [...]metering.Quantity{u.Quantity, u.Estimated, u.Late} {
		b = appendQuantity(b, q)
	}
	r.Body = b
	return r
}

// FromCharge returns the record of a charge that is billed on a line. The id is
// the caller's, such as the place of the charge on its bill. The body has all of
// it but the explanation, which is computed from usage and card.
func FromCharge(c accounting.Charge, id, line string) Record {
	b := appendTexts(make([]byte, 0, 384), string(c.BillingAccount), string(c.Account), string(c.Service), string(c.Meter),
		c.SKU, c.Region, c.Unit.Code(), c.PriceID, c.Card)
	b = appendLabels(b, c.Labels)
	b = appendPeriod(b, c.Period)
	b = append(b, byte(c.Origin))
	b = appendQuantity(b, c.Quantity)
	b = appendQuantity(b, c.Estimated)
	for _, m := range [...]money.Money{c.List, c.Contracted, c.Billed, c.Effective} {
		b = appendMoney(b, m)
	}
	if c.ListPriceID != "" { // most charges have none, and end here
		b = appendTexts(b, c.ListPriceID)
	}
	return Record{Kind: Charge, ID: id, Line: line, Account: payer(c.BillingAccount, c.Account), Period: c.Period,
		Meter: c.Meter, Quantity: c.Quantity, Amount: c.Billed, Body: b}
}

// FromLine returns the record of a line of an issued document, as
// invoice.Issued.Lines has it. Its ID is the line's, which is what records that
// are billed on it name; its amount has the taxes in it, so that the lines of an
// invoice sum to its total. The body has the SHA-256 of the document and of the
// line's text, so that the document alone gives the leaf again, and one in which
// anything is changed does not. A line names no meter, and may be of several: the
// quantity is in the text, and usage and charges have the sums of meters.
func FromLine(l accounting.IssuedLine) Record {
	b := appendTexts(make([]byte, 0, 128), string(l.Account))
	b = appendPeriod(b, l.Period)
	b = append(b, l.Hash[:]...)
	text := sha256.Sum256(l.Text)
	return Record{Kind: Line, ID: l.ID(), Account: l.Account, Period: l.Period, Amount: l.Gross, Body: append(b, text[:]...)}
}

// FromTransaction returns the record of a transaction of the ledger, in the
// currency of its first posting: its amount is the debits of that currency.
// It fails where the debits overflow an amount.
func FromTransaction(t ledger.Transaction) (Record, error) {
	r := Record{Kind: Posting, ID: t.ID.String()}
	b := append(make([]byte, 0, 256), t.Reverses[:]...)
	b = appendTime(b, t.At)
	b = appendTexts(b, t.Memo)
	for i, p := range t.Postings {
		b = appendTexts(b, string(p.Path))
		b = appendMoney(b, p.Amount)
		if i > 0 && p.Amount.Currency() != r.Amount.Currency() {
			continue
		}
		debit := p.Amount
		if debit.Sign() < 0 {
			debit, _ = debit.Sub(debit)
		}
		var err error
		if r.Amount, err = r.Amount.Add(debit); err != nil {
			return Record{}, refuse(err, "transaction %s", r.ID[:16])
		}
	}
	r.Body = b
	return r, nil
}

// appendTexts appends texts behind their lengths.
func appendTexts(b []byte, texts ...string) []byte {
	for _, s := range texts {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func appendLabels(b []byte, l metering.Labels) []byte {
	b = binary.AppendUvarint(b, uint64(l.Len()))
	for name, value := range l.All() {
		b = appendTexts(b, name, value)
	}
	return b
}

func appendTime(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix()))
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func appendPeriod(b []byte, p metering.Period) []byte {
	return appendTime(appendTime(b, p.Start()), p.End())
}

func appendQuantity(b []byte, q metering.Quantity) []byte {
	return appendInt(append(b, byte(q.Dimension())), q.Grains())
}

// appendMoney appends a currency of three bytes, zeros for none, and the amount.
func appendMoney(b []byte, m money.Money) []byte {
	var code [3]byte
	copy(code[:], m.Currency())
	return appendInt(append(b, code[:]...), m.Scaled())
}

func appendInt(b []byte, v fixed.Int128) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(v.Hi)), v.Lo)
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
