// Package invoice turns the charges of a contract into invoices that never change once issued.
//
//	draft, err := invoice.NewDraft(contract, month, slices.Values(bill.Charges))
//	kept, err := invoice.OpenJournal("/var/lib/billing/invoices")
//	register, err := invoice.Replay(issuer, kept.Documents(), kept.Keep)
//	issued, err := register.Issue(now, invoice.Terms{Taxes: taxes, DueDays: 30}, draft)
//	fmt.Println(issued.Number(), issued.Total())       // INV-2026-000001 CNY 295.93
//	err = issued.WriteHTML(page, accounting.Chinese)   // A4; or WriteText, WriteCSV, JSON
//	lines := issued.Lines()                            // to seal, each with its ID
//	note, err := register.Credit(now, invoice.Note{ID: "claim 7", Of: issued.Number(), Reason: "Wrong gateway"})
//	left, err := register.Balance(issued.Number())     // CNY 0.00
//
// # Drafts
//
// A [Draft] is an invoice that is not issued: it has lines and totals, and neither number nor date. A [Line] is the
// charges that share service, price, card, SKU, region and labels; accounts and days share lines, and are told apart in
// its charges. Lines are in order of service, price, card, SKU, region and labels, so that an invoice does not depend on
// the order of its charges; [Draft.Services] yields them service by service. A line's title is the price's, on the card
// that set it and as it was when it was in force; a price without a title goes by its id. Charges of an earlier billing
// period are on lines of their own, which keep that period.
//
// A line of one charge is explained as that charge. A line of several is explained by its steps: the quantity at each
// price of each tier, the flat amounts, the exact sum and what was billed. [Draft.Recompute] and [Line.Recompute]
// compute amounts anew from the explanations of the charges; a difference shows that something was tampered with.
//
// # Issuing
//
// A [Register] issues the documents of one [Issuer]. What it issued is an [Issued]: bytes of one form, with a hash, that
// names the hash of the document before it, so that a document that is changed, left out or put in shows. Nothing of it
// is edited: it is corrected by a credit note or a debit note, which names the line, keeps its period, and is an Issued
// itself. Amounts of credit notes are below 0, so documents add up to what is owed.
//
// A [Numbering] gives numbers by patterns, such as "INV-{year}-{seq:6}". A series is 1, 2, 3, … without a gap: a number
// is used by a document that was written, and by no other. There is one document for a cause (the terms' ID, or the
// account, period and currency; a note's ID): issued again, it is the one that there is, and with other content it is a
// *[ConflictError]. The register's journal is given the bytes of a document before it counts, and [Replay] makes the
// register from them again; a [Journal] keeps them in a directory, and any function that keeps bytes durably will do. So a
// program that crashed, or does not know how far it came, issues everything again.
//
// # Ways to bill
//
// Postpaid: one [Register.Issue] a period. Prepaid: credit that paid is a draw ([Terms].Draws, [DrawOf]) or a credit of
// the contract ([CreditsAfterTax]); what is left is due. Progressive: [Register.Progress] asks for what all charges so
// far come to, less what was invoiced before. Threshold: the same with [Progress].Least. Notes of which [Note].Rerated is
// set follow charges that were rated again, and [Issued.Changes] has their lines; others are concessions, which change what is owed and no charge. A bill is
// invoiced whole or in parts, and not both: that is two causes, and nothing here knows that their charges are the same.
//
// # Taxes and currencies
//
// [Taxes] are data: rates with the times they are in force, in prices or on top, rounded by line or by bill, of what is
// standard, zero-rated, exempt, out of scope, or the customer's to pay; rules say which lines they are on, and a line
// without a rule is refused. [ExchangeRates] are data, too: a pair, a rate, a date and a source. There is no rate but the
// one of the day; a *[NoRateError] says which is missing.
//
// # Exactness
//
// Amounts of a draft are added, never rounded: charges come rounded, as differences of running totals, and lines and
// totals are their sums. The billed amount of a line may be off its exact amount by more than half a minor unit, as
// running totals may have been rounded before it; all lines together are not.
//
// A document is in whole minor units. What has more digits, of a card that keeps them or by an exchange, is rounded once:
// each line by itself, or all lines of a draft together, as the card or the terms say. There is one rule for what
// remains: every part is rounded down to a step, and the steps that are missing go one each to the largest remainders,
// ties to the earlier line. So lines add up to the total; taxes that are rounded by bill are split over lines in the same
// way. The tax in a price of p is p·r/(1 + Σ r), from the exact ratio. Parts of a progressive bill are differences of
// such documents, and add up to the last.
//
// A credit note takes back the part of a line's tax that all notes on the line have come to, rounded as the tax is, less
// what notes before it took: a line that is taken back in full has none left. Totals in other currencies are the total
// and the tax, each converted once; net is what is between them.
//
// # Capital letters and tables
//
// [Capitals] writes yuan in capital letters (大写金额) by the rules of the People's Bank of China; text
// and pages in Chinese have them, those in English not. [WriteCSV] writes no cell that a spreadsheet would evaluate, and
// numbers that stay numbers. Text, CSV and HTML are views; the JSON is the document.
//
// # Errors
//
// Errors start with "invoice: ", name the value and the fix, and leave everything as it was; find them with [errors.Is]
// and [errors.As]. Of drafts: [ErrContract], [ErrForeign], and [accounting.ErrUnexplained] from Recompute. Of documents:
// [ErrTerms], [ErrTax], [ErrRate], [ErrDraw], [ErrNumbering], [ErrDate], [ErrClosed], [ErrUnknown], a *[ConflictError],
// *[NegativeError], *[NoRateError], *[BelowError], or, for a credit above what is left, an *[AboveError]. [ErrJournal]
// stops a register until it is replayed. Of bytes: [ErrSyntax] and [ErrForged]. [ErrCapitals] is what it says. What money
// and metering fail with is wrapped.
//
// No error is returned for charges outside the period, as corrections of an earlier one are, for lines below zero, for
// no charges, or for an invoice of 0.
//
// # Limits
//
// A draft keeps its charges, some 600 bytes each; a register keeps every document, some 3 KB and 2 KB a line. Issuing
// takes some 100 µs a line, most of it for explanations. Drafts may be read by many goroutines; a register may be used by
// many, which issue one after the other, also while its journal waits for a disk: use one for each issuer. Documents are
// dated in order: a date before the last is refused.
//
// An inclusive and an exclusive tax do not meet on one line, and no tax is on another tax. Parts of a progressive bill
// are converted at one rate and taxed by the time of supply. A line whose period a tax's change falls into is refused:
// draft what is before and after apart. Estimates stay marked. Electronic fapiao and the formats of tax offices are not
// written; a Document has what they need of it.
//
// # Laws
//
// Property tests over random bills; more with -laws.n, others with -laws.seed. Oracles are loops over rationals.
//
//   - TestLaw_Draft_Sum: Σ lines = Σ charges = total, billed and at list prices; quantities add up too, and every charge is
//     in one line.
//   - TestLaw9_Draft_Recompute: charges, lines and the total, re-computed, are what they were; the steps of a line add up
//     to the exact amounts of its charges.
//   - TestLaw_Draft_AnyOrder: the order of charges decides nothing but their order within a line.
//   - TestLaw_Issue_Sums: lines, taxes and totals are those of the oracle, whatever is taxed, in prices or on top,
//     converted and rounded how; they add up.
//   - TestLaw_Issue_Again: issuing again gives the same number and bytes; other content is a conflict.
//   - TestLaw_Numbers_Gapless: series have no gap and no number twice, in any order, however often something is tried
//     again, and wherever the journal fails; a journal that lost, moved or doubled a document is refused.
//   - TestLaw_Progress_Closes: parts add up to the one invoice of all, line by line and tax by tax.
//   - TestLaw_Credit_Zero: a credit note of all that is left brings a document to exactly zero, line by line and tax by
//     tax, whatever was taken back and added before; more is refused.
//   - TestLaw_Read_Tampered: a document of which a byte is changed, left out or doubled is refused, or has another hash.
//   - TestLaw_CSV_NoFormula: no payload is evaluated in any column, at whichever separator; numbers stay numbers.
//   - TestLaw_Capitals_Read: capital letters read back to the amount.
//   - FuzzRead_JSON: what is read has one form, adds up, and can be shown.
//   - FuzzParse_Tables: tables of taxes and rates are valid, or refused.
//
// # Design
//
// A draft is a view of charges, and does no arithmetic of its own but sums: cards say where to round, and rating does.
// Lines keep their charges. Turned down: lines of bare figures, which would need the bill beside them to be explained.
// Steps are kept apart by tier, also where two tiers have one price, as flat amounts belong to tiers. The card is part of
// what makes a line: a list price and a negotiated one may share an id, and a title.
//
// What is issued is its bytes. Turned down: a document with a state that goes from issued to paid or void, where it would
// have to be shown that nothing else changed; payments are the ledger's. An invoice that is void is one that a credit
// note took back.
//
// Numbers are given when a document is written, under one lock. Turned down: numbers that are reserved first, which leave
// a gap for each that is not used; and numbers made of a hash, which no tax office takes.
//
// Documents are chained, so that the order that numbers claim can be checked from copies alone. Package seal proves a
// period to outsiders, with the lines of its invoices as [Issued.Lines] has them; the chain needs no key and proves
// nothing that the issuer did not hand out.
//
// An invoice below zero is refused: what was asked for before is named and taken back by a note. A debit note is a
// document of its own, with its own balance, so that it can be taken back, too; adding to an invoice's lines would make
// what a credit note may take depend on what came later.
//
// Half a fen that tax rounding leaves goes to a line by the same rule as everything else. Turned down: the last line, or
// the largest, which is another rule to explain; and a rounding line, which tax offices do not like to see.
package invoice
