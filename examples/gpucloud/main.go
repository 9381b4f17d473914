// Command gpucloud meters a month of a GPU cloud, from device samples to
// invoices: usage, energy, prices, reconciliation and a report; rows of FOCUS;
// and a sealed month for each tenant, with proofs that examples/audit checks.
//
// Without arguments it simulates a cloud of 1,000 accelerators with eight
// tenants from a seed. With -trace and -nodes it meters a real cluster. All
// output files depend on the arguments alone: the same arguments give the
// same bytes on every machine.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/lines"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	debug.SetMemoryLimit(memory)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "gpucloud:", err)
		os.Exit(1)
	}
}

// errUsage is returned once the flags' own message was printed.
var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		fmt.Fprintf(stderr, "gpucloud: %v (-h for help)\n", err)
		return errUsage
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
	var samples atomic.Uint64
	stopProgress := progress(stderr, &samples)
	b, err := keep(ctx, o, card, &samples)
	stopProgress()
	if err != nil {
		return err
	}
	if err := b.reconcile(); err != nil {
		return err
	}
	metered := time.Since(began)
	files, err := b.write(o)
	if err != nil {
		return err
	}
	return b.announce(stdout, o, files, metered, time.Since(began))
}

// keep meters, rates and attributes.
func keep(ctx context.Context, o options, card *accounting.Card, samples *atomic.Uint64) (*books, error) {
	if o.trace != "" {
		return keepTraced(o, card)
	}
	negotiated, err := ratecard.ParseYAML(negotiatedCard)
	if err != nil {
		return nil, err
	}
	return keepSimulated(ctx, o, card, negotiated, samples)
}

// progress prints a line a second once a run has taken two, until it is
// stopped.
func progress(w io.Writer, samples *atomic.Uint64) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for s := 1; ; s++ {
			select {
			case <-done:
				return
			case <-tick.C:
				if s >= 2 {
					fmt.Fprintf(w, "%3d s  %d device samples metered\n", s, samples.Load())
				}
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
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
		false: {"Wrote %d files to %s: ", "%d device samples in %.1f s: %.1f million a second; %.1f s in all\n", "%d pods in %.2f s; %.2f s in all\n"},
		true:  {"已写入 %d 个文件，目录 %s：", "%d 个设备采样，用时 %.1f 秒：每秒 %.1f 百万个；共 %.1f 秒\n", "%d 个 Pod，用时 %.2f 秒；共 %.2f 秒\n"},
	}[o.lang == "zh"]
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
	_, err := fmt.Fprintf(w, words[1], b.SimulatedSamples, metered.Seconds(), float64(b.SimulatedSamples)/metered.Seconds()/1e6, total.Seconds())
	return err
}
