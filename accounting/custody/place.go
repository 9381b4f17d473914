package custody

import (
	"fmt"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A Jurisdiction is whose law applies in a place: a path of names, such as "CN"
// or "EU/DE". Law of "EU" applies in "EU/DE", too, and not the other way round.
type Jurisdiction string

// Contains reports whether the law of j applies in o.
func (j Jurisdiction) Contains(o Jurisdiction) bool {
	return j != "" && (j == o || strings.HasPrefix(string(o), string(j)+"/"))
}

// A Region is where records are kept, or go to: the tag that events, usage and
// charges have in their field of that name.
type Region struct {
	ID string       `json:"id"`
	In Jurisdiction `json:"in"`
}

// A Home says in which region an account lives, and all accounts below it that
// have no home of their own.
type Home struct {
	Account metering.Account `json:"account"`
	Region  string           `json:"region"`
}

// jurisdiction returns whose law applies in a region, or [ErrRegion].
func (p *Policy) jurisdiction(region string) (Jurisdiction, error) {
	i := slices.IndexFunc(p.Regions, func(r Region) bool { return r.ID == region })
	if i < 0 {
		return "", fmt.Errorf("custody: region %s: %w", quote(region), ErrRegion)
	}
	return p.Regions[i].In, nil
}

// HomeOf returns the region that an account lives in, "" for none.
func (p *Policy) HomeOf(account metering.Account) string {
	home, longest := "", -1
	for _, h := range p.Homes {
		if h.Account.Contains(account) && len(h.Account) > longest {
			home, longest = h.Region, len(h.Account)
		}
	}
	return home
}

// under returns whose law a record is under: that of the region it was made in,
// and that of its account's home; of several records as one, those of the homes
// below it, too. It fails with [ErrRegion] if there is neither of the first two,
// or one that the policy does not know.
func (p *Policy) under(r Record) (out []Jurisdiction, err error) {
	regions := []string{r.Region, p.HomeOf(r.Account)}
	if regions[0] == "" && regions[1] == "" {
		return nil, fmt.Errorf("custody: %s of %s: neither it nor its account has one: %w", r.Class, quote(string(r.Account)), ErrRegion)
	}
	for _, region := range append(regions, p.homesIn(r)...) {
		if region == "" {
			continue
		}
		j, err := p.jurisdiction(region)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, j) {
			out = append(out, j)
		}
	}
	return out, nil
}

// homesIn returns where accounts live whose records may be among several that are
// dealt with as one: those below its account, or all.
func (p *Policy) homesIn(r Record) (regions []string) {
	if !r.several() {
		return nil
	}
	for _, h := range p.Homes {
		if r.Account == "" || r.Account.Contains(h.Account) {
			regions = append(regions, h.Region)
		}
	}
	return regions
}
