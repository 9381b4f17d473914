package main

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// figure is a decimal number that is written as a JSON number, digit for
// digit.
type figure string

// MarshalJSON writes the digits without quotes.
func (f figure) MarshalJSON() ([]byte, error) { return []byte(f), nil }

// summary is summary.json: the same figures in both modes, and those of a
// trace besides. Money, energy and time are exact decimals; nothing depends
// on the machine or the clock.
type summary struct {
	Mode     string `json:"mode"`
	Source   string `json:"source"`
	From     string `json:"from"`
	Until    string `json:"until"`
	Currency string `json:"currency"`

	TotalBilled    figure  `json:"total_billed"`
	TotalList      figure  `json:"total_list"`
	PreviousBilled *figure `json:"previous_billed,omitempty"`
	EnergyKWh      figure  `json:"energy_kwh"`
	EstimatedKWh   figure  `json:"energy_estimated_kwh"`
	PUE            *figure `json:"pue"`
	ResidualMoney  figure  `json:"residual_money"`
	ResidualEnergy figure  `json:"residual_energy_uj"`
	Records        uint64  `json:"records"`
	Samples        uint64  `json:"samples"`
	Duplicates     uint64  `json:"duplicates"`
	Skipped        int     `json:"skipped"`
	Invoices       int     `json:"invoices"`

	*traceSummary

	Faults []string `json:"faults,omitempty"`
}

type traceSummary struct {
	Pods            int               `json:"pods"`
	Unscheduled     int               `json:"unscheduled"`
	GPUMilliSeconds figure            `json:"gpu_milli_seconds"`
	ByQoS           map[string]figure `json:"gpu_milli_seconds_by_qos"`
	CardHours       figure            `json:"card_hours"`
	CPUMilliSeconds figure            `json:"cpu_milli_seconds"`
	MemMiBSeconds   figure            `json:"mem_mib_seconds"`
	Nodes           int               `json:"nodes"`
	Cards           int64             `json:"cards"`
}

func (b *books) summary() (summary, error) {
	total, list, err := b.totals(b.Bills)
	if err != nil {
		return summary{}, err
	}
	s := summary{
		Mode: "simulated", Source: b.Source,
		From: b.Period.Start().Format(time.RFC3339), Until: b.Period.End().Format(time.RFC3339),
		Currency:    string(b.Card.Currency),
		TotalBilled: asFigure(total), TotalList: asFigure(list),
		EnergyKWh: kWh(b.Energy.total()), EstimatedKWh: kWh(b.Energy.Estimated),
		ResidualMoney:  asFigure(b.ResidualMoney),
		ResidualEnergy: figure(b.ResidualEnergy.Quantity().Grains().String()),
		Records:        b.Records, Samples: b.Samples, Duplicates: b.Duplicates, Skipped: b.Skipped, Invoices: len(b.Invoices),
	}
	if b.Energy.Metered {
		f := figure(b.Energy.PUE.Decimal(6).String())
		s.PUE = &f
	}
	if len(b.Previous) > 0 {
		previous, _, err := b.totals(b.Previous)
		if err != nil {
			return summary{}, err
		}
		f := asFigure(previous)
		s.PreviousBilled = &f
	}
	for i := range b.Faults {
		s.Faults = append(s.Faults, b.Faults[i].Error())
	}
	if b.Traced {
		s.Mode = "trace"
		s.traceSummary, err = b.traceSummary()
	}
	return s, err
}

func (b *books) traceSummary() (*traceSummary, error) {
	t := &traceSummary{Pods: b.Trace.Pods, Unscheduled: b.Trace.Unscheduled, Nodes: b.Trace.Nodes, Cards: b.Trace.Cards, ByQoS: make(map[string]figure)}
	var err error
	read := func(q metering.Quantity, unit string, places int) (f figure) {
		if err != nil {
			return ""
		}
		var d decimal.Decimal
		d, err = q.In(metering.MustUnit(unit), places)
		return figure(d.String())
	}
	t.GPUMilliSeconds = read(b.Trace.GPU, "{millicard}.s", 0)
	t.CardHours = read(b.Trace.GPU, "{card}.h", 6)
	t.CPUMilliSeconds = read(b.Trace.CPU, "{millicore}.s", 0)
	t.MemMiBSeconds = read(b.Trace.Memory, "MiBy.s", 0)
	for _, q := range b.Trace.GPUByQoS {
		t.ByQoS[string(q.Account)] = read(q.Quantity, "{millicard}.s", 0)
	}
	return t, err
}

func asFigure(m money.Money) figure { return figure(plain(m)) }

func kWh(e energy.Energy) figure { return figure(e.KWh(6).String()) }

// encode returns the summary as indented JSON.
func (s summary) encode() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(s)
	return out.Bytes(), err
}
