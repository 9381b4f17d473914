package ratecard

import (
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// The keys of terms, in the order they are printed in, and those of their
// mappings.
var (
	termKeys = wordList{"group", "during", "meters", "scope", "gather", "percentile", "ratchet", "prorate", "convert", "free", "factor", "power_factor",
		"discount", "maximum", "minimum", "prorate_minimum", "commitment"}
	duringKeys     = wordList{"zone", "months", "hours", "weekdays", "days", "holidays"}
	holidayKeys    = wordList{"name", "off", "work"}
	weightKeys     = wordList{"meter", "unit", "factor"}
	scopeKeys      = wordList{"window", "by", "label"}
	convertKeys    = wordList{"multiply", "divide", "mode", "places", "parts"}
	powerKeys      = wordList{"reactive", "steps"}
	powerStepKeys  = wordList{"ratio", "percent"}
	discountKeys   = wordList{"percent", "amount"}
	ratchetKeys    = wordList{"percent", "periods"}
	commitmentKeys = wordList{"amount", "units", "overage", "true_up", "idle"}
)

// Limits of terms.
const (
	maxMeters = 64
	maxDates  = 400 // of a holiday calendar, each way
	maxHours  = 48  // stretches of a day
	maxBack   = 120 // billing periods that a ratchet looks back to
)

// The words for policies of terms.
var (
	windowWords  = map[accounting.Window]string{accounting.PerHour: "hour", accounting.PerDay: "day", accounting.PerRow: "row"}
	gatherWords  = map[accounting.Gathering]string{accounting.GatherPeak: "peak", accounting.GatherPercentile: "percentile"}
	prorateWords = map[accounting.Proration]string{accounting.ProrateTime: "time", accounting.ProrateDays: "days",
		accounting.ProrateDaysInclusive: "days-inclusive", accounting.ProrateMonth30: "30-days", accounting.ProrateYear12: "365-days-over-12"}
	dayWords     = map[accounting.DayKind]string{accounting.Workdays: "workdays", accounting.Restdays: "restdays"}
	monthWords   = wordList{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	weekdayWords = wordList{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	prorations   = []string{"time", "days", "days-inclusive", "30-days", "365-days-over-12"}
)

// term reads one key of terms.
func (r *reader) term(t *accounting.Terms, key string, p *place) {
	switch key {
	case "group":
		t.Group = r.text(p)
	case "during":
		t.During = r.during(p)
	case "meters":
		r.list(p, "meters", maxMeters, func(at *place) { t.Meters = append(t.Meters, r.weight(at)) })
	case "scope":
		t.Scope = r.scope(p)
	case "gather":
		t.Gather = word(gatherWords, r.choice(p, "sum", "peak", "percentile"))
	case "percentile":
		t.Percentile = r.number(p)
	case "ratchet":
		t.Ratchet = r.ratchet(p)
	case "prorate":
		t.Prorate = word(prorateWords, r.choice(p, prorations...))
	case "convert":
		t.Convert = r.convert(p)
	case "free":
		t.Free = r.number(p)
	case "factor":
		n := r.number(p)
		t.Factor = &n
	case "power_factor":
		t.PowerFactor = r.powerFactor(p)
	case "discount":
		r.mapping(p, discountKeys, func(key string, at *place) {
			if key == "percent" {
				t.Percent = r.number(at)
			} else {
				t.Off = r.number(at)
			}
		})
	case "maximum":
		n := r.number(p)
		t.Maximum = &n
	case "minimum":
		n := r.number(p)
		t.Minimum = &n
	case "prorate_minimum":
		t.ProrateMinimum = word(prorateWords, r.choice(p, prorations...))
	case "commitment":
		t.Commitment = r.commitment(p)
	}
}

func (r *reader) during(p *place) *accounting.Schedule {
	s := &accounting.Schedule{}
	r.mapping(p, duringKeys, func(key string, at *place) {
		switch key {
		case "zone":
			zone, err := metering.LoadZone(r.text(at))
			if err != nil {
				r.refuse(at, "want a zone such as Asia/Shanghai")
			}
			s.Zone = zone
		case "months":
			r.list(at, "months", 12, func(at *place) {
				month := r.choice(at, monthWords...)
				for i, w := range monthWords {
					if w == month {
						s.Months = append(s.Months, time.Month(i+1))
					}
				}
			})
		case "hours":
			r.list(at, "stretches of the day", maxHours, func(at *place) {
				if text, ok := r.scalar(at, "a stretch of the day"); ok {
					h, ok := parseHours(text)
					if !ok {
						r.refuse(at, "want a stretch of the day such as 09:00-12:00, its end after its beginning and at most 24:00")
					}
					s.Hours = append(s.Hours, h)
				}
			})
		case "weekdays":
			r.list(at, "days", 7, func(at *place) {
				day := r.choice(at, weekdayWords...)
				for i, w := range weekdayWords {
					if w == day {
						s.Weekdays = append(s.Weekdays, time.Weekday(i))
					}
				}
			})
		case "days":
			s.Days = word(dayWords, r.choice(at, "workdays", "restdays"))
		case "holidays":
			s.Calendar = r.holidays(at)
		}
	})
	return s
}

// parseHours reads 09:00-12:00.
func parseHours(s string) (h accounting.Hours, ok bool) {
	if !shaped(s, "00:00T00:00") && !shaped(strings.Replace(s, "-", "T", 1), "00:00T00:00") {
		return h, false
	}
	clock := func(s string) int {
		n := func(c byte) int { return int(c - '0') }
		return 60*(10*n(s[0])+n(s[1])) + 10*n(s[3]) + n(s[4])
	}
	h = accounting.Hours{From: clock(s), To: clock(s[6:])}
	return h, h.From < h.To && h.To <= 24*60 && s[3] < '6' && s[9] < '6' && s[5] == '-'
}

func (r *reader) holidays(p *place) (c accounting.HolidayCalendar) {
	dates := func(at *place) (out []accounting.Date) {
		r.list(at, "dates", maxDates, func(at *place) {
			if text, ok := r.scalar(at, "a date"); ok {
				d, ok := accounting.ParseDate(text[:min(len(text), 16)])
				if !ok {
					r.refuse(at, "want a date such as 2026-10-01")
				}
				out = append(out, d)
			}
		})
		return out
	}
	r.mapping(p, holidayKeys, func(key string, at *place) {
		switch key {
		case "name":
			c.Name = r.text(at)
		case "off":
			c.Off = dates(at)
		case "work":
			c.Work = dates(at)
		}
	})
	return c
}

func (r *reader) weight(p *place) (w accounting.Weight) {
	r.mapping(p, weightKeys, func(key string, at *place) {
		switch key {
		case "meter":
			w.Meter = metering.MeterID(r.text(at))
		case "unit":
			w.Unit = r.unitFor(at, p.field("meter").text())
		case "factor":
			w.Factor = r.number(at)
		}
	})
	return w
}

func (r *reader) scope(p *place) (s accounting.Scope) {
	r.mapping(p, scopeKeys, func(key string, at *place) {
		switch key {
		case "window":
			s.Window = word(windowWords, r.choice(at, "hour", "day", "row"))
		case "label":
			s.Label = r.text(at)
		case "by":
			r.list(at, "words", 4, func(at *place) {
				switch r.choice(at, "account", "resource", "sku", "region") {
				case "account":
					s.Account = true
				case "resource":
					s.Resource = true
				case "sku":
					s.SKU = true
				case "region":
					s.Region = true
				}
			})
		}
	})
	return s
}

func (r *reader) convert(p *place) *accounting.Conversion {
	c := &accounting.Conversion{}
	r.mapping(p, convertKeys, func(key string, at *place) {
		switch key {
		case "multiply":
			c.Multiply = r.number(at)
		case "divide":
			c.Divide = r.number(at)
		case "mode":
			if s, ok := r.scalar(at, "a rounding mode"); ok {
				mode, err := money.ParseRoundingMode(s)
				if err != nil {
					r.refuse(at, "want one of %v", modeNames())
				}
				c.Mode, c.Rounded = mode, true
			}
		case "places":
			c.Places = int(r.whole(at, money.Scale))
			if p.field("mode").node == nil {
				r.missing(p, "mode", "want one of %v", modeNames())
			}
		case "parts":
			c.Restart = r.choice(at, "together", "apart") == "apart"
		}
	})
	return c
}

func (r *reader) powerFactor(p *place) *accounting.PowerFactor {
	f := &accounting.PowerFactor{}
	r.mapping(p, powerKeys, func(key string, at *place) {
		if key == "reactive" {
			f.Reactive = metering.MeterID(r.text(at))
			return
		}
		f.Steps = r.powerSteps(at)
	})
	return f
}

func (r *reader) powerSteps(p *place) (steps []accounting.PowerStep) {
	r.list(p, "steps", 200, func(at *place) {
		var s accounting.PowerStep
		r.mapping(at, powerStepKeys, func(key string, at *place) {
			n := r.number(at)
			if key == "ratio" {
				s.Ratio = &n
			} else {
				s.Percent = n
			}
		})
		steps = append(steps, s)
	})
	return steps
}

func (r *reader) ratchet(p *place) *accounting.Ratchet {
	t := &accounting.Ratchet{}
	r.mapping(p, ratchetKeys, func(key string, at *place) {
		if key == "percent" {
			t.Percent = r.number(at)
		} else {
			t.Periods = int(r.whole(at, maxBack))
		}
	})
	return t
}

func (r *reader) commitment(p *place) *accounting.Commitment {
	c := &accounting.Commitment{}
	r.mapping(p, commitmentKeys, func(key string, at *place) {
		switch key {
		case "amount":
			c.Amount = r.number(at)
		case "units":
			c.Units = r.number(at)
		case "overage":
			c.Overage = r.number(at)
		case "true_up":
			c.TrueUp = r.choice(at, "charge", "waive") == "charge"
		case "idle":
			c.Idle = r.choice(at, "charge", "waive") == "charge"
		}
	})
	if p.field("overage").node == nil {
		r.missing(p, "overage", "write 1 where what is beyond the commitment costs what the price says")
	}
	return c
}
