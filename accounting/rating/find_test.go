package rating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

func TestRate_MostSpecificWins(t *testing.T) {
	c := contractOf(toCents,
		priceOf("any", perUnit("1")),
		priceOf("label", perUnit("2"), labels("t", "1")),
		priceOf("labels", perUnit("3"), labels("t", "1", "u", "1")),
		priceOf("region", perUnit("4"), region("r")),
		priceOf("region-label", perUnit("5"), region("r"), labels("t", "1")),
		priceOf("sku", perUnit("6"), sku("s")),
		priceOf("sku-label", perUnit("7"), sku("s"), labels("t", "1")),
		priceOf("sku-region", perUnit("8"), sku("s"), region("r")),
		priceOf("sku-other", perUnit("9"), sku("other")))
	for _, row := range []struct {
		name string
		key  func(*metering.Usage)
		want string
	}{
		{"nothing fits", keyed("acme", "x", "x", "x", "x"), "any 1"},
		{"a label", keyed("acme", "x", "x", "t", "1"), "label 2"},
		{"another value of the label", keyed("acme", "x", "x", "t", "2"), "any 1"},
		{"more labels over fewer", keyed("acme", "x", "x", "t", "1", "u", "1", "v", "1"), "labels 3"},
		{"a region over labels", keyed("acme", "x", "r", "u", "1"), "region 4"},
		{"a region and a label over a region", keyed("acme", "x", "r", "t", "1", "u", "1"), "region-label 5"},
		{"an SKU over all labels", keyed("acme", "s", "x"), "sku 6"},
		{"an SKU and a label over an SKU", keyed("acme", "s", "x", "t", "1"), "sku-label 7"},
		{"an SKU and a region over an SKU and a label", keyed("acme", "s", "r", "t", "1"), "sku-region 8"},
		{"an SKU of its own", keyed("acme", "other", "r", "t", "1"), "sku-other 9"},
		{"no SKU used", keyed("acme", "", ""), "any 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Equal(t, []string{row.want}, billed(rate(t, c, used("1", 1, row.key))))
		})
	}
}

func TestRate_Unpriced(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("1"), sku("s")), priceOf("unmetered", flat("9", accounting.FlatIfUsed), sku("u")),
		priceOf("platform", flat("5", accounting.FlatAlways)))
	priced, covered := used("1", 1, keyed("acme", "s", "")), used("1", 2, keyed("acme", "u", ""))
	unpriced := used("1", 3, keyed("acme", "x", ""), func(u *metering.Usage) { u.Key.Resource = "disk" })

	_, _, err := rating.Rate(c, november, usage(priced, covered, unpriced), rating.State{})
	var refused *rating.UnpricedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "list@1", refused.Card)
	unpriced.Key.Resource = ""
	require.Equal(t, unpriced, refused.Usage)
	require.Equal(t, `rating: card "list@1" has no price for acme network.egress x in 2026-11-03T00:00:00Z/2026-11-04T00:00:00Z; add one (of 0 it is a line of 0), `+
		`ask for usage of meters that have one with metering.ForMeters, or list such usage with rating.ReportUnpriced (price "p" comes nearest; it is for another SKU)`, err.Error())

	bill, _, err := rating.Rate(c, november, usage(priced, covered, unpriced), rating.State{}, rating.ReportUnpriced())
	require.NoError(t, err)
	require.Equal(t, []metering.Usage{unpriced}, bill.Unpriced)
	require.Equal(t, []string{"p 1", "unmetered 9", "platform 5"}, billed(bill), "a flat price that matches covers usage")
	require.Equal(t, "CNY 15.00", bill.Total().String())
}

