package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

// A site is what a made-up month follows from: watt hours in a quarter hour, and
// parts of a thousand.
type site struct {
	night, day, both, idle int // who trains by night, who serves by day, who does both, what stands idle
	cooling, reactive      int // of the IT energy, of the site's
	ripple                 int // how the quarter hours differ
}

// siteOf returns the usual site, or another that is made up from a seed.
func siteOf(seed uint64) site {
	s := site{night: 90_000, day: 25_000, both: 48_000, idle: 4_200, cooling: 220, reactive: 470}
	if seed == 0 {
		return s
	}
	r := rand.New(rand.NewPCG(seed, 0x656e6572))
	for _, part := range []*int{&s.day, &s.both, &s.idle, &s.cooling, &s.reactive} {
		*part = *part * (60 + r.IntN(81)) / 100
	}
	s.night = 70_000 + r.IntN(60_000)
	s.ripple = r.IntN(977)
	return s
}

// csv makes the month of a site up: it cools harder in the afternoon, and its fans
// and chillers take reactive energy.
func (s *scenario) csv(of site) []byte {
	var out bytes.Buffer
	out.WriteString("start,site kWh,reactive kvarh,acme kWh,beta kWh,gamma kWh,nobody kWh\n")
	loc := s.zone.Location()
	for at := time.Date(s.year, s.month, 1, 0, 0, 0, 0, loc); at.Month() == s.month; at = at.Add(15 * time.Minute) {
		minute, n := 60*at.Hour()+at.Minute(), at.Day()*96+at.Hour()*4+at.Minute()/15
		ripple := (n*n + of.ripple) % 977 // up to 1 kWh, another each quarter hour
		day := hump(minute, 14*60, 9*60)
		used := [...]int{of.night - 60*day + ripple, of.day + 70*day + 2*ripple, of.both + 9*(n%61) + ripple, of.idle}
		it := used[0] + used[1] + used[2] + used[3]
		site := it + it*(of.cooling+day/6)/1000 + 6_000
		fmt.Fprintf(&out, "%s,%s,%s,%s,%s,%s,%s\n", at.Format(time.RFC3339), milli(site), milli(site*(of.reactive+day/8)/1000),
			milli(used[0]), milli(used[1]), milli(used[2]), milli(used[3]))
	}
	return out.Bytes()
}

// hump is 0 to 1000, highest at the middle and 0 a width away from it.
func hump(minute, middle, width int) int {
	away := max(minute-middle, middle-minute)
	if away >= width {
		return 0
	}
	return 1000 - 1000*away*away/(width*width)
}

func milli(n int) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }
