package journal_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// The clock of examples stands still.
var standing = journal.WithClock(func() time.Time { return noon })

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func request(id string, n int64) metering.Event {
	return metering.Event{Account: "acme/chat", Source: "gateway", ID: id, Time: noon, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.Grains(n, metering.Token)}}}
}

func Example() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	ctx := context.Background()

	rec, _, err := journal.OpenRecorder(dir, standing)
	check(err)
	res, err := rec.Record(ctx, request("req-1", 350), request("req-2", 120), request("req-1", 350))
	check(err)
	fmt.Println(res.Accepted, "accepted,", res.Duplicates, "duplicate")
	check(rec.Close())

	rec, found, err := journal.OpenRecorder(dir, standing)
	check(err)
	fmt.Println(found.Events, "events")
	for usage, err := range rec.Usage(metering.MustPeriod("2026-11-26T12:00:00Z", "2026-11-26T13:00:00Z")) {
		check(err)
		fmt.Println(usage.Key.Account, usage.Quantity)
	}
	check(rec.Close())
	// Output:
	// 2 accepted, 1 duplicate
	// 2 events
	// acme/chat 470 {token}
}

// A call without an error can have events that were refused.
func ExampleResult_Err() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	rec, _, err := journal.OpenRecorder(dir, standing)
	check(err)
	other := request("req-1", 351)
	res, err := rec.Record(context.Background(), request("req-1", 350), other, metering.Event{ID: "req-2"})
	fmt.Println(res.Accepted, err)
	fmt.Println(res.Err())
	refused, ok := errors.AsType[*journal.RefusedError](res.Err())
	fmt.Println(ok, len(refused.Refused), errors.Is(res.Err(), metering.ErrConflict))
	check(rec.Close())
	// Output:
	// 1 <nil>
	// journal: 2 events refused, the first of them event 1: metering: another event has this identity: id "req-1" of source "gateway", tenant "acme"
	// true 2 true
}

func ExampleJournal_Append() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	j, _, err := journal.Open(dir, standing)
	check(err)
	defer j.Close()

	res, err := j.Append(context.Background(), request("req-1", 350), request("req-1", 351))
	check(err)
	for _, refused := range res.Refused {
		fmt.Println(refused.Index, errors.Is(refused.Err, metering.ErrConflict))
	}
	// Output: 1 true
}

func ExampleJournal_Import() {
	edgeDir, err := os.MkdirTemp("", "edge")
	check(err)
	defer os.RemoveAll(edgeDir)
	billerDir, err := os.MkdirTemp("", "biller")
	check(err)
	defer os.RemoveAll(billerDir)
	ctx := context.Background()
	edge, _, err := journal.Open(edgeDir, standing)
	check(err)
	defer edge.Close()
	biller, _, err := journal.Open(billerDir, standing)
	check(err)
	defer biller.Close()

	_, err = edge.Append(ctx, request("req-1", 350), request("req-2", 120))
	check(err)
	for entry, err := range edge.Tail(ctx, biller.Imported(edge.ID())+1) {
		check(err)
		res, err := biller.Import(ctx, edge.ID(), entry)
		check(err)
		for _, refused := range res.Refused {
			log.Println(entry.Sequence, refused.Err) // it does not come again
		}
		if entry.Sequence == edge.Durable() {
			break
		}
	}
	fmt.Println(biller.Durable(), "events, read up to", biller.Imported(edge.ID()))
	// Output: 2 events, read up to 2
}

func ExampleRecorder_Checkpoint() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	ctx := context.Background()
	rec, _, err := journal.OpenRecorder(dir, standing, journal.WithCheckpoints(0))
	check(err)
	defer rec.Close()

	egress, err := rec.Series(metering.Key{Account: "acme", Meter: metering.Egress})
	check(err)
	for range 1000 {
		check(egress.AddAt(noon, metering.MustQuantity("1 MBy")))
	}
	fmt.Println(rec.Journal().Durable(), "events before")
	check(rec.Checkpoint(ctx))
	fmt.Println(rec.Journal().Durable(), "event after")
	// Output:
	// 0 events before
	// 1 event after
}

func ExampleSalvage() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	j, _, err := journal.Open(dir, standing)
	check(err)
	_, err = j.Append(context.Background(), request("req-1", 350))
	check(err)
	check(j.Close())

	files, err := journal.Directory(dir)
	check(err)
	defer files.Close()
	gaps, err := journal.Salvage(files, func(e journal.Entry) error {
		fmt.Println(e.Sequence, e.Event.ID)
		return nil
	})
	check(err)
	fmt.Println(len(gaps), "gaps")
	// Output:
	// 1 req-1
	// 0 gaps
}
