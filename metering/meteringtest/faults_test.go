package meteringtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// everyMethod makes one call of each method and joins what they fail with.
func everyMethod(files segment.Files) error {
	var all []error
	note := func(err error) { all = append(all, err) }
	f, err := files.Create("a")
	note(err)
	if f != nil {
		_, err = f.WriteAt([]byte("0123456789"), 0)
		note(err)
		note(f.Truncate(20))
		note(f.Sync())
		_, err = f.Size()
		note(err)
		_, err = f.ReadAt(make([]byte, 5), 0)
		note(err)
		note(f.Close())
	}
	note(files.Rename("a", "b"))
	note(files.SyncDir())
	for _, open := range []func(string) (segment.File, error){files.Open, files.Edit} {
		f, err := open("b")
		note(err)
		if f != nil {
			note(f.Close())
		}
	}
	_, err = files.List()
	note(err)
	l, err := files.Lock("lock")
	note(err)
	if l != nil {
		note(l.Close())
	}
	note(files.Remove("b"))
	return errors.Join(all...)
}

func TestFaults_FailAt_EveryCall(t *testing.T) {
	counting := meteringtest.NewFaults(meteringtest.NewDisk())
	require.NoError(t, everyMethod(counting))
	require.Equal(t, 17, counting.Calls())
	_, hit := counting.Hit()
	require.False(t, hit)

	methods := map[meteringtest.Method]bool{}
	for _, fault := range meteringtest.EveryFault() {
		for n := 1; n <= counting.Calls(); n++ {
			faults := meteringtest.NewFaults(meteringtest.NewDisk())
			faults.FailAt(n, fault)
			err := everyMethod(faults)
			require.ErrorIs(t, err, fault.Err, "%d: %v", n, fault)
			site, hit := faults.Hit()
			require.True(t, hit)
			require.Equal(t, n, site.N)
			methods[site.Method] = true

			var one *meteringtest.FaultError
			require.ErrorAs(t, err, &one)
			require.Equal(t, site, one.Call)
			if fault.Sticky {
				_, err = faults.List()
				require.ErrorIs(t, err, fault.Err)
				faults.FailAt(0, meteringtest.Fault{})
			}
			_, err = faults.List()
			require.NoError(t, err)
		}
	}
	require.Len(t, methods, 15, "all methods were made to fail: %v", methods)
}

func TestEveryFault(t *testing.T) {
	all := meteringtest.EveryFault()
	require.Len(t, all, 14)
	require.Equal(t, syscall.EIO.Error()+", once", all[0].String())
	require.Equal(t, syscall.ENOSPC.Error()+", short write, from then on", all[13].String())
	require.Equal(t, syscall.EIO.Error()+", once", meteringtest.Fault{}.String())
}

func TestFaults_Short(t *testing.T) {
	faults := meteringtest.NewFaults(meteringtest.NewDisk())
	faults.FailAt(2, meteringtest.Fault{Err: syscall.ENOSPC, Short: true})
	f, err := faults.Create("a")
	require.NoError(t, err)
	n, err := f.WriteAt([]byte("0123456789"), 0)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Equal(t, 5, n)
	require.Equal(t, "meteringtest: call 2: WriteAt a [0, 10): "+syscall.ENOSPC.Error(), err.Error())
	require.Equal(t, "01234", string(contents(t, faults)["a"]))
}

// After a Sync that failed, a later one that succeeds makes the length durable
// and what is written from then on, and not what the first should have.
func TestFaults_FailedSync_LosesPages(t *testing.T) {
	for _, wrap := range []func(segment.Files) segment.Files{
		func(f segment.Files) segment.Files { return f },
		func(f segment.Files) segment.Files {
			return meteringtest.WithoutSync(f, func(meteringtest.Call) bool { return false })
		},
	} {
		disk := meteringtest.NewDisk(meteringtest.BlockSize(512))
		require.NoError(t, edit(t, disk, "a", bytes.Repeat([]byte("o"), 512)).Close())
		faults := meteringtest.NewFaults(wrap(disk))
		f, err := faults.Edit("a")
		require.NoError(t, err)
		lost := bytes.Repeat([]byte("l"), 1536)
		writeAt(t, f, lost, 0)
		faults.FailAt(faults.Calls()+1, meteringtest.Fault{})
		require.ErrorIs(t, f.Sync(), syscall.EIO)
		require.Equal(t, lost, contents(t, faults)["a"], "reads see what is lost")
		require.NoError(t, f.Sync(), "and the next Sync succeeds")
		require.Equal(t, lost, contents(t, disk.Kill())["a"], "a new process sees it too")
		for _, survive := range []int{0, 100} {
			after := contents(t, disk.PowerLoss(meteringtest.Loss{Survive: survive}))["a"]
			require.Len(t, after, 1536, "the length is durable")
			require.Equal(t, bytes.Repeat([]byte("o"), 512), after[:512])
			require.Equal(t, make([]byte, 1024), after[512:])
		}

		writeAt(t, f, []byte("again"), 600)
		again := contents(t, disk)["a"][512:1024]
		writeAt(t, f, []byte("later"), 600)
		require.Greater(t, over(t, disk, 50, func(all map[string][]byte) bool {
			return bytes.Equal(again, all["a"][512:1024])
		}), 50, "with what the page was before")
		require.NoError(t, f.Sync())
		after := contents(t, disk.PowerLoss(meteringtest.Loss{}))["a"]
		require.Equal(t, bytes.Repeat([]byte("o"), 512), after[:512])
		require.Equal(t, contents(t, disk)["a"][512:1024], after[512:1024], "a block that is written again is written whole")
		require.Equal(t, make([]byte, 512), after[1024:])
	}
}

func TestFaults_FailedSync_CutThenFilled(t *testing.T) {
	disk := meteringtest.NewDisk(meteringtest.BlockSize(512))
	require.NoError(t, edit(t, disk, "a", bytes.Repeat([]byte("o"), 2048)).Close())
	faults := meteringtest.NewFaults(disk)
	f, err := faults.Edit("a")
	require.NoError(t, err)
	require.NoError(t, f.Truncate(100))
	faults.FailAt(faults.Calls()+1, meteringtest.Fault{})
	require.Error(t, f.Sync())
	require.NoError(t, f.Sync())
	require.NoError(t, f.Truncate(2048))
	require.NoError(t, f.Sync())
	want := append(bytes.Repeat([]byte("o"), 100), make([]byte, 1948)...)
	require.Equal(t, want, contents(t, disk)["a"])
	require.Equal(t, want, contents(t, disk.PowerLoss(meteringtest.Loss{}))["a"], "what is behind the end is zeros")
}

func TestFaults_FailedSyncDir_LosesNothing(t *testing.T) {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	write(t, faults, "a", []byte("x"))
	faults.FailAt(faults.Calls()+1, meteringtest.Fault{})
	require.Error(t, faults.SyncDir())
	require.Empty(t, contents(t, disk.PowerLoss(meteringtest.Loss{})))
	require.NoError(t, faults.SyncDir())
	require.Len(t, contents(t, disk.PowerLoss(meteringtest.Loss{})), 1)
}

func TestFaults_Hook(t *testing.T) {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	stalled, goOn := make(chan meteringtest.Call), make(chan struct{})
	faults.Hook(func(c meteringtest.Call) error {
		switch c.Method {
		case meteringtest.MethodWriteAt:
			return meteringtest.ErrOmit
		case meteringtest.MethodSize:
			return meteringtest.ErrOmit
		case meteringtest.MethodSync:
			stalled <- c
			<-goOn
		case meteringtest.MethodRename:
			return errors.New("odd")
		}
		return nil
	})
	f, err := faults.Create("a")
	require.NoError(t, err)
	n, err := f.WriteAt([]byte("lost"), 0)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.Empty(t, contents(t, disk)["a"], "the write was left out")
	_, err = f.Size()
	require.ErrorIs(t, err, meteringtest.ErrOmit, "a call that returns something cannot be")
	require.EqualError(t, faults.Rename("a", "b"), "meteringtest: call 4: Rename a to b: odd")

	done := make(chan error)
	go func() { done <- f.Sync() }()
	c := <-stalled
	require.Equal(t, "call 5: Sync a", c.String())
	require.Equal(t, 1, c.Nth)
	_, err = faults.List()
	require.NoError(t, err, "a call that waits holds up no other")
	close(goOn)
	require.NoError(t, <-done)

	faults.Hook(nil)
	require.NoError(t, f.Close())
	require.Error(t, f.Close())
}

