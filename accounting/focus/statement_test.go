package focus

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func ptr(d decimal.Decimal) *decimal.Decimal { return &d }

// testContract has a price of every kind that rows differ for: tiers with a
// flat fee, a unit price, tokens by the thousand, a flat price, a capped price,
// a minimum, a credit, a negotiated price, a rounding of the month.
func testContract() accounting.Contract {
	hour, tokens := metering.MustUnit("{card}.h"), metering.MustUnit("10*3{token}")
	return accounting.Contract{Account: "acme", Name: "ACME Vision",
		Card: &accounting.Card{ID: "cloud", Version: "2027-01", Currency: money.CNY,
			Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
			Prices: []accounting.Price{
				{ID: "h100", Service: accounting.AcceleratedCompute, Match: accounting.Match{Meter: metering.AcceleratorTime}, Unit: hour,
					Model: accounting.Graduated{Tiers: []accounting.Tier{{UpTo: ptr(dec("50")), Price: dec("18.90")}, {Price: dec("17.775"), Flat: dec("5")}}}},
				{ID: "tokens", Service: accounting.ModelInference, Match: accounting.Match{Meter: metering.OutputTokens}, Unit: tokens,
					Model: accounting.PerUnit{Price: dec("0.0125")}},
				{ID: "egress", Service: accounting.Network, Match: accounting.Match{Meter: metering.Egress}, Unit: metering.MustUnit("GBy"),
					Model: accounting.PerUnit{Price: dec("0.8")}, Terms: &accounting.Terms{Maximum: ptr(dec("40")), Minimum: ptr(dec("25"))}},
				{ID: "support", Service: accounting.Support, Model: accounting.Flat{Amount: dec("99.5"), When: accounting.FlatAlways}},
			}},
		Negotiated: &accounting.Card{ID: "acme", Version: "1", Currency: money.CNY,
			Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
			Prices: []accounting.Price{{ID: "tokens-acme", Service: accounting.ModelInference, Match: accounting.Match{Meter: metering.OutputTokens, SKU: "big"}, Unit: tokens,
				Model: accounting.PerUnit{Price: dec("0.01")}}}},
		Credits: []accounting.Credit{{ID: "welcome", Amount: dec("10")}},
	}
}

