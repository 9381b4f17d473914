package custody

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Source is where a rule comes from, so that a person can look it up. Versions
// of a law are rules of their own, in force one after the other.
type Source struct {
	Law     string `json:"law"`
	Clause  string `json:"clause"`
	Version string `json:"version"` // such as the date of the text
	// From and Until, the zero time for open, say when the text is in force. The
	// rule of that time counts, however old a record is: so do laws that shorten
	// periods as a rule. Give one that does not reach back as a class of its own.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Note says what the rule leaves out.
	Note string `json:"note,omitempty"`
}

func (s Source) inForce(now time.Time) bool {
	return (s.From.IsZero() || !now.Before(s.From)) && (s.Until.IsZero() || now.Before(s.Until))
}

// String returns law, clause and version.
func (s Source) String() string {
	text := s.Law
	if s.Clause != "" {
		text += ", " + s.Clause
	}
	if s.Version != "" {
		text += " (" + s.Version + ")"
	}
	return text
}

// A Retention is a rule about how long records of some classes are to be kept at
// least.
type Retention struct {
	ID      string       `json:"id"`
	In      Jurisdiction `json:"in"`
	Classes []Class      `json:"classes"`
	Keep    Duration     `json:"keep"`
	Source  Source       `json:"source"`
}

// A Duration is a time to keep. Calendar months differ, so it is no
// [time.Duration].
type Duration struct {
	Years   int  `json:"years,omitempty"`  // 0 to 1000
	Months  int  `json:"months,omitempty"` // 0 to 1000
	Forever bool `json:"forever,omitempty"`
	// AfterYear counts from the end of the calendar year instead of the record's
	// time. Zone is where its days are.
	AfterYear bool          `json:"after_year,omitempty"`
	Zone      metering.Zone `json:"zone,omitzero"`
}

// maxCount bounds years and months.
const maxCount = 1000

func (d Duration) validate() error {
	switch {
	case d.Years < 0 || d.Months < 0 || d.Years > maxCount || d.Months > maxCount:
		return fmt.Errorf("keep %d years and %d months, want 0 to %d each", d.Years, d.Months, maxCount)
	case d.Forever && (d.Years > 0 || d.Months > 0):
		return fmt.Errorf("keep for ever and %d years", d.Years)
	}
	return nil
}

// until returns the first moment at which what is of a time need not be kept any
// more. A day that a month does not have is taken as so many days later, never
// earlier.
func (d Duration) until(t time.Time) time.Time {
	at := d.Zone.Location()
	t = t.In(at)
	if d.AfterYear {
		t = time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, at)
	}
	return t.AddDate(d.Years, d.Months, 0).UTC()
}
