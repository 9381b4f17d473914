package meteringtest_test

import (
	"fmt"
	"syscall"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

func note(files segment.Files, name, text string) error {
	f, err := files.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	return f.Sync()
}

func ExampleDisk_PowerLoss() {
	disk := meteringtest.NewDisk()
	_ = note(disk, "paid", "10.00")
	fmt.Println(disk.PowerLoss(meteringtest.Loss{Survive: 0}).List())

	_ = disk.SyncDir()
	fmt.Println(disk.PowerLoss(meteringtest.Loss{Survive: 0}).List())
	// Output:
	// [] <nil>
	// [paid] <nil>
}

func ExampleFaults_FailAt() {
	run := func(files segment.Files) error { return note(files, "paid", "10.00") }

	counted := meteringtest.NewFaults(meteringtest.NewDisk())
	_ = run(counted)
	for n := 1; n <= counted.Calls(); n++ {
		faults := meteringtest.NewFaults(meteringtest.NewDisk())
		faults.FailAt(n, meteringtest.Fault{Err: syscall.EROFS})
		err := run(faults)
		site, _ := faults.Hit()
		fmt.Println(site, "- told:", err != nil)
	}
	// Output:
	// call 1: Create paid - told: true
	// call 2: WriteAt paid [0, 5) - told: true
	// call 3: Sync paid - told: true
	// call 4: Close paid - told: false
}

func ExampleFaults_Space() {
	faults := meteringtest.NewFaults(meteringtest.NewDisk())
	faults.Space(3)
	fmt.Println(note(faults, "paid", "10.00"))
	faults.Space(100)
	fmt.Println(note(faults, "paid-again", "10.00"))
	// Output:
	// meteringtest: call 2: WriteAt paid [0, 5): no space left on device
	// <nil>
}

func ExampleWithoutSync() {
	disk := meteringtest.NewDisk()
	_ = note(meteringtest.WithoutSync(disk, meteringtest.Nth(1)), "paid", "10.00")
	_ = disk.SyncDir()
	after, _ := meteringtest.Contents(disk.PowerLoss(meteringtest.Loss{Survive: 0}))
	fmt.Printf("%q\n", after["paid"])
	// Output: ""
}
