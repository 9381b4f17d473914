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

// What of a price would be charged twice over, or not at all, is refused.
func TestParseYAML_Meters(t *testing.T) {
	const head = "card: c\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-up, places: 2, level: line}\nprices:\n" +
		"  - {id: p, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 1, "
	for terms, want := range map[string]string{
		"meters: [{meter: network.ingress, factor: 1}, {meter: network.ingress, factor: 2}]":                              "prices[0].meters[1].meter: \"network.ingress\": listed twice",
		"power_factor: {reactive: network.egress, steps: [{percent: 5}]}":                                                 "prices[0].power_factor.reactive: \"network.egress\": want another meter",
		"meters: [{meter: network.ingress, factor: 1}], power_factor: {reactive: network.ingress, steps: [{percent: 5}]}": "prices[0].power_factor.reactive: \"network.ingress\": want another meter",
		"meters: [{meter: network.egress, factor: 2}, {meter: network.ingress, factor: 2}]":                               "",
	} {
		_, err := ratecard.ParseYAML([]byte(head + terms + "}\n"))
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}

// The zero time of other programs is no time, and would be none at all: a price
// until then would be in force for ever.
func TestParseYAML_TimesThatAreNone(t *testing.T) {
	const head = "card: c\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-up, places: 2, level: line}\nprices:\n" +
		"  - {id: p, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 1, "
	for at, want := range map[string]string{
		"0001-01-01T00:00Z": "want a time from 1970-01-01T00:00Z", "0001-01-01T08:00:00+08:00": "want a time from 1970-01-01T00:00Z",
		"2026-01-01T00:00+24:00": "with its zone", "2026-01-01T00:00-24:00": "with its zone", "2026-01-01T00:00+08:60": "with its zone",
		"2026-01-01T00:00+23:59": "", "2026-01-01T00:00:00-00:00": "",
	} {
		for _, key := range []string{"from", "until"} {
			_, err := ratecard.ParseYAML([]byte(head + key + ": " + at + "}\n"))
			if want == "" {
				require.NoError(t, err, at)
				continue
			}
			require.ErrorContains(t, err, want, at)
			require.ErrorContains(t, err, "prices[0]."+key)
		}
	}
}
