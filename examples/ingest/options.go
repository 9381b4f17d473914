package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering/journal"
)

// options are the command line.
type options struct {
	in       string
	out      string
	seed     uint64
	events   int
	crash    bool
	relay    bool
	kills    int
	batch    int
	interval time.Duration
	grace    time.Duration
	now      time.Time // zero for the clock's
	json     bool
	lang     string

	// Of the processes that -crash and -relay start.
	role    role
	address string
	after   int
	high    time.Time
}

// A role is what a process is that this program started itself.
type role string

const (
	roleNone   role = ""
	roleSender role = "sender"
	roleEdge   role = "edge"
	roleBiller role = "biller"
)

var about = program.Text{
	EN: `ingest records CloudEvents, one on a line, and counts each event once.

  ingest                  record a sample of 20,000 lines and show what became of them
  ingest -in FILE         record your own; "-" is standard input
  ingest -crash           kill the process at random points, resume, compare with a clean run
  ingest -relay           an edge process records, a biller imports its journal; both are killed

Run again with the same -in and -out, it goes on: what is in the journal already
counts as a duplicate. Nothing is deleted.`,
	ZH: `ingest 逐行记录 CloudEvents，每个事件只计一次。

  ingest                  记录 20,000 行示例，并说明各行的去向
  ingest -in FILE         记录自己的文件；“-” 为标准输入
  ingest -crash           随机杀死进程后续跑，并与未中断的结果比较
  ingest -relay           边缘进程记录，计费进程导入其日志；两者都会被杀死

以相同的 -in 与 -out 再次运行即续跑：日志中已有的计为重复。不删除任何内容。`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	var now, process, high string
	f := program.NewFlags("ingest", args, about)
	f.String(&o.in, "in", "", "read CloudEvents on lines from `FILE`, - for standard input; a sample if not given", "从 `FILE` 逐行读取 CloudEvents，- 为标准输入；不给则用示例")
	f.String(&o.out, "out", "", "write to `DIR`; to a new temporary directory if not given", "写入目录 `DIR`；不给则为新的临时目录")
	f.Uint64(&o.seed, "seed", 1, "seed of the sample, and of when processes are killed", "示例及杀死进程时刻的种子")
	f.Int(&o.events, "events", sampleLines, "lines of the sample, 1000 to 10000000", "示例行数，1000 至 10000000")
	f.Bool(&o.crash, "crash", "kill the process while it records, resume, compare", "记录时杀死进程，续跑并比较")
	f.Bool(&o.relay, "relay", "an edge and a biller, both killed and resumed, compare", "边缘与计费两个进程，均被杀死并续跑，比较结果")
	f.Int(&o.kills, "kills", 12, "how often -crash and -relay kill each process, 0 to 10000", "-crash 与 -relay 杀死各进程的次数，0 至 10000")
	f.Int(&o.batch, "batch", 256, "lines recorded in one call, 1 to 65536", "每次调用记录的行数，1 至 65536")
	f.Duration(&o.interval, "interval", 0, "what a power failure may take of what was acknowledged; 0 for nothing", "断电最多丢失多久内已确认的内容；0 为不丢失")
	f.Duration(&o.grace, "grace", 0, "seal windows this long behind the latest event; 0 for never; 24h for the sample if not given", "落后最新事件多久即封存时段；0 为从不；示例默认 24h")
	f.String(&now, "now", "", "`TIME` that is today, RFC 3339, for events of another year; the clock's if not given", "视作当前的时间 `TIME`，RFC 3339，供往年事件使用；不给则为时钟")
	f.Bool(&o.json, "json", "print a summary as JSON, and nothing else", "仅以 JSON 输出摘要")
	f.Language(&o.lang)
	f.String(&process, "process", "", "", "") // these four are between this program's own processes
	f.String(&o.address, "address", "", "", "")
	f.Int(&o.after, "after", 0, "", "")
	f.String(&high, "high", "", "", "")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	if err := o.complete(process, now, high, f.Given("grace")); err != nil {
		return o, f.Wrong(stderr, "%v", err)
	}
	return o, nil
}

// complete reads what flags have as text, and sets what the sample needs.
func (o *options) complete(process, now, high string, grace bool) (err error) {
	o.role = role(process)
	if o.now, err = instant("-now", now); err != nil {
		return err
	}
	if o.high, err = instant("-high", high); err != nil {
		return err
	}
	if o.in == "" && o.role == roleNone {
		if o.now.IsZero() {
			o.now = sampleToday
		}
		if !grace {
			o.grace = 24 * time.Hour
		}
	}
	return o.validate()
}

func instant(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, fmt.Errorf("%s %q: want an RFC 3339 time such as 2026-11-20T00:00:00Z", name, text)
	}
	return t, nil
}

func (o options) validate() error {
	switch {
	case o.crash && o.relay:
		return fmt.Errorf("-crash and -relay: want one of them")
	case (o.crash || o.relay) && o.in == "-":
		return fmt.Errorf("-in -: want a file with -crash and -relay, to be read again")
	case o.events < 1000 || o.events > 10_000_000:
		return fmt.Errorf("-events %d: want 1000 to 10000000", o.events)
	case o.kills < 0 || o.kills > 10_000:
		return fmt.Errorf("-kills %d: want 0 to 10000", o.kills)
	case o.batch < 1 || o.batch > journal.MaxBatch:
		return fmt.Errorf("-batch %d: want 1 to %d", o.batch, journal.MaxBatch)
	case o.interval < 0 || o.interval > time.Hour:
		return fmt.Errorf("-interval %v: want 0 to 1h", o.interval)
	case o.grace < 0:
		return fmt.Errorf("-grace %v: want 0 or more", o.grace)
	}
	return nil
}

// journal returns how the journal is opened. Additions are not used here, so there
// are no checkpoints to be made.
func (o options) journal() []journal.Option {
	opts := []journal.Option{journal.Interval(o.interval), journal.WithCheckpoints(0)}
	if !o.now.IsZero() {
		opts = append(opts, journal.WithClock(func() time.Time { return o.now }))
	}
	return opts
}

// process returns the arguments of a process with this role.
func (o options) process(r role, dir string) []string {
	args := []string{"-process", string(r), "-in", o.in, "-out", dir, "-batch", strconv.Itoa(o.batch),
		"-interval", o.interval.String(), "-grace", o.grace.String(), "-address", o.address}
	if !o.now.IsZero() {
		args = append(args, "-now", o.now.Format(time.RFC3339Nano))
	}
	return args
}
