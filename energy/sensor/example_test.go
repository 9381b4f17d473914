package sensor_test

import (
	"context"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

func ExampleFirst() {
	empty := fstest.MapFS{} // os.DirFS("/sys") on a machine
	source := sensor.First(
		sensor.RAPL{FS: empty},
		sensor.Hwmon{FS: empty},
		sensor.Estimate{Model: "half of 150 W", Power: func(time.Time) (energy.Power, error) { return 75 * energy.Watt, nil }})
	readings, err := source.Read(context.Background(), time.Unix(0, 0))
	if err != nil {
		panic(err)
	}
	for _, r := range readings {
		fmt.Println(r.Source, r.Model, r.Power, r.Estimated)
	}
	for _, why := range source.Reasons() {
		fmt.Println(why)
	}
	// Output:
	// estimate half of 150 W 75 W true
	// sensor: unavailable: no RAPL zones under class/powercap
	// sensor: unavailable: hwmon: nothing to read
}

// A counter of a zone, read twice, becomes energy; a read that failed invents
// none.
func ExampleRAPL() {
	zone := fstest.MapFS{
		"class/powercap/intel-rapl:0/name":                {Data: []byte("package-0")},
		"class/powercap/intel-rapl:0/energy_uj":           {Data: []byte("100000000000")},
		"class/powercap/intel-rapl:0/max_energy_range_uj": {Data: []byte("262143328850")},
	}
	source := sensor.RAPL{FS: zone}
	var counter *energy.Counter
	for i, value := range []string{"100000000000", "", "100005000000"} {
		zone["class/powercap/intel-rapl:0/energy_uj"] = &fstest.MapFile{Data: []byte(value)}
		at := time.Unix(int64(5*i), 0)
		readings, err := source.Read(context.Background(), at)
		if err != nil {
			d, _ := counter.Miss(at)
			fmt.Println(d.Kind(), d.Energy())
			continue
		}
		r := readings[0]
		if counter == nil {
			counter, _ = energy.NewCounter(energy.CounterSpec{Range: r.Range, MaxPower: 300 * energy.Watt})
		}
		d, err := counter.Read(r.Time, r.Energy)
		fmt.Println(d.Kind(), d.Energy(), d.Flags(), err)
	}
	// Output:
	// first 0 uJ  <nil>
	// missed 0 uJ
	// increase 5000000 uJ after-gap <nil>
}
