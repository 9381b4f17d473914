package peak

import (
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

// A Rule says which level of a period is billed: a [Percentile] or a [Daily].
// Rules are values.
type Rule interface {
	// needs returns what a line has to keep, or why the rule is not valid.
	needs(p *Plan) (kept, error)
	compute(l *Line) (Result, error)
}

// needs is the method, for the rules of this package as values: what wraps one
// or points to one, perhaps to none, is no rule.
func needs(r Rule, p *Plan) (kept, error) {
	switch r.(type) {
	case Percentile, Daily:
		return r.needs(p)
	}
	return kept{}, fieldError("rule", fmt.Sprintf("%T", r), "want a Percentile or a Daily")
}

// kept is how many of the largest levels a line keeps: of the whole period, of
// its valid days alone, and of each day.
type kept struct{ all, valid, day int }

// Missing says what becomes of intervals without a sample. The zero Missing is
// IgnoreMissing.
type Missing uint8

// The policies for what is missing.
const (
	IgnoreMissing Missing = iota // there are as many points as samples
	ZeroFill                     // a day that counts has all its points, those without a sample being 0
)

// DayRule says which days count. The zero DayRule is ExistingDays.
type DayRule uint8

// The rules for days.
const (
	ExistingDays DayRule = iota // days with any sample, or named to [Line.MarkExisting]
	ValidDays                   // days with a level above [Sampling.ValidAbove]
)

func checkPolicies(m Missing, d DayRule) error {
	if m > ZeroFill {
		return fieldError("missing", uint8(m), "want IgnoreMissing or ZeroFill")
	}
	if d > ValidDays {
		return fieldError("days", uint8(d), "want ExistingDays or ValidDays")
	}
	return nil
}

func checkTruncate(u metering.Unit, d metering.Dimension) error {
	if !u.IsZero() && u.Dimension() != d {
		return fmt.Errorf("peak: truncate to %v: %w", u, &metering.DimensionError{Got: u.Dimension(), Want: d})
	}
	return nil
}

// A Result is the level that a rule gives and what it was found among.
type Result struct {
	Level Level
	// Days is how many days the rule counted.
	Days int
	// Points is how many levels were ranked: samples for a Percentile, with what
	// was filled up; days for a Daily.
	Points int
	// Rank is the place of the level among the points, from the largest, which is
	// 1; the upper one of two between which a percentile is interpolated. It is
	// 0 for a mean, a sum, and where there are fewer points than wanted.
	Rank int
}

// P95 is the classical 95th percentile: of all samples of the period, the
// largest 5 % are dropped and the largest of the rest is billed, those dropped
// being cut off to a whole number. 8,928 points drop 446, and the 447th is
// billed. Change its fields for a provider that fills what is missing or
// counts valid days.
func P95() Percentile { return Percentile{Of: Percent(95)} }

// Maximum is the largest level of the period.
func Maximum() Daily { return Daily{Rank: 1, Fold: Highest, Top: 1} }

// AverageDailyPeak is the mean of the largest levels of all days.
func AverageDailyPeak() Daily { return Daily{Rank: 1, Fold: Mean} }

// FourthPeak is the 4th largest of the days' largest levels, and 0 when there
// are fewer than four days (Alibaba Cloud CDN).
func FourthPeak() Daily { return Daily{Rank: 1, Fold: Highest, Top: 4} }

// Enhanced95 is the enhanced 95th percentile: of each day the 5th largest of
// its 288 samples, or the smallest when it has fewer than 5, and of these the
// mean of the 5 largest, or of all when there are fewer. Huawei Cloud cuts each
// of them to whole Mbit/s, for which there is Daily.Truncate; Tencent Cloud
// counts valid days.
func Enhanced95() Daily { return Daily{Rank: 5, Fold: Mean, Top: 5} }

// MonthlyTop5 is the mean of the 5 largest daily values of Tencent Cloud, over
// valid days: a daily value is the 5th largest level of the day.
func MonthlyTop5() Daily { return Daily{Rank: 5, Fold: Mean, Top: 5, Days: ValidDays} }
