package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// The made-up year: a site with three racks whose cooling works harder in
// summer afternoons. Some readings fail, a meter is out for two days, and one
// is changed for another that starts at 0.
const sampleHours = 8760

// sampleHolders says who holds how much of a rack, and how busy they keep it.
// What a rack draws without work is shared by what is held, the rest by use.
const sampleHolders = `meter,account,held,of,used,idle_kW
rack-a,acme/vision,5,8,70,90
rack-a,beta,2,8,20,90
rack-b,beta,8,8,50,75
rack-c,acme/search,3,8,35,60
rack-c,gamma,3,8,5,60
`

// A site is what a made-up year follows from.
type site struct {
	racks            [3]float64 // kW
	overhead, summer float64    // of the IT energy: always, and more in summer
	noon             float64    // of summer's, in the afternoon
	grid             float64    // g/kWh at night
	faults           int        // hours by which failures come later
}

// siteOf returns the usual site, or another that is made up from a seed.
func siteOf(seed uint64) site {
	s := site{racks: [3]float64{310, 240, 190}, overhead: 0.14, summer: 0.20, noon: 0.09, grid: 540}
	if seed == 0 {
		return s
	}
	r := rand.New(rand.NewPCG(seed, 0x707565))
	for i := range s.racks {
		s.racks[i] *= 0.8 + 0.6*r.Float64()
	}
	s.overhead, s.summer, s.noon = 0.05+0.25*r.Float64(), 0.30*r.Float64(), 0.12*r.Float64()
	s.grid, s.faults = 280+500*r.Float64(), r.IntN(400)
	return s
}

// csv is the site's meter file.
func (s site) csv() []byte {
	var out bytes.Buffer
	out.WriteString("time,site kWh,rack-a kWh,rack-b kWh,rack-c kWh,grid g/kWh\n")
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	readings := [4]float64{8_412_300, 120_400, 98_000, 143_250}
	for h := 0; h <= sampleHours; h++ {
		late := h - s.faults
		if late == 4100 {
			readings[2] = 0 // another meter
		}
		out.WriteString(start.Add(time.Duration(h) * time.Hour).Format(time.RFC3339))
		for i, v := range readings {
			failed := i == 1 && late >= 2900 && late < 2948 || late%613 == 400+i || i == 0 && late >= 6200 && late < 6205
			if failed && h > 0 && h < sampleHours {
				out.WriteString(",")
			} else {
				fmt.Fprintf(&out, ",%.1f", v)
			}
		}
		if late >= 5000 && late < 5003 {
			out.WriteString(",\n")
		} else {
			fmt.Fprintf(&out, ",%.1f\n", s.grid-160*bell(float64(h%24), 13, 4)+25*wave(h, 24*9))
		}
		racks := [3]float64{s.racks[0] + 40*wave(h, 24), s.racks[1] + 15*wave(h+6, 168), s.racks[2] + 60*bell(float64(h%24), 15, 5)}
		heat := 0.5 - 0.5*math.Cos(2*math.Pi*float64(h-500)/sampleHours)
		overhead := s.overhead + s.summer*heat + s.noon*heat*bell(float64(h%24), 15, 5)
		readings[0] += (racks[0] + racks[1] + racks[2]) * (1 + overhead)
		for i, r := range racks {
			readings[1+i] += r
		}
	}
	return out.Bytes()
}

// bell is 1 at its middle and falls to both sides.
func bell(x, middle, width float64) float64 {
	d := (x - middle) / width
	return 1 / (1 + d*d)
}

// wave goes between -1 and 1 once in a period, in straight lines.
func wave(h, period int) float64 {
	x := float64(h%period) / float64(period)
	return 4*math.Abs(x-0.5) - 1
}
