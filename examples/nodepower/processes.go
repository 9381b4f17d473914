package main

import (
	"bufio"
	"io/fs"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A usage is the processor time of a user since the last look, in any unit
// that is the same for all.
type usage struct {
	user string
	time int64
}

// idleUser is the time in which processors did nothing, and othersUser that of
// processes that ended, and of the kernel.
const (
	idleUser   = "idle"
	othersUser = "ended"
)

// A processes reads who uses the processors from /proc, in clock ticks.
type processes struct {
	proc        fs.FS
	last        map[process]int64
	busy, idle  int64
	begun       bool
	namesOfUser map[string]string
}

// A process is told from one that has its number later by when it started.
type process struct{ pid, start string }

func newProcesses(proc fs.FS) *processes {
	return &processes{proc: proc, namesOfUser: map[string]string{}}
}

// users returns the time since the last look; nothing at the first one, and
// where there is no /proc. What the machine was busy beyond the processes that
// are still there belongs to those that ended, and not to the others.
func (p *processes) users(time.Time) []usage {
	busy, idle, ok := p.machine()
	if !ok {
		return nil
	}
	now := map[process]int64{}
	byUser := map[string]int64{}
	seen := int64(0)
	for _, pid := range p.pids() {
		id, ticks, uid, ok := p.process(pid)
		if !ok {
			continue // it ended just now
		}
		now[id] = ticks
		if before, known := p.last[id]; p.begun {
			if !known {
				before = 0 // it began meanwhile
			}
			if d := ticks - before; d > 0 {
				byUser[p.name(uid)] += d
				seen += d
			}
		}
	}
	var out []usage
	if p.begun {
		for u, t := range byUser {
			out = append(out, usage{u, t})
		}
		slices.SortFunc(out, func(a, b usage) int { return strings.Compare(a.user, b.user) })
		if rest := busy - p.busy - seen; rest > 0 {
			out = append(out, usage{othersUser, rest})
		}
		out = append(out, usage{idleUser, max(idle-p.idle, 0)})
	}
	p.last, p.busy, p.idle, p.begun = now, busy, idle, true
	return out
}

// machine reads the first line of stat: user nice system idle iowait irq
// softirq steal. Time that was stolen was another machine's.
func (p *processes) machine() (busy, idle int64, ok bool) {
	f, err := p.proc.Open("stat")
	if err != nil {
		return 0, 0, false
	}
	defer f.Close()
	line := bufio.NewScanner(f)
	if !line.Scan() {
		return 0, 0, false
	}
	fields := strings.Fields(line.Text())
	if len(fields) < 8 || fields[0] != "cpu" {
		return 0, 0, false
	}
	for i, text := range fields[1:8] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		if i == 3 || i == 4 {
			idle += n
		} else {
			busy += n
		}
	}
	return busy, idle, true
}

func (p *processes) pids() (list []string) {
	entries, err := fs.ReadDir(p.proc, ".")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if n := e.Name(); n != "" && strings.Trim(n, "0123456789") == "" {
			list = append(list, n)
		}
	}
	return list
}

// process reads the processor time and the user of a process. Its name, which
// may hold anything, ends with the last parenthesis.
func (p *processes) process(pid string) (id process, ticks int64, uid string, ok bool) {
	stat, err := fs.ReadFile(p.proc, pid+"/stat")
	if err != nil {
		return id, 0, "", false
	}
	end := strings.LastIndexByte(string(stat), ')')
	fields := strings.Fields(string(stat[end+1:]))
	if end < 0 || len(fields) < 20 {
		return id, 0, "", false
	}
	user, errU := strconv.ParseInt(fields[11], 10, 64)
	system, errS := strconv.ParseInt(fields[12], 10, 64)
	status, err := fs.ReadFile(p.proc, pid+"/status")
	if errU != nil || errS != nil || err != nil {
		return id, 0, "", false
	}
	_, rest, found := strings.Cut(string(status), "\nUid:")
	words := strings.Fields(rest)
	if !found || len(words) == 0 {
		return id, 0, "", false
	}
	return process{pid, fields[19]}, user + system, words[0], true
}

// name returns the name of a user, or its number where it has none.
func (p *processes) name(uid string) string {
	if n, ok := p.namesOfUser[uid]; ok {
		return n
	}
	n := "uid-" + uid
	if u, err := user.LookupId(uid); err == nil && u.Username != "" {
		n = u.Username
	}
	p.namesOfUser[uid] = n
	return n
}
