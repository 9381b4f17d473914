package workload

import (
	"fmt"
	"strings"
)

// Key3 is the key of a series that is told apart by three strings.
type Key3 struct{ Account, Meter, SKU string }

// Key6 is a key with every field there is. Labels is one string, name=value,
// with a comma between two, in order of name.
type Key6 struct{ Account, Meter, Resource, SKU, Region, Labels string }

// meters are the ids that keys use. All three count tokens.
var meters = [...]string{"ai.tokens.input", "ai.tokens.cached", "ai.tokens.output"}

const (
	skusPerAccount = 32 // makes 32,000 keys of 1,000 accounts
	regions        = 6
	labelSets      = 24
)

// Keys3 returns n keys. Each call returns them in memory of its own, in which
// equal fields share a string.
func Keys3(n int) []Key3 {
	accounts := names("tenant-%04d", (n+skusPerAccount-1)/skusPerAccount)
	skus := names("sku-%d", skusPerAccount)
	ids := meters
	for i := range ids {
		ids[i] = strings.Clone(ids[i])
	}
	keys := make([]Key3, n)
	for i := range keys {
		account, sku := i/skusPerAccount, i%skusPerAccount
		keys[i] = Key3{accounts[account], ids[(account+sku)%len(ids)], skus[sku]}
	}
	return keys
}

// Keys6 returns the keys of [Keys3], each with a resource of its own and with
// one of a few regions and sets of labels.
func Keys6(n int) []Key6 {
	resources := names("i-%08x", n)
	places := names("region-%d", regions)
	labels := names("env=prod,team=team-%02d", labelSets)
	keys := make([]Key6, n)
	for i, k := range Keys3(n) {
		keys[i] = Key6{k.Account, k.Meter, resources[i], k.SKU, places[i/skusPerAccount%regions], labels[i%labelSets]}
	}
	return keys
}

// names returns n strings by a format of their number, each in memory of its
// own.
func names(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}
