package main

import (
	"fmt"
	"io"
	"math"
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

func writeSample(w io.Writer) error {
	if _, err := fmt.Fprintln(w, "time,site kWh,rack-a kWh,rack-b kWh,rack-c kWh,grid g/kWh"); err != nil {
		return err
	}
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	readings := [4]float64{8_412_300, 120_400, 98_000, 143_250}
	for h := 0; h <= sampleHours; h++ {
		at := start.Add(time.Duration(h) * time.Hour)
		if h == 4100 {
			readings[2] = 0 // another meter
		}
		cells := [4]string{}
		for i, v := range readings {
			cells[i] = fmt.Sprintf("%.1f", v)
			out := i == 1 && h >= 2900 && h < 2948 || h%613 == 400+i || i == 0 && h >= 6200 && h < 6205
			if out && h > 0 && h < sampleHours {
				cells[i] = ""
			}
		}
		grid := fmt.Sprintf("%.1f", 540-160*bell(float64(h%24), 13, 4)+25*wave(h, 24*9))
		if h >= 5000 && h < 5003 {
			grid = ""
		}
		if _, err := fmt.Fprintf(w, "%s,%s,%s,%s,%s,%s\n", at.Format(time.RFC3339), cells[0], cells[1], cells[2], cells[3], grid); err != nil {
			return err
		}
		racks := [3]float64{310 + 40*wave(h, 24), 240 + 15*wave(h+6, 168), 190 + 60*bell(float64(h%24), 15, 5)}
		it := racks[0] + racks[1] + racks[2]
		heat := 0.5 - 0.5*math.Cos(2*math.Pi*float64(h-500)/sampleHours)
		overhead := 0.14 + 0.20*heat + 0.09*heat*bell(float64(h%24), 15, 5)
		readings[0] += it * (1 + overhead)
		for i, r := range racks {
			readings[1+i] += r
		}
	}
	return nil
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
