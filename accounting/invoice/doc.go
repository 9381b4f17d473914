// Package invoice puts the charges of a contract together into the lines of a document.
//
//	bill, _, err := rating.Rate(contract, month, agg.Usage(month), rating.State{})
//	draft, err := invoice.NewDraft(contract, month, slices.Values(bill.Charges))
//	for _, line := range draft.Lines {
//		fmt.Println(line.Title, line.Billed)
//		fmt.Println(line.Explain()) // 100 GB × 0.80 CNY + 20.999 GB × 0.50 CNY = 90.4995 → 90.50 (half-even, line; 3 charges)
//	}
//	fmt.Println(draft.Total)
//
// # Drafts
//
// A [Draft] is an invoice that is not issued: it has lines and totals, and neither number nor date. Issuing, and
// correcting by credit note, build on it.
//
// # Lines
//
// A [Line] is the charges that share service, price, card, SKU, region and labels; accounts and days share lines, and
// are told apart in its charges. Lines are in order of service, price, card, SKU, region and labels, so that an invoice
// does not depend on the order of its charges; [Draft.Services] yields them service by service. A line's title is the
// price's, on the card that set it and as it was when it was in force; a price without a title goes by its id.
//
// # Explanations
//
// A line of one charge is explained as that charge. A line of several is explained by its steps: the quantity at each
// price of each tier, the flat amounts, the exact sum and what was billed. [Draft.Recompute] and [Line.Recompute]
// compute amounts anew from the explanations of the charges; a difference shows that something was tampered with.
//
// # Exactness
//
// Amounts are added, never rounded: charges come rounded, as differences of running totals, and lines and totals are
// their sums. So the lines add up to the total, and the total is that of the bills the charges come from. The billed
// amount of a line may be off its exact amount by more than half a minor unit, as running totals may have been rounded
// before it; all lines together are not.
//
// # Errors
//
// Errors start with "invoice: ". [ErrContract] is returned for a contract without a card or currency, [ErrForeign] for a
// charge of another billing account. Charges in another currency, or of one line in two dimensions, are a wrapped
// [money.CurrencyMismatchError] or *[metering.DimensionError]; sums that do not fit are [money.ErrOverflow]; and a
// charge that cannot be explained is [accounting.ErrUnexplained] from Recompute. No error is returned for charges
// outside the period, as corrections of an earlier one are, for amounts below zero, or for no charges.
//
// # Limits
//
// A draft keeps its charges, some 600 bytes each, and its lines. Making one costs a look-up for each charge and a sort of
// the lines. A draft may be read by many goroutines, and written by one.
//
// # Laws
//
// Each is a property test over random bills; run more with -laws.n, and the same again with -laws.seed.
//
//   - Draft_Sum: Σ lines = Σ charges = total, billed and at list prices; quantities add up too, and every charge is in
//     one line.
//   - Law 9 (Draft_Recompute): charges, lines and the total, re-computed, are what they were; the steps of a line add up
//     to the exact amounts of its charges.
//   - Draft_AnyOrder: the order of charges decides nothing but their order within a line.
//
// # Design
//
// An invoice is a view of charges, and does no arithmetic of its own but sums. Turned down: rounding here, once a line
// or once an invoice, since the same usage would cost one thing on a bill and another on paper; cards say where to round,
// and rating does.
//
// Lines keep their charges. Turned down: lines of bare figures, which would need the bill beside them to be explained.
//
// Steps are kept apart by tier, also where two tiers have one price, as flat amounts belong to tiers: merged by price
// alone, two fees of three would show as one of six.
//
// The card is part of what makes a line. Turned down: lines by price id alone, since a list price and a negotiated one may
// share an id, and a title.
package invoice
