package facility_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestPack_Grades(t *testing.T) {
	gb := facility.GB40879()
	tests := []struct {
		total int64 // over 1000
		grade int
		pass  bool
	}{{1200, 1, true}, {1201, 2, true}, {1300, 2, true}, {1500, 3, true}, {1501, 0, false}}
	for _, tt := range tests {
		v, err := gb.Judge(pue(t, tt.total, 1000, year, 3), facility.Site{Racks: 101}, day(2026, 1, 1))
		require.NoError(t, err)
		require.Equal(t, tt.grade, v.Grade, tt.total)
		require.Equal(t, tt.pass, v.Pass, tt.total)
		require.Equal(t, tt.pass, v.Margin.Sign() >= 0)
		require.Equal(t, "2021", v.Version)
	}
	v, err := gb.Judge(pue(t, 1250, 1000, year, 3), facility.Site{}, day(2026, 1, 1))
	require.NoError(t, err)
	require.Equal(t, "GB 40879-2021 (2021): PUE grade 2, at most 1.3 (recalled, check the text)", v.String())
}

// The best grade whose limit holds, in whatever order a caller has the rows.
func TestPack_Order(t *testing.T) {
	gb := facility.GB40879()
	orders := [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for _, order := range orders {
		p := gb
		p.Limits = nil
		for _, i := range order {
			p.Limits = append(p.Limits, gb.Limits[i])
		}
		for _, total := range []int64{1100, 1200, 1201, 1300, 1400, 1500, 1501} {
			r := pue(t, total, 1000, year, 3)
			want, err := gb.Judge(r, facility.Site{}, day(2026, 1, 1))
			require.NoError(t, err)
			got, err := p.Judge(r, facility.Site{}, day(2026, 1, 1))
			require.NoError(t, err)
			require.Equal(t, want, got, "%d over 1000, rows %v", total, order)
		}
	}
}

func TestPack_Refused(t *testing.T) {
	r, now := pue(t, 1250, 1000, year, 3), day(2026, 1, 1)
	gb, plan := facility.GB40879(), facility.NDRC2021()
	nameless := gb
	nameless.Source = ""
	twice, plain := gb, gb
	twice.Limits = append(gb.Limits[:3:3], facility.Limit{KPI: facility.KPIPUE, Grade: 3, Value: d("1.4")})
	plain.Limits = append(gb.Limits[:3:3], facility.Limit{KPI: facility.KPIPUE, Value: d("1.4")})
	design := must(t)(facility.Designed(3, 2, year, facility.Design{}, 3))
	tests := []struct {
		name string
		err  error
		want func(error) bool
	}{
		{"before it is in force", ignore(gb.Judge(r, facility.Site{}, day(2022, 10, 31))), as[*facility.NotInForceError]},
		{"a small site at the edge", ignore(gb.Judge(r, facility.Site{Racks: 100}, now)), as[*facility.ScopeError]},
		{"an interim PUE", ignore(gb.Judge(pue(t, 3, 2, month, 3), facility.Site{}, now)), as[*facility.InterimError]},
		{"a designed PUE", ignore(gb.Judge(design, facility.Site{}, now)), as[*facility.KindMismatchError]},
		{"another indicator", ignore(gb.Judge(mustFigure(t)(facility.REF(kWh(1, year), kWh(2, year))), facility.Site{}, now)), as[*facility.ScopeError]},
		{"no scope where the plan has scopes", ignore(plan.Judge(r, facility.Site{}, now)), as[*facility.ScopeError]},
		{"a pack without a source", ignore(nameless.Judge(r, facility.Site{}, now)), as[*facility.FieldError]},
		{"a zero Result", ignore(plan.Judge(facility.Result{}, facility.Site{Scope: facility.ScopeLargeNew}, now)), wraps(facility.ErrNoITEnergy)},
		{"a report of a zero Result", facility.EU20241364().Report(facility.Site{}, now, facility.Result{}), wraps(facility.ErrNoITEnergy)},
		{"two limits of one grade", ignore(twice.Judge(r, facility.Site{}, now)), as[*facility.FieldError]},
		{"a plain limit beside grades", ignore(plain.Judge(r, facility.Site{}, now)), as[*facility.FieldError]},
		{"a negative size", ignore(gb.Judge(r, facility.Site{Racks: -1}, now)), as[*facility.FieldError]},
	}
	for _, tt := range tests {
		require.True(t, tt.want(tt.err), "%s: %v", tt.name, tt.err)
		require.True(t, strings.HasPrefix(tt.err.Error(), "facility: "), tt.err)
	}
}

func TestPack_Report(t *testing.T) {
	eu, now := facility.EU20241364(), day(2026, 5, 15)
	site := facility.Site{ITPower: 600 * energy.Kilowatt}
	given := []facility.Indicator{
		pue(t, 1250, 1000, year, 3), mustFigure(t)(facility.WUE(litres(1), kWh(1000, year))),
		mustFigure(t)(facility.ERF(reused(1), kWh(1250, year))), mustFigure(t)(facility.REF(kWh(1, year), kWh(1250, year))),
	}
	require.NoError(t, eu.Report(site, now, given...))
	var missing *facility.MissingError
	require.ErrorAs(t, eu.Report(site, now, given[:3]...), &missing)
	require.Equal(t, facility.KPIREF, missing.KPI)
	require.ErrorAs(t, eu.Report(facility.Site{ITPower: 499 * energy.Kilowatt}, now, given...), new(*facility.ScopeError))
	require.ErrorAs(t, eu.Report(site, day(2024, 1, 1), given...), new(*facility.NotInForceError))
	require.ErrorAs(t, eu.Report(site, now, pue(t, 3, 2, month, 3)), new(*facility.InterimError))

	// A pack that takes interim figures takes them for a report too.
	monthly := eu
	monthly.Annual, monthly.Required = false, []facility.KPI{facility.KPIPUE}
	require.NoError(t, monthly.Report(site, now, pue(t, 3, 2, month, 3)))
	require.ErrorIs(t, monthly.Report(site, now, facility.Result{}), facility.ErrNoITEnergy)
}

// Every pack that is shipped is well formed, and says from when it holds.
func TestPacks(t *testing.T) {
	for _, p := range facility.Packs() {
		require.False(t, p.InForce(p.From.Add(-1)), p.ID)
		require.True(t, p.InForce(p.From), p.ID)
		for _, l := range p.Limits {
			if l.KPI != facility.KPIPUE {
				continue
			}
			_, err := p.Judge(pue(t, 1250, 1000, year, 3), facility.Site{Scope: l.Scope}, day(2026, 1, 1))
			require.NoError(t, err)
		}
	}
}

func TestWhatIf(t *testing.T) {
	r := pue(t, 1350, 1000, year, 3)
	stricter := facility.GB40879()
	stricter.ID, stricter.Version, stricter.From = "draft", "2027", day(2027, 1, 1)
	stricter.Limits = stricter.Limits[:2]
	c, err := facility.WhatIf(r, facility.Site{}, day(2026, 1, 1), facility.GB40879(), stricter)
	require.NoError(t, err)
	require.True(t, c.Changed())
	require.Equal(t, energy.KilowattHours(50), c.Saving)
	require.Contains(t, c.String(), "under draft (2027): PUE fails")
	c, err = facility.WhatIf(r, facility.Site{}, day(2026, 1, 1), facility.GB40879(), facility.GB40879())
	require.NoError(t, err)
	require.False(t, c.Changed())
	require.Contains(t, c.String(), "no change")
}