func TestRate_Ambiguous(t *testing.T) {
	c := contractOf(toCents, priceOf("any", perUnit("1")), priceOf("t", perUnit("1"), labels("t", "1")), priceOf("u", perUnit("1"), labels("u", "1")))
	require.Equal(t, []string{"t 1"}, billed(rate(t, c, used("1", 1, keyed("acme", "", "", "t", "1", "u", "2")))))

	_, _, err := rating.Rate(c, november, usage(used("1", 1, keyed("acme", "", "", "t", "1", "u", "1"))), rating.State{})
	var ambiguous *rating.AmbiguousError
	require.ErrorAs(t, err, &ambiguous)
	require.Equal(t, []string{"list@1", "t", "u"}, []string{ambiguous.Card, ambiguous.First, ambiguous.Second})
	require.Contains(t, err.Error(), `prices "t" and "u" match acme network.egress {t, u} equally well`)
}

func TestRate_Validity(t *testing.T) {
	long := used("1", 9, func(u *metering.Usage) { u.Period = must(metering.NewPeriod(onDay(9), onDay(11))) })
	for _, row := range []struct {
		name   string
		prices []accounting.Price
		usage  metering.Usage
		want   string // a charge; or a part of the error
	}{
		{"in force", []accounting.Price{priceOf("p", perUnit("1"), from(9), until(10))}, used("1", 9), "p 1"},
		{"over", []accounting.Price{priceOf("p", perUnit("1"), until(9))}, used("1", 9), "no price"},
		{"not yet", []accounting.Price{priceOf("p", perUnit("1"), from(10))}, used("1", 9), "no price"},
		{"ends within a row", []accounting.Price{priceOf("p", perUnit("1"), until(10))}, long,
			`price "p" is in force from the beginning until 2026-11-10T00:00:00Z, only a part of 2026-11-09T00:00:00Z/2026-11-11T00:00:00Z; ask for usage in finer periods`},
		{"begins within a row", []accounting.Price{priceOf("p", perUnit("1"), from(10))}, long, "until further notice"},
		{"a specific one begins within a row", []accounting.Price{priceOf("p", perUnit("1")), priceOf("q", perUnit("2"), sku("s"), from(10))},
			used("1", 9, keyed("acme", "s", ""), func(u *metering.Usage) { u.Period = long.Period }), `price "q" is in force`},
		{"a general one does, behind a specific one", []accounting.Price{priceOf("p", perUnit("1"), from(10)), priceOf("q", perUnit("2"), sku("s"))},
			used("1", 9, keyed("acme", "s", ""), func(u *metering.Usage) { u.Period = long.Period }), "q 2"},
		{"a general one takes over from a specific one", []accounting.Price{priceOf("p", perUnit("1")), priceOf("q", perUnit("2"), sku("s"), until(9))},
			used("1", 9, keyed("acme", "s", "")), "p 1"},
		{"a flat one ends within a row", []accounting.Price{priceOf("p", perUnit("1")), priceOf("fee", flat("1", accounting.FlatIfUsed), until(10))}, long, `price "fee" is in force`},
	} {
		t.Run(row.name, func(t *testing.T) {
			bill, _, err := rating.Rate(contractOf(toCents, row.prices...), november, usage(row.usage), rating.State{})
			if err != nil {
				require.ErrorContains(t, err, row.want)
				return
			}
			require.Equal(t, []string{row.want}, billed(bill))
		})
	}
}

func TestUnpriced_Nearest(t *testing.T) {
	c := contractOf(toCents, priceOf("a", perUnit("1"), sku("x"), region("r")), priceOf("b", perUnit("1"), sku("y")))
	_, _, err := rating.Rate(c, november, usage(used("1", 1, keyed("acme", "x", "s"))), rating.State{})
	var unpriced *rating.UnpricedError
	require.ErrorAs(t, err, &unpriced)
	require.Equal(t, "a", unpriced.Nearest)
	require.ErrorContains(t, err, `price "a" comes nearest; it is for another region`)
	other := used("1", 1)
	other.Key.Meter = metering.Ingress
	_, _, err = rating.Rate(c, november, usage(other), rating.State{})
	require.ErrorAs(t, err, &unpriced)
	require.Empty(t, unpriced.Nearest)
}
