package workload

// A Bill is usage at a graduated price: what one service costs a customer in a
// month.
type Bill struct {
	Tiers []Tier
	// Lines are quantities in thousandths of a card hour, in the order in which
	// they fill the tiers. A cost of whole thousandths at these prices ends
	// after five places, so that decimals are exact too.
	Lines []int64
	// Accounts is how many accounts used it. Line i is of account i % Accounts,
	// in window i / Accounts.
	Accounts int
}

// A Tier is a price up to a bound.
type Tier struct {
	UpTo  int64  // card hours, inclusive; 0 is no bound
	Price string // of a card hour
}

// BillLines is the number of lines in the bill: quarter hours of 14 accounts in
// a week or so.
const BillLines = 10_000

// NewBill returns the bill. Its lines reach into the last tier.
func NewBill() Bill {
	b := Bill{
		Tiers: []Tier{{1000, "18.90"}, {5000, "17.25"}, {0, "15.5"}},
		Lines: make([]int64, BillLines), Accounts: 14,
	}
	r := random(seedBill)
	for i := range b.Lines {
		b.Lines[i] = 1 + r.Int64N(2000) // eight cards, or a moment of one
	}
	return b
}
