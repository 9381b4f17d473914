// Package sensor turns what a machine says of its power and energy into readings.
//
//	source := sensor.First(
//		sensor.RAPL{FS: os.DirFS("/sys")},
//		sensor.Hwmon{FS: os.DirFS("/sys")},
//		sensor.DCGM().At(http.DefaultClient, "http://localhost:9400/metrics"),
//		sensor.Estimate{Model: "half of 150 W", Power: func(time.Time) (energy.Power, error) { return 75 * energy.Watt, nil }})
//	readings, err := source.Read(ctx, time.Now())
//	fmt.Println(source.Name(), source.Reasons())   // which one, and why not those before it
//
// # Readings
//
// A [Reading] is a power to be integrated or the value of a counter to be given
// to an [energy.Counter], in whole microwatts or microjoules. What a device
// gives for want of a value, a sentinel, NaN or null, is a reading of kind
// [Missed] with the reason, never 0. Zones of a machine that lie within each
// other have an [energy.Zone], so that none is counted twice.
//
// Under Kubernetes an exporter also says whose its devices are: [Exporter.Holdings]
// reads the pod of each device, or of each MIG instance with its slices, and how
// busy it was.
//
// # Sources
//
//	source                          reads                                       power or energy
//	[RAPL]                          class/powercap of /sys                      counters in µJ, with their range
//	[Hwmon]                         class/hwmon of /sys                         power in µW, counters in µJ
//	[DCGM]                          dcgm-exporter                               counters in mJ, else power in W
//	[AscendNPU]                     npu-exporter                                power in W; one of a 310P card
//	[CambriconMLU] [HygonDCU]       their exporters                             power in W
//	[OpenTelemetry]                 hw.energy and hw.power                      counters in J, else power in W
//	[ChassisPower]                  Redfish, a machine's controller             power in W, or counters in kWh
//	[RackPDU]                       Redfish, outlets of a PDU                   counters in kWh, else power in W
//	[Estimate]                      nothing                                     power, marked as estimated
//
// Files are read through an fs.FS, text through an io.Reader and what is
// remote through a client that is handed in: nothing here opens a device,
// needs root to fail politely, or knows credentials.
//
// # Exactness
//
// Numbers are read as decimals and rounded half-even to the grain; none goes
// through a float. The law, a fuzz target and a test of the same name:
//
//   - Parse_Bounded: whatever an exporter says, there is no panic, no negative
//     power or energy, every device is read or missed with a reason, and no
//     holding has more slices or time than there are.
//
// # Errors
//
// [ErrUnavailable], with the reason, where there is nothing to read or no
// permission to. [FieldError] on a number or line that is none,
// [SentinelError] on a value that stands for none, [StatusError] on an answer
// that is no success.
//
// # Limits
//
// Lines of an exposition have up to 1 MiB and 128 labels, an exposition 64
// MiB, a JSON resource 4 MiB, and the name of a device 256 bytes. Nothing is kept between reads but which source
// is the current one.
//
// # Design
//
// One Kind for power and counters, with a field each, and not a number and a
// guess: a counter that reads 0 is not a power.
//
// A client of each vendor's library was turned down: they need cgo and a
// driver, and say what their exporters say.
package sensor
