package custody_test

import "time"

// slowRule is a rule of keeping as an oracle reads it.
type slowRule struct {
	place                  string
	classes                []string
	years, months          int
	forever, afterYear     bool
	offset                 int // seconds east of UTC, the same all year
	inForce, inForceBefore time.Time
}

// slowHold is a hold as an oracle reads it.
type slowHold struct {
	account          string
	classes          []string
	placed, released time.Time
	from, until      time.Time
}

func slowBelow(above, below string) bool {
	if len(below) < len(above) {
		return false
	}
	for i := range len(above) {
		if above[i] != below[i] {
			return false
		}
	}
	return len(below) == len(above) || below[len(above)] == '/'
}

func slowHas(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// slowMayDelete reads all rules and holds one by one. Places are those of the
// record's region and of its account's home, and of the homes of all that are
// among several records from a time to another.
func slowMayDelete(rules []slowRule, holds []slowHold, places []string, class, account string, from, at, now time.Time) bool {
	for _, h := range holds {
		placed := now.Unix() >= h.placed.Unix() && (h.released.IsZero() || now.Unix() < h.released.Unix())
		inTime := (h.from.IsZero() || at.Unix() >= h.from.Unix()) && (h.until.IsZero() || from.Unix() < h.until.Unix())
		of := h.account == "" || account == "" || slowBelow(h.account, account) || slowBelow(account, h.account)
		if placed && inTime && of && (len(h.classes) == 0 || slowHas(h.classes, class)) {
			return false
		}
	}
	for _, place := range places {
		spoken := false
		for _, r := range rules {
			if !slowBelow(r.place, place) || !slowHas(r.classes, class) || now.Before(r.inForce) || !now.Before(r.inForceBefore) {
				continue
			}
			spoken = true
			if r.forever {
				return false
			}
			zone := time.FixedZone("", r.offset)
			y, m, d := at.In(zone).Date()
			clock := at.In(zone).Sub(time.Date(y, m, d, 0, 0, 0, 0, zone))
			if r.afterYear {
				y, m, d, clock = y+1, time.January, 1, 0
			}
			if now.Before(time.Date(y+r.years, m+time.Month(r.months), d, 0, 0, 0, 0, zone).Add(clock)) {
				return false
			}
		}
		if !spoken {
			return false
		}
	}
	return len(places) > 0
}
