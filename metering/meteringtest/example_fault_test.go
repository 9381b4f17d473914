package meteringtest_test

import (
	"fmt"

	"github.com/meterbook/meterbook/metering/meteringtest"
)

// A disk that tears writes within 16 bytes.
func ExampleBlockSize() {
	disk := meteringtest.NewDisk(meteringtest.BlockSize(16))
	_ = note(disk, "paid", "10.00")
	_ = disk.SyncDir()
	contents, err := meteringtest.Contents(disk.PowerLoss(meteringtest.Loss{Survive: 0}))
	fmt.Println(len(contents), err)
	// Output: 1 <nil>
}

// What every scenario should be run with.
func ExampleEveryFault() {
	for _, f := range meteringtest.EveryFault()[:3] {
		fmt.Println(f)
	}
	// Output:
	// input/output error, once
	// no space left on device, once
	// disk quota exceeded, once
}
