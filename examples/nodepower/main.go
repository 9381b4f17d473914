// Command nodepower shows what this machine draws, live, and whose it is.
//
//	go run ./examples/nodepower                                        # three seconds of this machine
//	go run ./examples/nodepower -seconds 60 -gpu http://localhost:9400/metrics -out DIR
//	go run ./examples/nodepower -gpu /var/lib/node_exporter/dcgm.prom  # an exporter's text in a file
//	go run ./examples/nodepower -recorded -lang zh                     # a recorded machine
//	go run ./examples/nodepower -seed 7 -fast                          # with other loads
//
// It reads RAPL, else hwmon, and a GPU exporter beside it. Where there is
// nothing to read, or no permission to, it says why and plays a recording.
// The processors' energy goes to the users whose processes used processor time;
// what ended meanwhile keeps its part, and idle energy is nobody's. A GPU's goes
// to the namespaces of the pods that its exporter says hold it: its idle energy
// by slices held, the rest by slices times activity.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
	"github.com/meterbook/meterbook/examples/internal/program"
)

func main() { program.Main("nodepower", run) }

// options are what the command line sets.
type options struct {
	seconds   int
	gpu, lang string
	out       string
	seed      uint64
	idle      float64
	recorded  bool
	json      bool
	fast      bool // a recording is played without waiting
}

var about = program.Text{
	EN: `nodepower shows what this machine draws, live, and whose it is.

  nodepower                               three seconds of this machine, or a recorded one
  nodepower -seconds 60 -gpu http://localhost:9400/metrics
  nodepower -seed 7 -fast                 a recorded machine with other loads, at once`,
	ZH: `nodepower 实时显示本机功率，以及归属于谁。

  nodepower                               本机三秒；无传感器时播放录制数据
  nodepower -seconds 60 -gpu http://localhost:9400/metrics
  nodepower -seed 7 -fast                 另一种负载的录制机器，立即播放`,
}

func parse(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("nodepower", args, about)
	f.Int(&o.seconds, "seconds", 3, "how long to look, 1 to 86400", "观测秒数，1 至 86400")
	f.String(&o.gpu, "gpu", "", "the `URL` of a GPU or NPU exporter, or a file with its text", "GPU 或 NPU exporter 的 `URL`，或其文本文件")
	f.String(&o.out, "out", "out/nodepower", "write each look as looks.csv (time, account, joules, watts), and nodepower.json, to `DIR`; \"\" for nowhere",
		"将每次读数写入目录 `DIR` 的 looks.csv（时间、账户、焦耳、瓦），并写入 nodepower.json；空为不写")
	f.Uint64(&o.seed, "seed", 0, "play a recording whose loads are made up from this seed; 0 for this machine", "播放按此种子虚构负载的录制数据；0 为本机")
	f.Float64(&o.idle, "idle", 0, "what the machine draws without work, in `W`; without it, what use leaves over", "空载功率，单位 `W`；不给则为使用量之外的余量")
	f.Language(&o.lang)
	f.Bool(&o.recorded, "recorded", "play the recording, whatever the machine has", "总是播放录制数据")
	f.Bool(&o.fast, "fast", "play a recording without waiting", "播放录制数据时不等待")
	f.Bool(&o.json, "json", "print the totals as JSON, and nothing else", "仅以 JSON 输出合计")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	switch {
	case o.seconds < 1 || o.seconds > 86_400:
		return o, f.Wrong(stderr, "-seconds %d: want 1 to 86400", o.seconds)
	case !(o.idle >= 0 && o.idle <= 1e6):
		return o, f.Wrong(stderr, "-idle %v: want 0 to 1000000 W", o.idle)
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
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
	looks, err := l.watch(ctx, o, m, now, func(t tick) {
		if !o.json {
			w.tick(stdout, t)
		}
	})
	if err != nil {
		return err
	}
	var figures bytes.Buffer
	e := json.NewEncoder(&figures)
	e.SetIndent("", "  ")
	if err := e.Encode(l.figures(m)); err != nil {
		return err
	}
	files := program.NewFiles(context.WithoutCancel(ctx), o.out) // an interrupt ends the looking, and what there is counts
	if err := files.Write("looks.csv", looks); err != nil {
		return err
	}
	if err := files.Write("nodepower.json", figures.Bytes()); err != nil {
		return err
	}
	if o.json {
		_, err := stdout.Write(figures.Bytes())
		return errors.Join(err, files.Say(stderr, o.lang))
	}
	w.totals(stdout, l)
	return files.Say(stdout, o.lang)
}

// watch takes a look each second, shows it, and returns all of them as CSV.
func (l *ledger) watch(ctx context.Context, o options, m *machine, now time.Time, show func(tick)) ([]byte, error) {
	var out bytes.Buffer
	looks := looksOf(&out)
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
			return nil, err
		}
		t, err := l.take(at, readings, use{m.users(at), m.holdings()})
		if err != nil {
			return nil, err
		}
		if err := looks.write(t); err != nil {
			return nil, err
		}
		if second > 0 {
			show(t)
		}
	}
	err := looks.close()
	return out.Bytes(), err
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
	if o.recorded || o.seed != 0 {
		return recording(now, o.seed), nil
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
		return recording(now, 0), why
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
