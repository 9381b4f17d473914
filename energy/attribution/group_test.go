package attribution_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/meterbook/meterbook/energy/attribution"
)

func TestLaw_Groups_Conserved(t *testing.T) { law(t, groupsConserved) }
func FuzzGroups_Conserved(f *testing.F)     { fuzz(f, groupsConserved) }

// By whatever name, groups add up to the site, and each name and account comes
// once, in order.
func groupsConserved(t *testing.T, g generator) {
	r := attribute(t, g.input())
	for _, of := range []func(attribution.Share) string{
		func(s attribution.Share) string { return s.Device },
		func(s attribution.Share) string { return s.SKU },
		func(s attribution.Share) string { return string(s.Account.Tenant()) },
		func(attribution.Share) string { return "site" },
	} {
		groups := r.By(of)
		sum := new(big.Int)
		for i, x := range groups {
			sum.Add(sum, x.IT.Microjoules().Big())
			sum.Add(sum, x.Overhead.Microjoules().Big())
			if i > 0 && groups[i-1].Name == x.Name && groups[i-1].Account == x.Account {
				t.Fatalf("%v twice", x)
			}
		}
		if sum.Cmp(r.Facility.Microjoules().Big()) != 0 {
			t.Fatalf("groups add up to %v, the site to %v", sum, r.Facility)
		}
		if !slices.IsSortedFunc(groups, func(a, b attribution.Group) int { return strings.Compare(a.Name, b.Name) }) {
			t.Fatalf("%v out of order", groups)
		}
	}
}
