package seal

import (
	"time"

	"github.com/meterbook/meterbook/metering"
)

// moment is the period of an event: the nanosecond that begins with it, or for
// what ends or changes a state the one before, since a lease that stops where a
// month ends is all in that month. It is zero for times that no event can have.
func moment(e *metering.Event) metering.Period {
	from, to := e.Time, e.Time.Add(1)
	switch e.Kind {
	case metering.Amount, metering.Adjustment, metering.Start:
	default:
		from, to = e.Time.Add(-1), e.Time
	}
	p, err := metering.NewPeriod(from, to)
	if err != nil {
		return metering.Period{}
	}
	return p
}

// payer is whose record a charge is: the seal is of who pays.
func payer(billing, used metering.Account) metering.Account {
	if billing != "" {
		return billing
	}
	return used
}

// belongs refuses a record that is not what the seal is about.
func (s *Sealer) belongs(r *Record) error {
	field := ""
	switch {
	case r.Account != "" && r.Account.Tenant() != s.seal.Tenant:
		field = "account"
	case !r.Period.IsZero() && !s.inTime(r):
		field = "period"
	case r.Quantity.Dimension() != 0 && r.Meter == "":
		field = "meter"
	default:
		return nil
	}
	return s.refusal(field, r, s.records.tree.size)
}

// inTime holds a record's period against the sealed one. Nothing is of the time
// after it. Of the time before are events that began a lease or came late, charges
// and lines that correct another bill, and of usage what came late; other usage
// would be in the sums of two periods.
func (s *Sealer) inTime(r *Record) bool {
	start, end := s.seal.Period.Start(), s.seal.Period.End()
	switch r.Kind {
	case Usage:
		return !r.Period.End().After(end) && (r.Late || !r.Period.Start().Before(start))
	case Charge, Line:
		// A billing month in another zone may end some hours later.
		return r.Period.Start().Before(end)
	default:
		return !r.Period.End().After(end)
	}
}

func (s *Sealer) refusal(field string, r *Record, number int64) *RecordError {
	return &RecordError{Field: field, Kind: r.Kind, ID: r.ID, Number: number, Account: r.Account, Tenant: s.seal.Tenant,
		Period: r.Period, Sealed: s.seal.Period, Line: r.Line}
}

// lines are the lines that records are billed on, each with the first of them.
type lines struct {
	first map[Nonce]*RecordError
	last  string // records of one line often follow one another
}

// enter notes the line of a record that was added last.
func (s *Sealer) enter(r *Record, line Nonce) {
	if line.IsZero() || r.Line == s.lines.last {
		return
	}
	s.lines.last = r.Line
	if _, known := s.lines.first[line]; !known {
		s.lines.first[line] = s.refusal("line", r, s.records.tree.size-1)
	}
}

// missing returns the first record whose line is not sealed, or nil.
func (s *Sealer) missing() (first *RecordError) {
	for line, e := range s.lines.first {
		if _, there := s.records.index[line]; !there && (first == nil || e.Number < first.Number) {
			first = e
		}
	}
	return first
}

// stamp is a period for an error: an event has an instant.
func stamp(p metering.Period) string {
	if p.Duration() == 1 {
		return p.Start().Round(time.Microsecond).Format(time.RFC3339Nano)
	}
	return p.String()
}
