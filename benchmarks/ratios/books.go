package main

import (
	"sync"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Budgets of what an operation may take on one core, in nanoseconds. The rivals
// do a part of the work, so that their ratios inform: they say what is left when
// all that is checked, hashed or remembered is taken away.
const (
	writeMost    = 1_000.0       // a row of FOCUS as CSV: 1 M a second
	validateMost = 1e9 / 300_000 // a row held against every rule: 300,000 a second
	sealMost     = 1_500.0       // a record
	proofMost    = 10_000.0      // made and checked
	postMost     = 1_000.0       // a posting: 1 M a second
)

// statement is made once, as it takes a second.
var statement = sync.OnceValues(workload.NewStatement)

func focusWriting() field {
	return hot([]contest.Entrant{ours.FocusWriter(statement), rival.CSVWriter(statement)},
		contest.Row{Path: "focus/write", Ours: ours.NameWriter, Rival: "encoding/csv", MostNs: writeMost, Unit: "rows"})
}

func focusReading() field {
	return hot([]contest.Entrant{ours.FocusValidator(statement), rival.CSVReader(statement)},
		contest.Row{Path: "focus/validate", Ours: ours.NameValidator, Rival: "encoding/csv", MostNs: validateMost, Unit: "rows"})
}

func sealing() field {
	return hot([]contest.Entrant{ours.Seal(), rival.SHA256()},
		contest.Row{Path: "seal/record", Ours: ours.NameSeal, Rival: "sha256", MostNs: sealMost, Unit: "records"})
}

func proving() field {
	return hot([]contest.Entrant{ours.Proof(), rival.SHA256Path()},
		contest.Row{Path: "seal/proof", Ours: ours.NameProof, Rival: "sha256-path", MostNs: proofMost, Unit: "proofs"})
}

func posting() field {
	return hot([]contest.Entrant{ours.Ledger(), rival.Balances()},
		contest.Row{Path: "ledger/post", Ours: ours.NameLedger, Rival: "map", MostNs: postMost, Unit: "postings"})
}