// testBill is a month of random usage, rated.
func testBill(t *testing.T, rnd *rand.Rand) rating.Bill {
	t.Helper()
	month, err := metering.Month(metering.Zone{}, 2027, time.January)
	require.NoError(t, err)
	var rows []metering.Usage
	for day := range 5 {
		start := month.Start().AddDate(0, 0, day)
		p, err := metering.NewPeriod(start, start.AddDate(0, 0, 1))
		require.NoError(t, err)
		for _, k := range []struct {
			key metering.Key
			q   metering.Quantity
		}{
			{metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100", Region: "cn-north-1"}, metering.Grains(rnd.Int64N(1e18), metering.CardTime)},
			{metering.Key{Account: "acme/search", Meter: metering.AcceleratorTime, SKU: "A100"}, metering.Grains(rnd.Int64N(1e18), metering.CardTime)},
			{metering.Key{Account: "acme/search", Meter: metering.OutputTokens, SKU: "big", Labels: metering.MustLabels("team", "=search")}, metering.Grains(rnd.Int64N(1e6), metering.Token)},
			{metering.Key{Account: "acme", Meter: metering.OutputTokens, SKU: "small"}, metering.Grains(rnd.Int64N(1e6), metering.Token)},
			{metering.Key{Account: "acme/vision", Meter: metering.Egress}, metering.Grains(rnd.Int64N(2e10), metering.Bytes)},
		} {
			rows = append(rows, metering.Usage{Key: k.key, Period: p, Quantity: k.q})
		}
	}
	bill, _, err := rating.Rate(testContract(), month, func(yield func(metering.Usage, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}, rating.State{})
	require.NoError(t, err)
	return bill
}

func testStatement(bill rating.Bill) Statement {
	return Statement{Contract: bill.Contract, Period: bill.Period, Invoice: "INV-1", Provider: "Meterbook Cloud", Regions: map[string]string{"cn-north-1": "Beijing"}}
}

func collect(t *testing.T, s Statement, charges []accounting.Charge) (rows []Row) {
	t.Helper()
	for r, err := range s.Rows(slices.Values(charges)) {
		require.NoError(t, err)
		rows = append(rows, r)
	}
	return rows
}

func sumOf(rows []Row, of func(Row) Number) *big.Rat {
	sum := new(big.Rat)
	for _, r := range rows {
		n, ok := new(big.Rat).SetString(or(of(r).String(), "0"))
		if ok {
			sum.Add(sum, n)
		}
	}
	return sum
}

func billedCost(r Row) Number    { return r.BilledCost }
func effectiveCost(r Row) Number { return r.EffectiveCost }

// TestLaw_Statement_Sum: the rows of any bill sum to it, break no rule in any
// version, and each usage row is the exact product of its price and quantity.
func TestLaw_Statement_Sum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 2))
	categories := make(map[ChargeCategory]bool)
	var versions []Version
	var files [][]byte
	for i := 0; i < max(*lawsN/20, 3) || len(categories) < 5 && i < 1000; i++ {
		bill := testBill(t, rnd)
		s := testStatement(bill)
		rows := collect(t, s, bill.Charges)
		total, _ := new(big.Rat).SetString(strings.TrimPrefix(bill.Total().String(), "CNY "))
		require.Zero(t, total.Cmp(sumOf(rows, billedCost)), "seed %d case %d: %v", *seed, i, bill.Total())
		tax, err := s.Tax(accounting.AcceleratedCompute, bill.Period, money.MustParse("CNY 12.34"), "VAT 6 %")
		require.NoError(t, err)
		rows = append(rows, tax)
		for _, r := range rows {
			categories[r.ChargeCategory] = true
		}
		for _, v := range allVersions {
			file := write(t, v, rows)
			requireClean(t, v, file)
			if i == 0 {
				versions, files = append(versions, v), append(files, file)
			}
		}
	}
	require.Len(t, categories, 5, "usage, purchase, tax, credit, adjustment")
	if tallies, ok := theirs(t, "commitment,usage,price,region", versions, files); ok {
		for _, one := range tallies {
			requireOnlyInfo(t, one)
		}
	}
}

// requireClean: no error and no warning.
func requireClean(t *testing.T, v Version, file []byte) {
	t.Helper()
	for f, err := range (Validator{Version: v, WholeTerm: true}).Validate(bytes.NewReader(file)) {
		require.NoError(t, err)
		require.Equal(t, Info, f.Severity, "FOCUS %v: %v", v, f)
	}
}

func requireOnlyInfo(t *testing.T, one tally) {
	t.Helper()
	for rule := range one {
		i := slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == rule })
		require.Equal(t, Info, Rules()[i].Severity, rule)
	}
}

func TestStatement_Correction(t *testing.T) {
	bill := testBill(t, rand.New(rand.NewPCG(1, 1)))
	s := testStatement(bill)
	next, err := metering.Month(metering.Zone{}, 2027, time.February)
	require.NoError(t, err)
	s.Period = next
	rows := collect(t, s, bill.Charges)
	for _, r := range rows {
		require.Equal(t, Correction, r.ChargeClass)
	}
	requireClean(t, V1_4, write(t, V1_4, rows))
}

func TestStatement_UnknownService(t *testing.T) {
	s := Statement{Provider: "p"}
	for _, err := range s.Rows(slices.Values([]accounting.Charge{{Service: "made-up"}})) {
		require.ErrorIs(t, err, ErrService)
	}
	s.Services = map[accounting.ServiceID]Service{"made-up": {"Made up", "Other", "Other (Other)"}}
	for _, err := range s.Rows(slices.Values([]accounting.Charge{{Service: "made-up", Origin: accounting.FromCredit}})) {
		require.NoError(t, err)
	}
}

