// Package rating turns a contract's usage into a bill, exactly, and in as many parts as you like.
//
//	contract := accounting.Contract{Account: "acme", Card: card}
//	bill, state, err := rating.Rate(contract, week, agg.Usage(week, metering.Of("acme")), rating.State{})
//	fmt.Println(bill.Total())              // CNY 996.98
//	fmt.Println(bill.Charges[0].Explain()) // 52.75 card·h × 18.90 CNY = 996.975 → 996.98 (half-even, line)
//
//	rest, _, err := rating.Rate(contract, restOfMonth, agg.Usage(restOfMonth, metering.Of("acme")), state)
//
// # Rating
//
// [Rate] is a pure function of contract, period, usage and [State]. It finds the price of each row, moves the price's
// running quantity on, and charges the difference between what the running quantity costs after and before. It returns
// the state from which the rest of the billing period goes on. [Stream] is Rate for bills that need not be in memory.
//
// Usage is rated in the order in which it comes, and tiers fill in that order: who comes first has the lower tiers.
// Usage of the aggregator comes in order of time and key, so bills are the same whatever order events arrived in.
// Neighbouring rows that differ only in the resource are one charge, as a resource never selects a price.
//
// [RateEvent] rates one event as it comes, from the state of all before it: what a request costs, or what the most that
// it can use would cost, which is a quote to hold with package credit before it runs.
//
// # Running totals
//
// A price's running quantity and amount are kept by card and price id, for the billing account and the billing period.
// They go on when the price changes its terms within the period (two prices of one id, one in force after the other):
// usage after the change costs what the new tiers ask between the two running quantities, and the running amount is
// rounded on. A price known by one id on the list card and on the negotiated card has two running totals.
//
// # List and negotiated prices
//
// Contracted amounts are at the negotiated price where there is one that matches, and else at the list price. Each
// price accumulates the usage that it priced. Amounts at list prices have running totals of their own, over all usage,
// as if nothing had been negotiated; where the list card has no price, the contracted amount stands in. What is due by
// the billing period follows the same rule. A negotiated flat price takes the place of the list's that it replaces, or
// else of the one with the same id, while it is in force: for the rest of the billing period the list's is due if it is
// prorated, and refused if it is not. A list price all of whose usage negotiated ones take, for as long as it is in force
// in the billing period, owes nothing at its end: one in another group, for some hours alone or for one of several meters
// does not take all. A bill has no lines for what only the list would have asked.
//
// # The end of the billing period
//
// Flat prices, and first tiers' flat amounts that are due without usage, are charged by the first call whose period
// ends with the billing period, once; a price that is due one time only in the billing period in which it begins, in
// full. Usage that comes later still, from the state after that call, is billed as if it had come before. A price that is
// due so has to be in force for all of the billing period, or not at all, unless its card says which share of it is due
// then, which it cannot for the minimum of a price that changes within the period. What is due by the hour, day or row is
// due in those in which the price is in force, in full.
//
// # Stages
//
// The order of money is: gather usage, convert units (round), free units, price, factors, percentage discount, discount
// of an amount, maximum, minimum or commitment, the power factor of the bill, credits, rounding. All of it is functions of running totals, and that
// is what keeps the laws below, whatever a price combines:
//
//   - What has come together at a price in one scope is a [accounting.Tally]. A row moves it on; nothing else does.
//   - What a tally comes to in all is [accounting.Price.Cost], a function of the tally and of whether the billing period
//     is over. Conversion, free units, tiers, discounts and caps are stages within that function.
//   - A line is the cost of the tally after it less the cost of the one before, rounded as the card says.
//   - Where the billing period ends, minima and commitments become due: the cost of the same tallies once they are, less
//     before they were, is a charge of its own for each scope. Usage that comes later costs the difference between two
//     costs after the end, so that it takes back what it makes up for.
//   - Models that go by rows (percentages of events, prices that rows bring, prorated tiers) keep what rows have come to
//     in the tally, and their cost is that.
//   - Where the bill is rounded, a credit for some prices goes by what these come to exactly, as each charge depends on
//     those before it.
//   - The adjustment of a bill by the power factor ([accounting.PowerAdjustment]) and credits are functions of running
//     sums of billed amounts, and the month's rounding of the total after credits; by how much they moved is a charge at
//     the end of each call.
//
// A [accounting.Scope] says what shares a tally: all usage of the billing period, or that of each hour, account,
// resource, row. So an allowance is pooled or each account's, a commitment is for an hour, and tiers by duration are of
// each machine. Usage has one price in each group ([accounting.Terms]) that has one for it. Where two prices are for
// different times of the day, usage is at the one whose time it is; usage in both times at once is refused.
//
// Prices that need none of this, which are most, keep one running quantity. The others keep totals that move in place;
// a percentile keeps every row. [State.Demands] tells what a price with a ratchet has come to, for Contract.Demands of
// the periods after.
//
// # Rating again
//
// As rating is a function, the past can be rated again: [Compare] rates history under two contracts and says by account,
// meter and price where the bills differ, [RateAll] over several billing periods. [Correct] rates a closed period from
// all its usage, late usage included, and returns the change of each line that was billed, and names it. [AsKnown] and
// [Contracts] answer what was known at a time, of usage and of the contract: the bill as it had to be then.
//
// # Health
//
// A [Progress] calls Rate and counts bills, charges and usage without a price, and knows how far behind rating is;
// metering/otelmeter shows it.
//
// # Exactness
//
// Quantities are 128-bit grains and prices 128-bit integers at scale 18; costs are 256-bit numerators over the grains
// of the price's unit, and nothing is rounded until the card's rounding. Where the card rounds lines, every price has a
// running amount, and a line is its rounded value after less before. Where it rounds the bill, the amounts of all
// prices are added over a common multiple of their units, and the bill's running total is what is rounded. So charges
// add up to one rounding of the exact sum, of each price or of the bill. There is no float, no division but the
// rounding. Prices with stages are computed with rationals of any size, as are bills that they are on: numerators over the
// few denominators that a price has, in integers that grow once and are then used again.
//
// # Errors
//
// [ErrContract] is returned for whatever a contract or its cards could not be rated with, checked or not: nothing
// panics on a card. Two cards of one contract have one currency and one rounding. [ErrPeriod] is returned for a period
// or a row outside the billing period, and for a state of another one; [ErrForeign] for usage, or a state, that is not
// the billing account's; [ErrUsage] for usage that lacks what its price goes by, such as a label, with an
// *[accounting.RowError]; *[WindowError] for usage in two windows of a price that counts by the hour or day; [ErrOverflow] for amounts and running quantities that do not fit. An *[UnpricedError] reports
// usage without a price, unless [ReportUnpriced] collects it; a flat price that matches covers usage. An
// *[AmbiguousError] reports two prices that match equally well, and a *[StraddleError] a price that is in force for a
// part of the period of a row, or of the billing period that it is due by. An error that usage yields is returned as it
// is. Beside an error there is no bill, and the state is the one that was given.
//
// No error is returned for quantities below zero (corrections move the running quantity back, and return flat amounts
// that are then no longer due), for rows of nothing, for periods without usage, or for late usage.
//
// # Limits
//
// A call is for one billing account and lies within one billing period. It keeps some hundred bytes for each price and,
// in Rate, 600 for each charge. A [State] is kept in memory only; a program that starts anew rates the billing period
// from its beginning, which gives the same amounts. Rate may run in many goroutines on shared contracts and states.
//
// A price with stages keeps a tally of some hundred bytes for each scope; one of a percentile keeps every row, and takes
// some microseconds and allocations for one. [WithoutExplanations], streaming allocates nothing for a row of any other
// price; with explanations a row of a price with stages costs the totals before and after it, and one of other prices
// nothing. BenchmarkRate and BenchmarkRate_Kinds measure them all: of 10,000 rows at a graduated price a line took 193 ns
// of processor time where the same sum in decimals took 733 (minima of 9 turns each, a busy 2-core EPYC, Go 1.26.8,
// 2026-11-26); a line of a price with stages 0.5 to 2 µs without its explanation and two to four times that with it.
// Keeping the charges in memory costs near 1 µs a line more.
//
// # Laws
//
// Each is a property test over random contracts and usage; run more with -laws.n, and the same again with -laws.seed.
//
//   - Law 4, rate(a ∪ b) = rate(a) + rate(b | state after a), rounding included (Rate_Progressive, Rate_Late): billed
//     amounts for any cut, in time or in the order of the rows; amounts at list prices for any cut in time. The state
//     after all parts is the state after the whole.
//   - Law 4 for events (RateEvent_Sum): what events come to one by one, and then what is due by the billing period, is the
//     bill of all; a quote moves nothing.
//   - Law 8 (Rate_SameBytes): the same inputs give the same bytes, on any number of processors.
//   - Law 9 (Explanation_Recompute, Staged_Explained): an explanation, re-computed, gives the amount it explains, and
//     every step of a line is what its count, its price and its changes come to.
//   - Rounding_NoDrift: what is charged in all is the exact sum, rounded once.
//   - List_Alone: usage costs at list prices what it costs by the list card alone, whatever was negotiated.
//   - Stream_Rate: Stream hands over what Rate collects.
//   - The same for prices with stages: Staged_Progressive, Staged_Negotiated, Staged_Changes (a price that changes its
//     model within the month), Rate_Percentile, Staged_SameBytes, and Staged_Oracle, which works a month out at once
//     from all its rows and holds exact amounts, bills and explanations to that.
//   - Settle, PowerAdjustment: credits, the rounding of the month and the adjustment by the power factor come in parts to
//     what they come to as a whole, whatever the cut.
//   - Card_Rate, a fuzz test: any text that is a card is rated, or refused by an error that says why; nothing panics, and
//     what is charged re-computes.
//   - Law 5 (Law5_Rate_Refund), a fuzz test: usage taken back, the last row first, gives back what was billed for it, and the
//     parts of a charge add up to it.
//   - Rate_Laws, a fuzz test: laws 4, 8 and 9 for a world that any two numbers make.
//   - Compare_Sum, Correct_Sum: differences and corrections add up to the difference of the totals.
//   - Rate_Oracle: bills agree with a second implementation that walks tiers over rationals. Rate_Oracle and
//     Staged_Oracle have held 1,012,500 pairs of a random card and random usage to it: go test -run
//     'Law_(Rate|Staged)_Oracle' -laws.n 300000 with -laws.seed 21, 22 and 23 (2026-11-26).
//
// # Design
//
// Rating is a function that returns its state. Turned down: an object that accumulates, since a preview, a what-if with
// another card and a re-rating of the past are then copies of hidden state; and re-rating the whole period for every
// line, which is the same sum at the cost of all rows.
//
// A quote is the rating of an event whose state is dropped. Turned down: a function that gives a bound for any state,
// which would have to know the dearest tier of every price and round up, and hold several times what requests cost; and
// Rate of the event's window, which in the last one of the month charges a request what is due by the month.
//
// The amount is carried in the state beside the quantity, although the quantity gives it while a price does not change.
// Turned down: costing the quantity before the line by the new terms, since every change of a price would then round
// once more, and a price that changes daily would drift by cents.
//
// A list price accumulates what it priced, and a second set of running totals follows the list. Turned down: one running
// quantity for both, by which usage at a negotiated price would use up the lower tiers of a list price it was not
// charged at.
//
// Whether a price was used does not look at quantities: a row of nothing counts, as five units and a correction of minus
// five do. Else a bill would depend on whether they came in one row or in two.
//
// Cards are compiled by every call. Turned down: a compiled card as a type to hold on to; compiling costs microseconds a
// price, once for all rows, and a plain struct literal stays all that a contract needs.
//
// Prices with stages are rationals and not integers of 256 bits. Turned down: denominators of factors, conversions and
// days multiplied out in 256 bits, which overflow on plain cards (a discount of a share of a month of a converted unit),
// so that there would be two kinds of arithmetic for one price; one kind for all, which would make the line that nearly
// every bill consists of several times as slow; and big.Rat, which takes lowest terms at every step: a line took
// microseconds and dozens of allocations. The kernel of stages (kernel.go) does what accounting.Price.Cost does with
// big.Rat, and explanations are computed there, so that law 9 holds one to the other.
//
// A ratchet looks back to demands that the contract names. Turned down: a state that goes on from month to month, since a
// month could then not be rated again without all the months before it.
//
// What a minimum adds is charged at the end, for each scope, and not spread over the lines before. Turned down: lines
// that hold the minimum from the first row on, which show a customer a bill that is due only if he stops now.
//
// A line is rated and explained in 0.24 to 0.31 of the time of the tightest loop over shopspring/decimal that gives the
// same amounts, and in a tenth of the one that walks the tiers (benchmarks/ratios; how much others take
// of the memory moves shopspring, which allocates, and not this). A third of it posts the exact running
// cost in 256 bits, a fifth fills in the charge and hands it over, a sixth finds the price. It was 0.37 before rows, keys
// and prices were passed by pointer, before prices without region, labels and dates were seen to match without being
// copied, before the prices of the last meter and SKU were kept, before the currency was looked up once and not for every
// rounding, and before neighbouring lines at one price kept what their charge has from it.
package rating
