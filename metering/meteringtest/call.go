package meteringtest

import (
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// A Method is a method of the directory, of an open file or of a lock.
type Method string

// The methods that [Faults] count.
const (
	MethodList     Method = "List"
	MethodOpen     Method = "Open"
	MethodEdit     Method = "Edit"
	MethodCreate   Method = "Create"
	MethodRename   Method = "Rename"
	MethodRemove   Method = "Remove"
	MethodSyncDir  Method = "SyncDir"
	MethodLock     Method = "Lock"
	MethodUnlock   Method = "Unlock" // Close of what Lock returned
	MethodReadAt   Method = "ReadAt"
	MethodWriteAt  Method = "WriteAt"
	MethodSize     Method = "Size"
	MethodTruncate Method = "Truncate"
	MethodSync     Method = "Sync"
	MethodClose    Method = "Close"
)

// A Call is one call of the files of a directory, before it is made.
type Call struct {
	N      int // among all calls, from 1
	Nth    int // among the calls of its method, from 1
	Method Method
	Name   string // of the file or lock, as it was opened; empty for List and SyncDir
	To     string // the new name, for Rename
	Off    int64  // where ReadAt and WriteAt begin; the length, for Truncate
	Len    int    // bytes to be read or written
}

// String says all of it, as in "call 17: WriteAt wal-1 [4096, 4196)".
func (c Call) String() string {
	s := fmt.Sprintf("call %d: %s", c.N, c.Method)
	switch c.Method {
	case MethodList, MethodSyncDir:
		return s
	case MethodRename:
		return s + " " + c.Name + " to " + c.To
	case MethodReadAt, MethodWriteAt:
		return fmt.Sprintf("%s %s [%d, %d)", s, c.Name, c.Off, c.Off+int64(c.Len))
	case MethodTruncate:
		return fmt.Sprintf("%s %s to %d", s, c.Name, c.Off)
	}
	return s + " " + c.Name
}

// Site is the line of code that made the call, as in "segment/writer.go:120":
// the nearest one outside this package and packages such as io and bufio. It can
// be asked only while the call is made, in a hook and on its goroutine, and
// costs a microsecond or two. Elsewhere it is empty.
func (c Call) Site() string {
	const here = "github.com/meterbook/meterbook/metering/meteringtest."
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	nearest := ""
	for inCall, more := false, true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, here):
			inCall = inCall || frame.Function == here+"(*Faults).begin"
		case !inCall || frame.Function == "": // the hook, and whom it asked through
		case strings.Contains(frame.Function, "/"), strings.HasPrefix(frame.Function, "main."):
			return place(frame)
		case nearest == "":
			nearest = place(frame)
		}
	}
	return nearest
}

// place is a line of code without the folders of this machine.
func place(f runtime.Frame) string {
	file := filepath.ToSlash(f.File)
	return fmt.Sprintf("%s:%d", path.Join(path.Base(path.Dir(file)), path.Base(file)), f.Line)
}
