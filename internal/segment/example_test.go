package segment_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/meterbook/meterbook/internal/segment"
)

func Example() {
	base, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(base)
	dir, err := segment.OpenDirectory(filepath.Join(base, "log"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer dir.Close()

	log, _, err := segment.Open(dir, segment.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ticket, err := log.Stage(func(b *segment.Batch) error {
		for _, s := range []string{"one", "two"} {
			if _, err := b.Append([]byte(s)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = ticket.Wait(context.Background())
	}
	fmt.Println(err, log.Durable())
	for rec, err := range log.Records(0) {
		fmt.Println(rec.Seq, string(rec.Payload), err)
	}
	fmt.Println(log.Close())

	report, err := segment.Verify(dir)
	fmt.Println(report.Segments[0].Records, report.Clean, err)
	// Output:
	// <nil> 2
	// 1 one <nil>
	// 2 two <nil>
	// <nil>
	// 2 true <nil>
}
