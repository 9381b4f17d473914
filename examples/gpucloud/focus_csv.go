package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/accounting/focusparquet"
	"github.com/meterbook/meterbook/metering"
)

// provider is who offers the cloud.
const provider = "Meterbook GPU Cloud"

// focusRows hands every charge to write, as rows of FOCUS.
func (b *books) focusRows(write func(*focus.Row) error) error {
	for i, bill := range b.Bills {
		s := focus.Statement{Contract: bill.Contract, Period: bill.Period, Provider: provider, Footprint: footprint}
		if b.Issued != nil {
			s.Invoice = b.Issued[i].Number()
		}
		charges := bill.Charges
		if r := b.reservationOf(bill.Contract.Account); r != nil {
			rows, others, err := r.rows(s, charges)
			if err != nil {
				return err
			}
			for i := range rows {
				if err := write(&rows[i]); err != nil {
					return err
				}
			}
			charges = others
		}
		for row, err := range s.Rows(slices.Values(charges)) {
			if err != nil {
				return err
			}
			if err := write(&row); err != nil {
				return err
			}
		}
	}
	return nil
}

// focusParquet writes the rows as Parquet.
func (b *books) focusParquet(v focus.Version) ([]byte, error) {
	var out bytes.Buffer
	w, err := focusparquet.NewWriter(&out, v, focus.EnergyAndCarbon())
	if err != nil {
		return nil, err
	}
	if err := b.focusRows(w.Write); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// focusCSV writes the rows as CSV, and has them checked.
func (b *books) focusCSV(v focus.Version) ([]byte, error) {
	var out bytes.Buffer
	w, err := focus.NewWriter(&out, v, focus.EnergyAndCarbon())
	if err != nil {
		return nil, err
	}
	if err := b.focusRows(w.Write); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	found, err := focus.Validator{Version: v, WholeTerm: true}.Summarize(bytes.NewReader(out.Bytes()))
	if err != nil {
		return nil, err
	}
	if found.Errors+found.Warnings > 0 {
		return nil, fmt.Errorf("rows of FOCUS %v break rules: %v", v, found.ByRule)
	}
	return out.Bytes(), nil
}

// footprint is the energy that a charge is for, where it is for energy.
func footprint(c accounting.Charge) (energyKWh, carbonGrams focus.Number) {
	if c.Quantity.Dimension() != metering.Energy {
		return focus.Number{}, focus.Number{}
	}
	d, err := c.Quantity.In(metering.MustUnit("kW.h"), 9)
	if err != nil {
		return focus.Number{}, focus.Number{}
	}
	energyKWh, err = focus.FromDecimal(d)
	if err != nil {
		return focus.Number{}, focus.Number{}
	}
	return energyKWh, focus.Number{}
}