func testCommitment(bill rating.Bill) Commitment {
	return Commitment{ID: "cd-1", Name: "H100 reserved", Type: "Reservation", Service: accounting.AcceleratedCompute, SKU: "H100", Period: bill.Period,
		Unit: metering.MustUnit("{card}.h"), Quantity: metering.MustQuantity("744 {card}.h"), Billed: money.MustParse("CNY 9000.01"),
		Amortised: money.MustParse("CNY 9000.01"), OnDemand: MustNumber("18.9")}
}

// TestLaw_Commitment_Sum: effective cost of used and unused rows is what was
// amortised, and quantities are what was bought, whatever was used.
func TestLaw_Commitment_Sum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 3))
	for i := range max(*lawsN/20, 3) {
		bill := testBill(t, rnd)
		var covered []accounting.Charge
		for _, c := range bill.Charges {
			if c.SKU == "H100" {
				c.Period = bill.Period // so that the rule on quantities looks at it
				covered = append(covered, c)
			}
		}
		s, c := testStatement(bill), testCommitment(bill)
		c.Recurring = true
		rows, err := s.Commitment(c, covered...)
		require.NoError(t, err)
		amount := Amount(c.Billed).rat()
		require.Zero(t, amount.Cmp(sumOf(rows, billedCost)), "seed %d case %d", *seed, i)
		require.Zero(t, amount.Cmp(sumOf(rows, effectiveCost)), "seed %d case %d", *seed, i)
		require.Equal(t, Unused, rows[len(rows)-1].CommitmentDiscountStatus)
		quantity := sumOf(rows[1:], func(r Row) Number { return r.CommitmentDiscountQuantity })
		require.Zero(t, big.NewRat(744, 1).Cmp(quantity), "seed %d case %d", *seed, i)
		for _, v := range allVersions {
			requireClean(t, v, write(t, v, rows))
		}
	}
}

func TestCommitment_Refuses(t *testing.T) {
	bill := testBill(t, rand.New(rand.NewPCG(1, 1)))
	s, good := testStatement(bill), testCommitment(bill)
	covered := bill.Charges[0]
	require.Equal(t, "H100", covered.SKU)
	for name, edit := range map[string]func(*Commitment, *accounting.Charge){
		"too much":                   func(c *Commitment, _ *accounting.Charge) { c.Quantity = metering.Grains(1, metering.CardTime) },
		"credit":                     func(_ *Commitment, x *accounting.Charge) { x.Origin = accounting.FromCredit },
		"other unit":                 func(_ *Commitment, x *accounting.Charge) { x.Quantity = metering.Grains(1, metering.Token) },
		"no id":                      func(c *Commitment, _ *accounting.Charge) { c.ID = "" },
		"billed in another currency": func(c *Commitment, _ *accounting.Charge) { c.Billed = money.MustParse("USD 1") },
		"usage in another currency":  func(_ *Commitment, x *accounting.Charge) { x.Billed = money.MustParse("USD 1") },
		"no price":                   func(c *Commitment, _ *accounting.Charge) { c.OnDemand = Number{} },
	} {
		c, x := good, covered
		edit(&c, &x)
		_, err := s.Commitment(c, x)
		require.ErrorIs(t, err, ErrCommitment, name)
	}
}

