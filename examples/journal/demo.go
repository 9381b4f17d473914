package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// The demo's journal is one night's usage of two tenants.
const (
	demoEvents = 600
	demoBatch  = 8
)

var demoStart = time.Date(2026, time.November, 10, 18, 0, 0, 0, time.UTC)

// demo makes a small journal, damages it, shows what the commands say, and does
// what they advise.
func demo(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	dir := o.out
	if dir == "" {
		dir, err = os.MkdirTemp("", "meterbook-journal-")
	} else {
		err = os.Mkdir(dir, 0o700) // a new one: nothing of anybody's is damaged
	}
	if err != nil {
		return err
	}
	w := wordsIn(o.lang)
	old, salvageTo := filepath.Join(dir, "broken"), filepath.Join(dir, "salvaged")
	events := demoNight()
	if err := makeJournal(ctx, old, o.seed, events); err != nil {
		return err
	}
	file, at, err := flip(old, o.seed)
	if err != nil {
		return err
	}
	if o.json {
		return jsonDemo(ctx, o, old, stdout, stderr)
	}
	say := func(format string, args ...any) {
		p := &printer{w: w}
		p.wrapped(fmt.Sprintf(format, args...))
		_, _ = stdout.Write(p.out.Bytes())
	}
	say(w.DemoMadeF, count(len(events)), old)
	say(w.DemoFlipF, count(at), file)
	if err := showCommands(ctx, o, old, salvageTo, stdout, stderr); err != nil {
		return err
	}
	fmt.Fprintln(stdout)
	if err := sendAgain(ctx, salvageTo, events, say, w); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\n%s\n  %s\n  %s\n", w.DemoWrote, old, salvageTo)
	return nil
}

// jsonDemo shows the report of verify alone.
func jsonDemo(ctx context.Context, o options, dir string, stdout, stderr io.Writer) error {
	files, err := openReadOnly(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = files.Close() }()                                            // only read
	if err := verify(files, o, stdout); err != nil && !errors.Is(err, errDamaged) { // damaged it is
		return err
	}
	_, err = fmt.Fprintln(stderr, program.Wrote(o.lang, dir))
	return err
}

// showCommands shows verify, dump and salvage of a damaged journal.
func showCommands(ctx context.Context, o options, dir, salvageTo string, stdout, stderr io.Writer) error {
	files, err := openReadOnly(ctx, dir)
	if err != nil {
		return err
	}
	defer files.Close()
	s, err := look(files, nil)
	if err != nil {
		return err
	}
	w := wordsIn(o.lang)
	o.from, o.n, o.out, o.json = beforeLoss(s), 4, salvageTo, false
	for _, step := range []struct {
		shown string
		run   func() error
	}{
		{fmt.Sprintf(w.DemoVerify, dir), func() error { return verify(files, o, stdout) }},
		{fmt.Sprintf(w.DemoDump, fmt.Sprint(o.from), dir), func() error { return dump(ctx, files, o, stdout, stderr) }},
		{fmt.Sprintf(w.DemoSalvage, salvageTo, dir), func() error { return salvage(ctx, files, o, stdout) }},
	} {
		fmt.Fprintf(stdout, "\n%s\n\n", step.shown)
		if err := step.run(); err != nil && !errors.Is(err, errDamaged) { // damaged it is
			return err
		}
	}
	return nil
}

// beforeLoss returns where to look at a gap: two events before it.
func beforeLoss(s *survey) uint64 {
	if len(s.Lost) == 0 {
		return 1
	}
	return max(s.Lost[0].First, 3) - 2
}

func demoNight() []metering.Event {
	events := make([]metering.Event, demoEvents)
	for i := range events {
		events[i] = metering.Event{
			Account: []metering.Account{"aurora/vision", "极光/训练"}[i%2], Source: "gateway-1", ID: fmt.Sprintf("evt-%04d", i+1),
			Time: demoStart.Add(time.Duration(i) * time.Minute), Kind: metering.Amount, Region: "cn-east",
			Items: []metering.Item{{Meter: metering.InputTokens, SKU: "chat-large", Quantity: metering.Grains(int64(1000+i), metering.Token)}},
		}
	}
	return events
}

func demoOptions(seed uint64) []journal.Option {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return []journal.Option{
		journal.WithClock(func() time.Time { return demoStart.Add(24 * time.Hour) }),
		journal.WithSegmentSize(8 << 10), journal.WithPreallocation(0), journal.WithRandom(rand.NewChaCha8(key)),
	}
}

func makeJournal(ctx context.Context, dir string, seed uint64, events []metering.Event) (err error) {
	j, _, err := journal.Open(dir, demoOptions(seed)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	for at := 0; at < len(events); at += demoBatch {
		if _, err := j.Append(ctx, events[at:at+demoBatch]...); err != nil {
			return err
		}
	}
	return nil
}

// flip flips one bit in the middle of the second file of a journal.
func flip(dir string, seed uint64) (file string, at int64, err error) {
	file = "000000000002.seg"
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_RDWR, 0)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	r := rand.New(rand.NewPCG(seed, 0x666c6970))
	at = info.Size()/4 + r.Int64N(info.Size()/2)
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		return "", 0, err
	}
	b[0] ^= 1 << r.IntN(8)
	_, err = f.WriteAt(b[:], at)
	return file, at, err
}

// sendAgain is what the senders do: they send everything once more.
func sendAgain(ctx context.Context, dir string, events []metering.Event, say func(string, ...any), w *words) (err error) {
	j, _, err := journal.Open(dir, demoOptions(0)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	res, err := j.Append(ctx, events...)
	if err != nil {
		return err
	}
	say(w.DemoAgainF, count(len(events)), count(res.Accepted), count(res.Duplicates))
	if j.Durable() != uint64(len(events)) || len(res.Refused) > 0 {
		return fmt.Errorf("%s has %d events, want %d", dir, j.Durable(), len(events))
	}
	say(w.DemoEqual)
	return nil
}
