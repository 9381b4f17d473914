// Command nodepower shows what this machine draws, live, and whose it is.
//
//	go run ./examples/nodepower                                        # five seconds of this machine
//	go run ./examples/nodepower -seconds 60 -gpu http://localhost:9400/metrics -out looks.csv
//	go run ./examples/nodepower -gpu /var/lib/node_exporter/dcgm.prom  # an exporter's text in a file
//	go run ./examples/nodepower -recorded -lang zh                     # a recorded machine
//
// It reads RAPL, else hwmon, and a GPU exporter beside it. Where there is
// nothing to read, or no permission to, it says why and plays a recording.
// The processors' energy goes to the users whose processes used processor time;
// what ended meanwhile keeps its part, and idle energy is nobody's. A GPU's goes
// to the namespaces of the pods that its exporter says hold it: its idle energy
// by slices held, the rest by slices times activity.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "nodepower:", err)
		os.Exit(1)
	}
}

// errUsage is returned once the flags' own message was printed.
var errUsage = errors.New("usage")

// options are what the command line sets.
type options struct {
	seconds   int
	gpu, lang string
	out       string
	idle      float64
	recorded  bool
	json      bool
	fast      bool // a recording is played without waiting
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("nodepower", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.seconds, "seconds", 5, "how long to look, 1 to 86400")
	flags.StringVar(&o.gpu, "gpu", "", "the `URL` of a GPU or NPU exporter, or a file with its text")
	flags.StringVar(&o.out, "out", "", "write each look as CSV to this `FILE` too: time, account, joules, watts")
	flags.Float64Var(&o.idle, "idle", 0, "what the machine draws without work, in `W`; without it, what use leaves over")
	flags.StringVar(&o.lang, "lang", "en", "the language: en or zh")
	flags.BoolVar(&o.recorded, "recorded", false, "play the recording, whatever the machine has")
	flags.BoolVar(&o.fast, "fast", false, "play a recording without waiting")
	flags.BoolVar(&o.json, "json", false, "print the totals as JSON, and nothing else")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, errUsage
	}
	if flags.NArg() > 0 || o.seconds < 1 || o.seconds > 86_400 || o.lang != "en" && o.lang != "zh" || !(o.idle >= 0 && o.idle <= 1e6) {
		fmt.Fprintln(stderr, "nodepower: want flags only, 1 to 86400 seconds, a language of en or zh, and 0 to 1000000 W")
		flags.Usage()
		return o, errUsage
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	now := time.Now()
	m, why := open(ctx, o, now)
	w := wordsOf(o.lang)
	if !o.json {
		w.opening(stdout, m, why)
	}
	l := newLedger(energy.Power(o.idle * float64(energy.Watt)))
	looks := looksOf(nil)
	if o.out != "" {
		f, err := os.Create(o.out)
		if err != nil {
			return err
		}
		defer f.Close()
		looks = looksOf(f)
	}
	for second := 0; second <= o.seconds; second++ {
		if second > 0 && !(o.fast && m.recorded) {
			select {
			case <-ctx.Done():
				second = o.seconds // end with what there is
			case <-time.After(time.Second):
			}
		}
		at := now.Add(time.Duration(second) * time.Second)
		if !m.recorded {
			at = time.Now()
		}
		readings, err := m.read(ctx, at)
		if err != nil {
			return err
		}
		tick, err := l.take(at, readings, use{m.users(at), m.holdings()})
		if err != nil {
			return err
		}
		if err := looks.write(tick); err != nil {
			return err
		}
		if second > 0 && !o.json {
			w.tick(stdout, tick)
		}
	}
	if err := looks.close(); err != nil {
		return err
	}
	if o.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		return e.Encode(l.figures(m))
	}
	w.totals(stdout, l)
	if o.out != "" {
		fmt.Fprintf(stdout, w.WroteF+"\n", o.out)
	}
	return nil
}

// A machine is what is read: sensors, and who used the processors.
type machine struct {
	sources  []sensor.Source
	users    func(at time.Time) []usage
	gpu      *gpuExporter // nil for none
	recorded bool
	begun    bool // something was read
}

// holdings are who holds the accelerators.
func (m *machine) holdings() []sensor.Holding {
	if m.gpu == nil {
		return nil
	}
	return m.gpu.holdings()
}

// open finds what this machine has, or else the recording, with the reasons.
func open(ctx context.Context, o options, now time.Time) (*machine, []error) {
	if o.recorded {
		return recording(now), nil
	}
	sys := os.DirFS("/sys")
	node := sensor.First(sensor.RAPL{FS: sys}, sensor.Hwmon{FS: sys})
	m := &machine{users: newProcesses(os.DirFS("/proc")).users}
	var why []error
	if _, err := node.Read(ctx, now); err == nil {
		m.sources = append(m.sources, node)
		why = append(why, node.Reasons()...)
	} else {
		why = append(why, node.Reasons()...)
	}
	if o.gpu != "" {
		gpu := newGPUExporter(o.gpu)
		if _, err := gpu.Read(ctx, now); err == nil {
			m.sources, m.gpu = append(m.sources, gpu), gpu
		} else {
			why = append(why, err)
		}
	}
	if len(m.sources) == 0 {
		return recording(now), why
	}
	return m, why
}

// read asks every source. One that fails is missed, not the others; that all
// fail is an error the first time.
func (m *machine) read(ctx context.Context, at time.Time) ([]sensor.Reading, error) {
	var all []sensor.Reading
	var failed error
	for _, s := range m.sources {
		readings, err := s.Read(ctx, at)
		if err != nil {
			failed = err
			continue
		}
		all = append(all, readings...)
	}
	if len(all) == 0 && !m.begun && ctx.Err() == nil {
		return nil, failed
	}
	m.begun = true
	return all, nil
}
