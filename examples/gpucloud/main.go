// Command gpucloud meters a month of a GPU cloud, from device samples to
// invoices: usage, energy, prices, reconciliation and a report; rows of FOCUS;
// and a sealed month for each tenant, with proofs that examples/audit checks.
//
// Without arguments it simulates a cloud of some 600 accelerators with eight
// tenants from a seed. With -trace and -nodes it meters a real cluster. All
// output files depend on the arguments alone: the same arguments give the
// same bytes on every machine.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/lines"
	"github.com/meterbook/meterbook/examples/internal/program"
)

//go:embed card-cloud.yaml
var cloudCard []byte

//go:embed card-trace.yaml
var traceCard []byte

//go:embed negotiated.yaml
var negotiatedCard []byte

// memory is where the garbage collector begins to work harder: a run of
// 1,000 devices fits into a machine of 1 GiB.
const memory = 896 << 20

func main() {
	debug.SetMemoryLimit(memory)
	program.Main("gpucloud", run)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	source := cloudCard
	if o.trace != "" {
		source = traceCard
	}
	if o.printCard {
		_, err := stdout.Write(source)
		return err
	}
	card, err := ratecard.ParseYAML(source)
	if err != nil {
		return err
	}
	if o.cpuProfile != "" {
		f, err := os.Create(o.cpuProfile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	began := time.Now()
	var done doneSoFar
	stopProgress := program.Progress(stderr, func() string {
		return done.line(o.lang)
	})
	b, err := keep(ctx, o, card, &done)
	stopProgress()
	if err != nil {
		return err
	}
	if err := b.reconcile(); err != nil {
		return err
	}
	metered := time.Since(began)
	files, err := b.write(ctx, o)
	if err != nil {
		return err
	}
	return b.announce(stdout, o, files, metered, time.Since(began))
}

// keep meters, rates and attributes.
func keep(ctx context.Context, o options, card *accounting.Card, done *doneSoFar) (*books, error) {
	if o.trace != "" {
		return keepTraced(o, card)
	}
	negotiated, err := ratecard.ParseYAML(negotiatedCard)
	if err != nil {
		return nil, err
	}
	return keepSimulated(ctx, o, card, negotiated, done)
}

// doneSoFar is how far a run is: samples that were metered, hours whose energy found
// its owners.
type doneSoFar struct{ samples, hours atomic.Uint64 }

func (d *doneSoFar) line(lang string) string {
	samples := count(d.samples.Load())
	if hours := d.hours.Load(); hours > 0 {
		return fmt.Sprintf(program.Text{EN: "%s device samples of two months metered, energy of %s hours attributed", ZH: "已计量两个月的 %s 个设备采样，已归集 %s 小时的能耗"}.In(lang),
			samples, count(hours))
	}
	return fmt.Sprintf(program.Text{EN: "%s device samples of two months metered", ZH: "已计量两个月的 %s 个设备采样"}.In(lang), samples)
}

// announce tells the person what was found and written. Times are told here
// and nowhere else, so that files can be compared.
func (b *books) announce(w io.Writer, o options, files []string, metered, total time.Duration) error {
	if o.json {
		s, err := b.summary()
		if err != nil {
			return err
		}
		out, err := s.encode()
		if err != nil {
			return err
		}
		_, err = w.Write(out)
		return err
	}
	words := map[bool][3]string{
		false: {"Wrote %d files to %s: ", "%s device samples of two months, this one and the one before, in %.1f s: %.1f million a second; %.1f s in all", "%d pods in %.2f s; %.2f s in all\n"},
		true:  {"已写入 %d 个文件，目录 %s：", "两个月（本月与上月）共 %s 个设备采样，用时 %.1f 秒：每秒 %.0f 万个；共 %.1f 秒", "%d 个 Pod，用时 %.2f 秒；共 %.2f 秒\n"},
	}[o.lang == "zh"]
	unit := 1e6 // of samples, as the sentence says
	if o.lang == "zh" {
		unit = 1e4
	}
	for _, l := range lines.Wrap(fmt.Sprintf(words[0], len(files), o.out)+strings.Join(summarised(files, o.out), " "), terminalWidth) {
		fmt.Fprintln(w, l)
	}
	b.announceProofs(w, files, o.lang)
	if err := b.printTables(w); err != nil {
		return err
	}
	if b.Traced {
		_, err := fmt.Fprintf(w, words[2], b.Trace.Pods, metered.Seconds(), total.Seconds())
		return err
	}
	speed := fmt.Sprintf(words[1], count(b.SimulatedSamples), metered.Seconds(), float64(b.SimulatedSamples)/metered.Seconds()/unit, total.Seconds())
	_, err := fmt.Fprintln(w, strings.Join(lines.Wrap(speed, terminalWidth), "\n"))
	return err
}