// TestLaw_Split_Sum: ratios sum to 1 and amounts to those of the row, and parts
// break no rule.
func TestLaw_Split_Sum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 4))
	for i := range max(*lawsN/4, 10) {
		row := goodRow()
		row.EnergyKWh = MustNumber("36.925")
		parts := make([]Part, 1+rnd.IntN(7))
		for j := range parts {
			parts[j] = Part{ResourceId: "pod-" + Int(int64(j)).String(), Weight: Number{Int(rnd.Int64N(1000)).digits, uint8(rnd.IntN(3)), true},
				Usage: Int(int64(j)), UsageUnit: "Cores", Tags: MustObject(`{"pod":"p"}`)}
		}
		parts[0].ResourceId, parts[0].Weight = "", Int(1+rnd.Int64N(9)) // the remainder, nobody's
		parts[0].Tags = Object{}
		rows, err := Split(row, "m-1", parts...)
		require.NoError(t, err)
		for _, of := range []func(Row) Number{billedCost, effectiveCost, func(r Row) Number { return r.ListCost }, func(r Row) Number { return r.ContractedCost },
			func(r Row) Number { return r.PricingQuantity }, func(r Row) Number { return r.ConsumedQuantity }, func(r Row) Number { return r.EnergyKWh }} {
			require.Zero(t, sumOf(rows, of).Cmp(of(row).rat()), "seed %d case %d: %v", *seed, i, of(row))
		}
		for _, v := range []Version{V1_3, V1_4} {
			requireClean(t, v, write(t, v, rows, EnergyAndCarbon()))
		}
	}
}

func TestSplit_Refuses(t *testing.T) {
	row := goodRow()
	_, err := Split(row, "m-1")
	require.ErrorIs(t, err, ErrSplit)
	_, err = Split(row, "m-1", Part{Weight: Int(0)})
	require.ErrorIs(t, err, ErrSplit)
	_, err = Split(row, "m-1", Part{Weight: Int(-1)}, Part{Weight: Int(2)})
	require.ErrorIs(t, err, ErrSplit)
	rows, err := Split(row, "m-1", Part{ResourceId: "a", Weight: Int(1)})
	require.NoError(t, err)
	_, err = Split(rows[0], "m-2", Part{ResourceId: "a", Weight: Int(1)})
	require.ErrorIs(t, err, ErrSplit)
	w, err := NewWriter(&bytes.Buffer{}, V1_2)
	require.NoError(t, err)
	require.ErrorContains(t, w.Write(&rows[0]), "AllocatedMethodId", "1.2 has no split charges")
}

func TestUnitName(t *testing.T) {
	for _, u := range metering.Units() {
		name := UnitName(u)
		require.True(t, goodUnit(name), "%v: %s", u, name)
	}
	for code, want := range map[string]string{"{card}.h": "Card-Hours", "GiBy.h": "GiB-Hours", "10*3{token}": "1000 Tokens", "{item}.d": "Item-Days", "kW.h": "Kilowatt-Hours"} {
		require.Equal(t, want, UnitName(metering.MustUnit(code)))
	}
	for what, want := range map[string]string{"request": "Requests", "query": "Queries", "batch": "Batches", "key": "Keys", "index": "Indexes"} {
		u, err := metering.Each(what)
		require.NoError(t, err)
		require.Equal(t, want, UnitName(u))
	}
}

func TestStatement_ListPrice(t *testing.T) {
	bill := testBill(t, rand.New(rand.NewPCG(1, 1)))
	s := testStatement(bill)
	s.Footprint = func(c accounting.Charge) (Number, Number) { return Int(3), Number{} }
	seen := 0
	for _, r := range collect(t, s, bill.Charges) {
		require.True(t, r.CarbonGrams.IsNull())
		if r.SkuId == "ai.tokens.output/big" {
			seen++
			require.Equal(t, "0.0125", r.ListUnitPrice.String(), "the list card's, not one worked out of amounts that were rounded")
			require.Equal(t, "0.01", r.ContractedUnitPrice.String())
			require.Equal(t, Int(3), r.EnergyKWh)
			require.Equal(t, `{"team":"=search"}`, r.Tags.String())
		}
	}
	require.Equal(t, 5, seen)
}

