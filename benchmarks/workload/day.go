package workload

import "time"

// A Day is what a fleet draws in a day: the power of every device each quarter
// of a minute, and who holds it.
const (
	DayDevices = 1000
	DayTenants = 20
	DayStep    = 15 * time.Second
	DaySamples = int(24 * time.Hour / DayStep) // of each device, besides the first
)

// DayWatts returns what a device draws at a sample, 80 to 413 W.
func DayWatts(device, sample int) int64 {
	return 80 + int64((device*7919+sample*104729)%1000)/3
}
