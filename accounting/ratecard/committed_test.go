package ratecard_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// A commitment in units is at what the model asks for them, which a model that
// goes by rows or by meters cannot say of units alone.
func TestParseYAML_CommitmentInUnits(t *testing.T) {
	const head = "card: c\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-up, places: 2, level: line}\nprices:\n" +
		"  - {id: p, service: network, match: {meter: network.egress}, unit: GBy, commitment: {overage: 2, "
	for model, ok := range map[string]bool{
		"per_unit: 1": true, "per_unit: 1, prorate: time": true, "package: {size: 1, price: 1, parts: charge}": true,
		"graduated: [{price: 1}]": true, "graduated: [{price: 1}], prorate: time": false, "volume: [{price: 1}]": true,
		"volume: [{price: 1}], sized_by: size": false, "percentage: {rate: 1}": false, "dynamic: {label: l, factor: 1}": false,
		"spot: [{from: 2026-11-01T00:00Z, price: 1}]": false, "stairstep: [{amount: 1}]": false,
	} {
		_, err := ratecard.ParseYAML([]byte(head + "amount: 5}, " + model + "}\n"))
		require.NoError(t, err, model)
		_, err = ratecard.ParseYAML([]byte(head + "units: 5}, " + model + "}\n"))
		if ok {
			require.NoError(t, err, model)
			continue
		}
		require.ErrorContains(t, err, `prices[0].commitment.units: "5": have no amount by themselves`, model)
	}
}
