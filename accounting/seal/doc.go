// Package seal closes a tenant's period so that nobody can change it unseen, and proves to outsiders what is in it.
//
//	sealer, err := chain.Begin(month, secret, seal.Card{Name: card.Name(), Digest: digest})
//	for _, line := range issued.Lines() {
//		err = sealer.Add(seal.FromLine(line))
//	}
//	err = sealer.Add(seal.FromEvent(event, "INV-2026-0001/3"))     // billed on line 3
//	sealed, err := sealer.Seal(signer)
//	bundle, err := sealed.Bundle(seal.Event, seal.FromEvent(event, "").ID)
//	// elsewhere, with the public key alone:
//	s, leaf, err := bundle.Verify(verifier)
//	same := leaf.Is(seal.FromEvent(event, ""))
//
// # Seals
//
// The records of a period (events, usage, charges, lines of invoices, postings) are the leaves of a Merkle tree as in
// RFC 6962. A [Seal] is its root and size, with the tenant, the period, the digest of the cards, the sums of each meter
// and currency, and the seals before it; it is signed as a note. Its first three lines are a checkpoint
// (https://c2sp.org/tlog-checkpoint), its signatures those of https://c2sp.org/signed-note, so readers of either check
// it without this package.
//
// # Leaves
//
// A [Leaf] has the kind, meter, quantity and amount of a record, and hashes of the rest: a nonce, which is a keyed hash
// ([Secret]) of the record's id, and a hash of the nonce, the id and the body. Sealing again gives the same bytes; a
// neighbour's hash in a proof gives nothing away; and accounts, resources, ids and memos are in no leaf. Who is to be
// forgotten is forgotten by deleting the record and keeping its leaf. The tenant's name is in the seal: use a pseudonym
// where it is a person's.
//
// [Sealer.Add] refuses records of another tenant or of another time, and [Sealer.Seal] those that are billed on a line
// that is not sealed, with a *[RecordError]. Of the time before the period there are the start of a lease that goes on,
// events and usage that came late ([metering.AdjustLate]), and charges and lines that correct a bill before; there is
// nothing of the time after it. Under a pseudonym, set [Record].Account to it.
//
// # Proofs
//
// A [Bundle] shows that a record is in a period: [Bundle.Verify] checks the signature and the path, and [Leaf.Is] that
// it is this record. [Leaf.On] tells, of the leaves of an event and of a line, whether the one was billed on the other.
// [Seal.CheckSums] holds sums against the seal. An [Extension] shows that a later seal was made on top of an earlier
// one. [Read] holds a whole period, as [Sealed.WriteTo] wrote it, against its seal. None of it needs a network, a clock
// or a secret.
//
// # What a seal cannot prove
//
// A seal is only as good as the copies of it that others have. Who holds the signing key and all copies can seal a
// period anew, and every one after it, and nothing here shows it: hand seals out (on the invoice, by mail, to a witness,
// into storage that is written once), and keep those that you are given. Nor does a seal show
//
//   - that what was recorded did happen, or that all that happened was recorded: it shows that records did not change
//     since, and that the sums are of just these;
//   - that nothing else was counted, from a proof of one record alone: that takes the whole period, or the sums;
//   - when it was signed: a signer's clock is not in it. A witness that signs the note, too, can say;
//   - that two customers were shown the same seal, unless they compare;
//   - that a line contains an event for a good reason: the leaf says that it was billed there, and the rest is for
//     explanations to show.
//
// A checksum in a file finds accidents; it is no evidence. A stolen key signs what it is given: verifiers are handed in
// by name and key, so a key is withdrawn by no longer handing it in.
//
// # Exactness
//
// Quantities are grains and amounts 10⁻¹⁸ units in 128 bits; sums that do not fit are refused. All bytes that are hashed
// or signed have one form, and what is read in another is refused. Records are in the order they were given: use one
// that does not change, such as a journal's. With Ed25519 a note is the same on every machine.
//
// # Errors
//
// Errors start with "seal: ". [ErrForged] is for what is not what was sealed, [ErrSyntax] for what is not in its
// canonical form, and [ErrKey], [ErrRecord] (a *[RecordError] where the seal is not about it), [ErrDuplicate], [ErrUnknown], [ErrPeriod] and [ErrSealed] are what they
// say; find them with [errors.Is]. [money.ErrOverflow] is wrapped where sums do not fit. No error is returned for a
// period without records, for a seal with further signatures by keys that are not known, or for amounts below 0.
//
// # Limits
//
// A period has up to 2³¹ records, with ids of up to 4 KiB and bodies of up to 1 MiB; a seal has up to [MaxCards] cards;
// notes and bundles that are read have up to 16 KiB. A sealed period takes some 250 bytes of memory a record. A bundle
// of a million records takes 1.5 KB of JSON, at most [MaxBundleBytes] with names of up to 64 bytes.
//
// Sealing a record took 1.1 µs, and 1.4 µs with the canonical bytes of a row of usage; a proof made and checked 7 µs
// (2¹⁸ records); and checking a note, which is done once for all its proofs, 0.1 ms (processor time, Go 1.26.8, on a
// machine of two cores shared with other work, 2026-11-26; the benchmarks make the figures again). Hashing is two fifths of
// sealing, the index of nonces a sixth, and a row's canonical bytes an eighth; while others wait for the same memory it has
// taken 1.6 µs.
//
// # Laws
//
// -laws.seed repeats random cases; -laws.full takes 10,000 mutations of 10,000 records, all of which were found out on
// 2026-11-26 (1,359 to 1,466 of each of seven kinds, in 171 s).
//
//   - TestLaw_RFC6962: roots and proofs are those of RFC 6962 word for word, and those of plain tlog functions.
//   - TestLaw_Mutations_Detected: F21. Whatever of a sealed period is edited, deleted, inserted, doubled, reordered, cut
//     off or swapped, with checksums made right again, is refused.
//   - TestLaw_Records_Detected: records that were changed seal to another root.
//   - TestLaw_Proofs_Forged: a bundle with any bit changed is refused.
//   - TestLaw_Chain_Extends: a later seal extends each earlier one of its chain, and none of another.
//   - TestLaw_Seal_SameBytes: the same records give the same note, and files are read back the same.
//   - TestLaw_Read_Truncated: a file that is cut at any byte is refused.
//   - FuzzParseLeaf_Bytes, FuzzOpen_Text: what is read has one form.
//   - TestSealer_OtherTenants, TestSealer_OtherTimes, TestSeal_MissingLine: what the seal is not about is refused, and what
//     came late is not.
//   - TestLaw_Line_FromDocument: the bytes of an issued document alone give the leaves of its lines again, and those of
//     another document do not.
//   - TestWalk_Lease: a line of an invoice is proved to contain the start and the stop of its lease.
//
// # Design
//
// A tree, and not a chain of hashes: a proof of one record is 640 bytes for a million, and shows no other record. The
// tree and the notes are those of golang.org/x/mod/sumdb, so that an auditor can check with other people's code; hashes
// are appended here, as tlog's own function allocates twice a record.
//
// Nonces are a keyed hash and not random: random ones would have to be kept, and a period could not be sealed again to
// compare. HMAC was chosen over a bare hash of key and id, which costs half as much and needs an argument.
//
// Sums are a hash in the note and a list beside it, since a note with fifty meters would not fit in a bundle.
//
// Consecutive periods have to meet: a period that was left out would otherwise look like one without usage. Seal an
// empty period instead.
//
// Events carry the line that they are billed on, which is known when a period is closed. Turned down: lines that list
// their events, whose leaves would be as large as the month.
//
// [FromLine] takes a noun of package accounting, which invoices are asked for. Turned down: records that package invoice
// makes, which would bring the ledger and the Merkle log to all who write invoices; a structure that callers fill in, as
// two of them would fill it in differently; and the quantity of a line by meter in its leaf, since an invoice says prices
// and no meters, and who has the invoice alone could not tell.
//
// There is no Merkle proof of absence: the sums, and Read, are for those who are to see all.
package seal
