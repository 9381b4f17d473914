// Package posting turns charges, invoices, payments, credit and costs into transactions of the ledger.
//
//	poster, err := posting.New(book, posting.DefaultRules())
//	documents, err := posting.Charges(posting.Bill{Journal: id, From: month.Start(), To: month.End(), CardDigest: digest, At: end},
//		slices.Values(bill.Charges))
//	posted, err := poster.Post(ctx, documents...)
//	issued, err := register.Issue(now, terms, draft)
//	document, err := posting.Issued(issued) // or a credit note, or a debit note
//	posted, err = poster.Post(ctx, document)
//	posted, err = poster.Post(ctx, posting.Payment(bankReference, "acme", paid, amount))
//
// # Documents
//
// A [Document] is what one transaction is made of: amounts, each with a [Cause]. [Charges], [Issued], [Payment],
// [Wallet.Credit], [Wallet.Lapsed] and [Cost.Document] make them, and [Invoice] and [CreditNote] of papers that others
// issue; so can anyone else. What a document follows
// from is in its causes, whose hash is the transaction's ID. Posting again what was posted changes nothing, so after a
// crash a program starts from the beginning.
//
// # Rules
//
// A [Rule] says for each cause which account is debited and which credited. [Rules] are data. By [DefaultRules]
//
//	charged        assets/unbilled/{tenant}                 income/{service}/{tenant}
//	credit-used    liabilities/deferred/{tenant}            assets/unbilled/{tenant}
//	invoiced       assets/receivable/{tenant}               assets/unbilled/{tenant}
//	taxed          assets/receivable/{tenant}               liabilities/tax/{detail}
//	tax-included   income/{service}/{tenant}                assets/unbilled/{tenant}
//	rounded        assets/unbilled/{tenant}                 income/rounding/{tenant}
//	converted      assets/exchange                          assets/unbilled/{tenant}
//	paid           assets/cash                              assets/receivable/{tenant}
//	refunded       assets/receivable/{tenant}               assets/cash
//	credited       income/{service}/{tenant}                assets/receivable/{tenant}
//	tax-credited   liabilities/tax/{detail}                 assets/receivable/{tenant}
//	credit-returned assets/receivable/{tenant}              liabilities/deferred/{tenant}
//	credit-sold    assets/cash                              liabilities/deferred/{tenant}
//	credit-given   expenses/promotion/{tenant}              liabilities/deferred/{tenant}
//	credit-lapsed  liabilities/deferred/{tenant}            income/breakage/{tenant}
//	energy-used    expenses/service/{tenant}/energy         liabilities/suppliers/energy
//	depreciated    expenses/service/{tenant}/depreciation   assets/depreciation
//	cost-incurred  expenses/service/{tenant}/{detail}       liabilities/suppliers/{detail}
//	equipment-paid assets/equipment                         assets/cash
//	supplier-paid  liabilities/suppliers/{detail}           assets/cash
//
// so that [ledger.Trial.Under] of income, assets/receivable/T, liabilities/deferred/T and expenses/service/T is revenue,
// and the receivables, deferred revenue and cost of service of tenant T. Revenue is earned as usage is charged,
// whether it is paid for before or after. An amount below 0 goes the other way.
//
// # Exactness
//
// Amounts are added, never rounded or split: they come rounded from rating, and split from allocation. Amounts of one
// account in one document are put together; what comes to 0 is left out.
//
// # Errors
//
// Errors start with "posting: ", or come from the ledger. [ErrRule] is for rules that cannot be posted by and causes
// without one, [ErrValue] for documents without causes or tenant, or with a name that is no single segment of a path;
// [money.ErrOverflow] is wrapped. The ledger's [ledger.ConflictError] means that the causes of a document were posted
// with other items, such as a bill that was rated anew under its old name: give the new bill a revision, and post the
// difference. No error is returned for a document that moves nothing.
//
// # Limits
//
// A document has at most as many accounts as the ledger has postings in a transaction, 4,096: cut a cost of more tenants
// into several, each with an id. Putting amounts together costs time in the square of that. Rules are read from up to
// 64 KiB. Documents of one call are posted together: see [ledger.Book.Post] for what a crash leaves.
//
// Wallets have no entry for what lapses; [Wallet.Lapsed] posts it when somebody asks. Taxes are amounts here; what they
// are of is for the invoice to know. Currencies are exchanged by invoices alone: assets/exchange has what was charged in
// one currency and what was asked for in the other, and what a change of rates is worth there is the user's to post.
//
// # Laws
//
// -laws.n sets the cases, -laws.seed repeats them, -laws.full crashes at every call.
//
//   - TestLaw_OneBook: revenue, receivables, deferred revenue, unbilled, cost and promotion by tenant are what they are by
//     their own definitions, for any documents; posting all again changes no byte.
//   - TestLaw_Wallet: deferred revenue is what a wallet has free and held less what it owes, whatever happens to it.
//   - TestLaw_Issued_Balances: whatever invoices and notes tax, include, round, convert, draw and take back, debits are
//     credits, nothing is left unbilled, and receivables, taxes payable, credit and revenue are what the papers say.
//   - TestLaw_Charges_AnyOrder: the order of charges decides nothing, and what is billed is unbilled until an invoice.
//   - TestLaw_Crash_PostsOnce: F22. The power fails at every call from charges to seal, and the program runs again three
//     times: book and sealed note are those of a run without a crash, byte for byte.
//
// # Design
//
// A charge's document is one for each account, service, meter, price, card and origin of a bill, and not one for each
// charge: a bill has thousands of charges that differ by day or resource alone, and the bill has them. Their causes are
// the journal, the period, what they are of, and the card's digest, so a bill is posted once, whatever rated it.
//
// Paths are filled in by whole segments. Turned down: text with holes anywhere, where two tenants could make one path.
//
// Shares of a cost are the caller's: this package knows neither watts nor how cost is spread, and allocation knows no
// ledger.
//
// What an invoice's rounding adds is income of its own, and not a part of a service's: the charges of a service are what
// its prices make. A concession takes revenue of the service back, since nothing was used less. Turned down: an account
// of concessions, which one rule on credited makes for those who want it.
//
// Promotional credit is an expense here, as it is given for reasons of sale; who takes it off revenue changes one rule.
package posting
