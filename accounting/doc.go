// Package accounting has the nouns of cost: contracts, rate cards and their prices, and charges that explain themselves.
//
//	card, err := ratecard.ParseYAML(src)
//	contract := accounting.Contract{Account: "acme", Card: card, Zone: metering.MustZone("Asia/Shanghai")}
//	month, err := contract.BillingPeriod(now)
//	bill, _, err := rating.Rate(contract, month, agg.Usage(month, metering.Of("acme")), rating.State{})
//	for _, c := range bill.Charges {
//		fmt.Println(c.Explain())                // 52.75 card·h × 18.90 CNY = 996.975 → 996.98 (half-even, line)
//		again, err := c.Explanation.Recompute() // == c.Billed
//	}
//	teams, err := accounting.GroupBy(slices.Values(bill.Charges), func(c accounting.Charge) metering.Account { return c.Account })
//
// # Contracts and cards
//
// A [Contract] says who pays, by which [Card], in which billing periods. Its billing account pays for every account
// below it. A card is prices in one currency with one [Rounding]; packages around this one read it from text
// (ratecard), rate usage with it (rating) and put charges on paper (invoice). A negotiated card beside the list card
// has prices that take the place of the list's for the usage they match, so that a charge can show both.
//
// # Prices
//
// A [Price] says what one [metering.Unit] of the usage that its [Match] describes costs, by a [Model]: [PerUnit],
// [Graduated] or [Volume] tiers, a [Package], a [Stairstep] of capacity, a [Percentage] of an amount, a price that rows
// bring ([Dynamic]) or that a series has ([Spot]), or [Flat]. Its [Terms] say what is done around the model. Of the prices that match, the most specific wins: SKU over region over labels; a
// tie is an error. Tiers fill over the billing account's whole billing period. A price that changes is two prices of
// one id, one in force after the other, and its running totals go on.
//
// Where peers and providers differ, a card has to say: whether a first tier's flat amount is due without usage
// ([ZeroPolicy]), whether a flat price is ([FlatPolicy]), and where amounts are rounded ([Level]).
//
// # Charges
//
// A [Charge] is usage at a price: who, what, when, how much, and four amounts. List is at the list price, Contracted
// at the negotiated one, Billed what an invoice asks for, Effective what remains when payments in advance are spread
// over usage. Today Billed is Contracted and Effective is Billed. What falls short of a minimum or a commitment, what a
// [Credit] pays, what a [PowerAdjustment] changes and what the rounding of a month cuts off are charges of their own; [Charge.Origin] tells them apart.
// [Total] and [GroupBy] add charges up by any dimension, [RollUp] by any dimension and the periods of a calendar, with
// currencies apart.
//
// # Explanations
//
// Every charge carries an [Explanation]: the model, the running quantity before and after, the rounding. From these
// alone [Explanation.Recompute] computes the billed amount again, [Explanation.Steps] takes it apart tier by tier, and
// [Explanation.Text] says it to the customer in a line, and [Explanation.Tree] stage by stage, in English or Chinese.
// Nothing is computed until asked. A price with [Terms] keeps a [Tally] for each [Scope]; its explanation has the tally
// before and after, from which [Price.Cost] gives the amount again and [Price.Stages] takes it apart. The steps of its
// lines are what each has come to, after less before: units at a price, with the discount that all of them have, what
// was free, and what a minimum or a maximum made of it. One kind of line is an amount and no more: the peak or
// percentile of rows that have prices of their own, since no price is of that row alone.
//
// # Exactness
//
// Prices are decimals with up to 18 digits after the point, quantities are whole grains, and what a quantity costs is
// their exact rational product over the unit. It is rounded once, as a running total: of its price where the card
// rounds lines, of the bill where it rounds the bill. A line is the rounded total after it less the one before it, so
// lines add up to the rounded total of all, whatever the cuts. The text of an explanation is exact too, but for
// figures that no 18 digits can hold, which are marked with ≈.
//
// # Errors
//
// Errors start with "accounting: " and wrap what [errors.Is] or [errors.As] finds: [ErrUnexplained] for an explanation
// without a price, a unit, tiers or a rounding that can be computed; [money.ErrOverflow], a
// [money.CurrencyMismatchError] and [money.ErrUnknownCurrency] where amounts are added or made; a
// *[metering.FieldError] for an anchor day that is none; a *[RowError] for usage that a price cannot be applied to. No error is returned for quantities or amounts below zero
// (corrections and rebates), for a price of 0, or for the zero Money as the total of nothing. Values of this package
// are not checked when they are made: ratecard.Validate checks a card, and rating refuses what it cannot rate with.
// Nothing here panics on a value from outside, but decimals with exponents of millions are for those two to refuse.
//
// # Limits
//
// Amounts lie within ±1.7e20 units of currency, quantities within 128 bits of grains. Cards are data that never
// change once in use, and may then be shared by goroutines; everything else is a value. Explaining costs some
// microseconds a charge. GroupBy keeps all charges in memory. The categories of [Services] are those of FOCUS 1.2.
//
// # Laws
//
// Each is a property test over random cases; run more with -laws.n, and the same again with -laws.seed.
//
//   - Explanation_Additive: what a stretch costs does not depend on where it is cut, exact or rounded.
//   - Explanation_Rounds: a billed amount is less than one step from the exact one, and agrees with [money.Money.Round].
//   - Explanation_Steps: the steps of a line are all of it, in quantity and in amount.
//   - Explanation_Text: the figures a customer reads, worked out, give the amounts he reads, and the amount billed.
//   - GroupBy_Sum: every charge is in one group, and the groups add up to the charges.
//   - RollUp_Sum: the rows of a calendar add up to the charges; no row is off its exact share of time by a step a charge.
//   - Match_Specificity: a match that covers all another covers, and more, is less specific.
//   - Law 9, an explanation re-computed gives the amount it explains, is proved where charges are made: in rating and
//     in invoice.
//
// # Design
//
// Cards, prices and models live here and not in ratecard, which is their text: a contract holds a card, and a charge
// carries the model that it was rated by. Turned down: prices in ratecard, since everything that touches a charge
// would then import a YAML parser; and a charge with no more than the id of a price, since it could not be explained
// without the card.
//
// [Model] is a sealed interface with one type a model. Turned down: a struct with a type field and the union of all
// parameters, where a bound on a flat price or a tier without a price is easily written and has to be refused at run
// time; and an open interface, since a model is only worth its name when rating, explanation and card text know it.
//
// Explanations compute with math/big and share no arithmetic with the kernel that rates: so a recomputation proves the
// bill rather than repeating it. Turned down: keeping the steps with each charge, which costs memory for what is
// rarely read and proves nothing. [Explanation.Carried] is a [Fraction] of plain integers rather than a big.Rat, since
// that would be 17 allocations a line and could be changed under a charge.
//
// Lines are differences of running totals. Turned down: rounding each line by itself, which loses or gains a minor
// unit every few lines (three times 0.333 is 1.00, not 0.99); and a correcting last line, which makes a bill depend on
// where it was cut.
//
// A price prints with at least the digits of its currency, 18.90 and not 18.9, as people write money; a quantity with
// the digits it has. Amounts below zero are written "- 2 card·h × …", as what is taken back, and a rounding names its
// places only where they are not the currency's. Where nothing was rounded, no rounding is named. Turned down: the
// arrow in every line, since an arrow between equal amounts says nothing.
//
// What a term does to a staged line is a step of the sum and not a line of its own: "10 GB × 2.00 CNY - 10.00 CNY above
// the maximum of 30.00 CNY". Turned down: telling the totals before and after of every line, which explains a bill but
// no line of it, and does not add up over the charges of an invoice's line.
//
// [GroupBy] takes a function for its dimension. Turned down: a list of named dimensions, since a cost centre's second
// segment or a label is as good a dimension as any, and one function is less to learn than a query language. [RollUp]
// splits what crosses an edge by time. Turned down: the whole charge in the period it begins in, where a month's charge
// would be the first day's, and refusing it, where a daily chart of a bill with a monthly fee could not be drawn.
package accounting
