// Package custody says how long records have to be kept and where they may go, by rules that are data.
//
//	policy, err := custody.Parse(text)
//	err = policy.MayDelete(custody.Over(custody.Seal, "acme", "cn-north-1", month), now)
//	err = policy.MayExport(custody.Export{Record: r, To: "us-east-1", Fields: custody.ChargeFields()}, now)
//	hidden, err := pseudonyms.Usage(usage)
//	rec, found, err := journal.OpenRecorder(dir, journal.WithRetention(policy.Guard(custody.Usage, time.Now)))
//
// # Policies
//
// A [Policy] is JSON: which law applies in which region, which region an account lives in, and rules with the law,
// clause and version that they are from. Rules are keyed by what a record has ([Class]) and what a field tells ([Field]),
// not by numbers of articles, which change: China's Cybersecurity Law of 2026 has its rule on logs under another number.
// Versions are rules of their own, in force one after the other. [Example] is a policy to begin with.
//
// # Keeping
//
// [Policy.TermOf] is the longest time that a rule in force asks for, in the region that a record was made in and in the
// one that its account lives in; of an archive of a tenant's month, also in those that its cost centres live in.
// [Policy.MayDelete] is nil once it is over and no [Hold] is on the record. A class that no rule speaks of is kept.
// Whoever deletes asks first: a journal through [Policy.Guard], an archive of a sealed month or of a ledger's files
// with [Over]. None of them imports this package.
//
// # Going elsewhere
//
// [Policy.MayExport] refuses whatever no rule lets go: a [Transfer] names where from, where to, which fields, and what
// has to be [Transfer.Given], such as a contract that was filed. Fields of a record that lives in one region and was made
// in another need a rule for both. [Pseudonyms] replace accounts by keyed hashes, so that usage can go where names cannot;
// sums by tenant and cost centre stay the same.
//
// # What a library can enforce, and what not
//
// It can refuse what is asked of it: a deletion before its time, an export that no rule lets go, a record without a known
// region. It cannot
//
//   - stop who does not ask: give the rights to files and keys to the program that does;
//   - know where a disk is, or who reads what was exported: a region is what a tag says;
//   - tell what a label or a memo says of a person, or whether data was declared important: classes are what the caller
//     says, and [Label] is there for text that nobody looked at;
//   - know that a contract was filed or an assessment passed: Given is a person's word, to be kept with the export;
//   - make anybody forget: it says when a record may go, and deletes nothing. Copies, backups and what was exported are
//     elsewhere. A leaf of a seal can stay when its record goes, as it tells nothing of it;
//   - say what the law is. The example leaves out more than it has.
//
// # Exactness
//
// Times are instants. Years and months are those of the calendar in a rule's zone, of the time zone database that
// [metering] pins; a day that a month does not have becomes a later one. A term ends at an instant: before it a record is
// kept, at it no more. Answers depend on the policy, the question and the time that is handed in, and on nothing else.
//
// # Errors
//
// Errors start with "custody: ". A *[KeepError] has the hold or the rule that keeps a record, an *[ExportError] the
// fields that may not go. [ErrPolicy], [ErrRegion], [ErrUnclassified] and [ErrKey] are what they say. No error is
// returned for an export that stays in its region, for rules that are not in force, or for several that say the same.
//
// # Limits
//
// A policy that is parsed has up to 1 MiB and 16 levels. A question looks at every rule and hold: some microseconds for
// a hundred.
//
// # Laws
//
// -laws.seed repeats random cases.
//
//   - TestLaw_Kept: what may be deleted is what a slow reading of the rules says, for random policies and records.
//   - TestLaw_Export_Denied: without a rule nothing goes; a rule less, a field more or something less given never lets
//     more go.
//   - TestLaw_Hold: a hold more never lets anything be deleted, and released it is as if it had not been.
//   - TestLaw_Pseudonyms: one account has one pseudonym, no two share one, and what is below an account stays below it.
//   - FuzzParse_Validate: no text makes a parser panic, and what it takes is valid.
//
// # Design
//
// One package for both questions, since both are asked of a record's class, account, region and time, and one document
// answers both. Turned down: rules in code, as law changes more often than programs; tags on every event for retention,
// as classes follow from what a record is; and an interface in journal and archives, where a function says all there is
// to ask.
//
// The rule in force when it is asked about counts, not the one of when a record was made: Germany's shorter term of 2025
// applies to vouchers of 2020. A record that is under two laws is kept by the longer, and needs leave of both to go.
package custody