// TestStatement_ListPrice_Running: what the list card priced has its price in
// every row, also where its list amount is off by a rounding, as it is part of a
// running total with what has a negotiated price.
func TestStatement_ListPrice_Running(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 9))
	off := 0
	for range 20 {
		bill := testBill(t, rnd)
		for _, c := range bill.Charges {
			if c.SKU != "small" {
				continue
			}
			if c.List != c.Contracted {
				off++
			}
			for _, r := range collect(t, testStatement(bill), []accounting.Charge{c}) {
				require.Equal(t, "0.0125", r.ListUnitPrice.String())
				require.Equal(t, r.ContractedCost, r.ListCost)
			}
		}
	}
	require.Positive(t, off, "no list amount was off by a rounding")
}

// What a negotiated price gives for nothing has the list amount for its list cost:
// it is what was saved.
func TestStatement_ListPrice_Free(t *testing.T) {
	gb, match := metering.MustUnit("GBy"), accounting.Match{Meter: metering.Egress}
	card := func(id string, m accounting.Model, terms *accounting.Terms) *accounting.Card {
		return &accounting.Card{ID: id, Version: "1", Currency: money.CNY, Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
			Prices: []accounting.Price{{ID: id, Service: accounting.Network, Match: match, Unit: gb, Model: m, Terms: terms}}}
	}
	tiers := accounting.Graduated{Tiers: []accounting.Tier{{UpTo: ptr(dec("100")), Price: dec("0.5")}, {Price: dec("0.4")}}}
	month, err := metering.Month(metering.Zone{}, 2027, time.January)
	require.NoError(t, err)
	for name, negotiated := range map[string]*accounting.Card{
		"a price of 0":       card("deal", accounting.PerUnit{}, nil),
		"tiers of 0":         card("deal", accounting.Graduated{Tiers: []accounting.Tier{{UpTo: ptr(dec("10"))}, {}}}, nil),
		"a discount of all":  card("deal", tiers, &accounting.Terms{Percent: dec("100")}),
		"free units for all": card("deal", tiers, &accounting.Terms{Free: dec("1000")}),
	} {
		contract := accounting.Contract{Account: "acme", Card: card("list", tiers, nil), Negotiated: negotiated}
		bill, _, err := rating.Rate(contract, month, rating.Rows(metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.Egress},
			Period: month, Quantity: metering.MustQuantity("128 GBy")}), rating.State{})
		require.NoError(t, err)
		require.Equal(t, "CNY 61.20", bill.Charges[0].List.String())
		rows := collect(t, testStatement(bill), bill.Charges)
		require.Zero(t, big.NewRat(612, 10).Cmp(sumOf(rows, func(r Row) Number { return r.ListCost })), name)
		require.Zero(t, sumOf(rows, func(r Row) Number { return r.ContractedCost }).Sign(), name)
		for _, v := range allVersions {
			requireClean(t, v, write(t, v, rows))
		}
	}
}

// What is due once is a purchase of one time.
func TestStatement_OneOff(t *testing.T) {
	month, err := metering.Month(metering.Zone{}, 2027, time.January)
	require.NoError(t, err)
	contract := testContract()
	contract.Credits = nil
	contract.Card.Prices = append(contract.Card.Prices, accounting.Price{ID: "setup", Service: accounting.Support, From: month.Start().AddDate(0, 0, 3),
		Model: accounting.Flat{Amount: dec("1500"), When: accounting.FlatOnce}})
	bill, _, err := rating.Rate(contract, month, nil, rating.State{})
	require.NoError(t, err)
	frequencies := map[string]ChargeFrequency{}
	rows := collect(t, testStatement(bill), bill.Charges)
	for _, r := range rows {
		if r.ChargeCategory == Purchase {
			frequencies[r.BilledCost.String()] = r.ChargeFrequency
		}
	}
	require.Equal(t, map[string]ChargeFrequency{"99.5": Recurring, "1500": OneTime}, frequencies)
	requireClean(t, V1_4, write(t, V1_4, rows))
}