func TestFaults_CloseReleases(t *testing.T) {
	faults := meteringtest.NewFaults(meteringtest.NewDisk())
	faults.FailAt(2, meteringtest.Fault{})
	l, err := faults.Lock("lock")
	require.NoError(t, err)
	require.ErrorIs(t, l.Close(), syscall.EIO)
	_, err = faults.Lock("lock")
	require.NoError(t, err)
}

func TestFaults_Space(t *testing.T) {
	batch := []byte("0123456789")
	for room := range int64(len(batch) + 1) { // at every byte
		disk := meteringtest.NewDisk()
		faults := meteringtest.NewFaults(disk)
		f, err := faults.Create("a")
		require.NoError(t, err)
		writeAt(t, f, []byte("head"), 0)
		faults.Space(room)
		n, err := f.WriteAt(batch, 4)
		require.EqualValues(t, room, n)
		require.Equal(t, "head"+string(batch[:room]), string(contents(t, disk)["a"]))
		if room == int64(len(batch)) {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, syscall.ENOSPC)
		site, hit := faults.Hit()
		require.True(t, hit)
		require.Equal(t, meteringtest.MethodWriteAt, site.Method)
		require.Equal(t, 3, site.N)

		n, err = f.WriteAt([]byte("HEAD"), 0)
		require.NoError(t, err, "writing over what is there takes no room")
		require.Equal(t, 4, n)
		require.ErrorIs(t, f.Truncate(100), syscall.ENOSPC)
		require.NoError(t, f.Truncate(4), "back to the last whole record")
		_, err = f.WriteAt(batch, 4)
		require.ErrorIs(t, err, syscall.ENOSPC, "as much room as before")
		faults.Space(100)
		writeAt(t, f, batch, 4)
		require.Equal(t, "HEAD"+string(batch), string(contents(t, disk)["a"]))
		require.NoError(t, f.Sync())
	}
}

func TestFaults_Space_IsGivenBack(t *testing.T) {
	faults := meteringtest.NewFaults(meteringtest.NewDisk())
	faults.Space(10)
	write(t, faults, "a", make([]byte, 6))
	write(t, faults, "b", make([]byte, 4))
	f, err := faults.Create("c")
	require.NoError(t, err, "an empty file takes no room")
	full := func(left int) {
		n, err := f.WriteAt(make([]byte, 100), 0)
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.Equal(t, left, n)
		require.NoError(t, f.Truncate(0))
	}
	full(0)
	require.NoError(t, faults.Rename("a", "b"))
	full(4)
	require.NoError(t, faults.Rename("b", "b"))
	full(4)
	require.NoError(t, faults.Remove("b"))
	full(10)
	faults.Space(-1)
	writeAt(t, f, make([]byte, 1000), 0)
}

func TestCall_Site(t *testing.T) {
	sites := map[meteringtest.Method]string{}
	faults := meteringtest.NewFaults(meteringtest.NewDisk())
	faults.Hook(func(c meteringtest.Call) error { sites[c.Method] = c.Site(); return nil })
	_, file, line, _ := runtime.Caller(0)
	_, _ = faults.List()
	f, err := faults.Create("a")
	require.NoError(t, err)
	_, _ = io.ReadFull(io.NewSectionReader(f, 0, 10), make([]byte, 5))
	for method, want := range map[meteringtest.Method]int{
		meteringtest.MethodList: line + 1, meteringtest.MethodCreate: line + 2, meteringtest.MethodReadAt: line + 4,
	} {
		require.Equal(t, fmt.Sprintf("meteringtest/%s:%d", filepath.Base(file), want), sites[method])
	}
	require.Empty(t, meteringtest.Call{}.Site(), "outside a call")
}

func TestCall_String(t *testing.T) {
	for want, c := range map[string]meteringtest.Call{
		"call 1: List":                  {N: 1, Method: meteringtest.MethodList},
		"call 2: SyncDir":               {N: 2, Method: meteringtest.MethodSyncDir},
		"call 3: Truncate a to 7":       {N: 3, Method: meteringtest.MethodTruncate, Name: "a", Off: 7},
		"call 4: ReadAt a [4096, 4196)": {N: 4, Method: meteringtest.MethodReadAt, Name: "a", Off: 4096, Len: 100},
		"call 5: Lock lock":             {N: 5, Method: meteringtest.MethodLock, Name: "lock"},
	} {
		require.Equal(t, want, c.String(), fmt.Sprintf("%#v", c))
	}
}
