package credit_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// The oracle is a wallet in plain words: amounts in cents, times in seconds,
// everything looked at afresh each time, and nothing shared between copies.

// slowOp is one call. Kinds: "grant", "renew", "reserve", "commit", "release",
// "available".
type slowOp struct {
	kind, id, of string
	amount       int64
	priority     int
	expires      int64 // 0 for never
	least, most  int64 // of a roll-over
	now          int64
}

type slowGrant struct {
	id       string
	amount   int64
	priority int
	expires  int64
	number   int
	free     int64
	over     bool
}

type slowHold struct {
	state   string
	amount  int64
	actual  int64
	until   int64
	pinned  map[string]int64 // by grant, "" for the overdraft
	ordered []string
}

type slowWallet struct {
	now, holdFor, remember int64
	overdraft, owed        int64 // free of the overdraft, and used
	grants                 map[string]slowGrant
	renewed                map[string]slowOp
	holds                  map[string]slowHold
	spent                  int64 // all that was committed
}

func newSlowWallet(now, holdFor, remember, overdraft int64) slowWallet {
	return slowWallet{now: now, holdFor: holdFor, remember: remember, overdraft: overdraft,
		grants: map[string]slowGrant{}, renewed: map[string]slowOp{}, holds: map[string]slowHold{}}
}

func (w slowWallet) copy() slowWallet {
	w.grants, w.renewed, w.holds = maps.Clone(w.grants), maps.Clone(w.renewed), maps.Clone(w.holds)
	return w
}

// state is what two equal wallets have in common.
func (w slowWallet) state() string { return fmt.Sprint(w) }

func (w slowWallet) available() int64 {
	sum := w.overdraft
	for _, g := range w.grants {
		sum += g.free
	}
	return sum
}

// do makes a call and returns the next state with the answer.
func (w slowWallet) do(o slowOp) (slowWallet, string) {
	w = w.copy()
	w.now = max(w.now, o.now)
	w.expire()
	answer := ""
	switch o.kind {
	case "grant":
		answer = w.grant(o)
	case "renew":
		answer = w.renew(o)
	case "reserve":
		answer = w.reserve(o)
	case "commit", "release":
		answer = w.end(o)
	case "available":
		answer = fmt.Sprint(w.available())
	}
	return w, answer
}

func (w *slowWallet) expire() {
	for id, h := range w.holds {
		if h.state == "open" && h.until <= w.now {
			w.giveBack(h, 0)
			h.state = "expired"
			w.holds[id] = h
		}
		if h.until+w.remember <= w.now {
			delete(w.holds, id)
		}
	}
	for id, g := range w.grants {
		if g.expires != 0 && g.expires <= w.now {
			g.free, g.over = 0, true
			w.grants[id] = g
		}
	}
}

func (w *slowWallet) grant(o slowOp) string {
	if g, ok := w.grants[o.id]; ok {
		if g.amount == o.amount && g.priority == o.priority && g.expires == o.expires {
			return "ok"
		}
		return "conflict"
	}
	if o.expires != 0 && o.expires <= w.now {
		return "time"
	}
	w.add(o, o.amount)
	return "ok"
}

func (w *slowWallet) add(o slowOp, amount int64) {
	g := slowGrant{id: o.id, amount: amount, priority: o.priority, expires: o.expires, number: len(w.grants), free: amount}
	pay := min(w.owed, amount)
	g.free -= pay
	w.owed -= pay
	w.overdraft += pay
	w.grants[o.id] = g
}

func (w *slowWallet) renew(o slowOp) string {
	old, ok := w.grants[o.of]
	if !ok {
		return "unknown"
	}
	plain := o
	plain.now = 0
	if known, ok := w.renewed[o.id]; ok {
		if known == plain {
			return "ok"
		}
		return "conflict"
	}
	if _, ok := w.grants[o.id]; ok {
		return "conflict"
	}
	if o.expires != 0 && o.expires <= w.now {
		return "time"
	}
	carried := min(max(old.free, o.least), o.most)
	old.free, old.over = 0, true
	w.grants[o.of] = old
	w.renewed[o.id] = plain
	w.add(o, o.amount+carried)
	return "ok"
}

func (w *slowWallet) reserve(o slowOp) string {
	if h, ok := w.holds[o.id]; ok {
		switch {
		case h.state == "open" && h.amount == o.amount:
			return "ok"
		case h.state == "open":
			return "conflict"
		}
		return h.state
	}
	if w.available() < o.amount {
		return "insufficient"
	}
	h := slowHold{state: "open", amount: o.amount, until: w.now + w.holdFor, pinned: map[string]int64{}}
	order := slices.SortedFunc(maps.Values(w.grants), func(a, b slowGrant) int {
		never := func(g slowGrant) int64 {
			if g.expires == 0 {
				return 1 << 60
			}
			return g.expires
		}
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(never(a), never(b)), cmp.Compare(a.number, b.number))
	})
	left := o.amount
	for _, g := range order {
		part := min(left, g.free)
		if part > 0 {
			g.free -= part
			left -= part
			h.pinned[g.id] = part
			h.ordered = append(h.ordered, g.id)
			w.grants[g.id] = g
		}
	}
	if left > 0 {
		w.overdraft -= left
		h.pinned[""] = left
		h.ordered = append(h.ordered, "")
	}
	w.holds[o.id] = h
	return "ok"
}

func (w *slowWallet) end(o slowOp) string {
	h, ok := w.holds[o.id]
	switch {
	case !ok:
		return "unknown"
	case o.kind == "release" && h.state == "committed":
		return "committed"
	case o.kind == "release" && h.state != "open":
		return "ok"
	case h.state == "committed" && h.actual == o.amount:
		return "ok"
	case h.state == "committed":
		return "conflict"
	case h.state != "open":
		return h.state
	case o.kind == "commit" && o.amount > h.amount:
		return "over"
	}
	h.state = "released"
	if o.kind == "commit" {
		h.state, h.actual = "committed", o.amount
	}
	w.giveBack(h, h.actual)
	w.spent += h.actual
	w.holds[o.id] = h
	return "ok"
}

// giveBack burns the first of what is pinned and gives the rest back.
func (w *slowWallet) giveBack(h slowHold, burn int64) {
	for _, id := range h.ordered {
		burned := min(burn, h.pinned[id])
		burn -= burned
		back := h.pinned[id] - burned
		if id == "" {
			w.overdraft += back
			w.owed += burned
			continue
		}
		g := w.grants[id]
		if !g.over && (g.expires == 0 || g.expires > w.now) {
			g.free += back
			w.grants[id] = g
		}
	}
}

// slowEvent is one call of a recorded history: when it began and ended, by a
// common counter, and what it answered.
type slowEvent struct {
	op       slowOp
	from, to int64
	answer   string
}

// slowLinearizable reports whether the calls, one after the other in some order
// that respects which ended before which began, give the answers they gave.
func slowLinearizable(w slowWallet, events []slowEvent) bool {
	return slowSearch(w, events, 0, map[string]bool{})
}

func slowSearch(w slowWallet, events []slowEvent, done uint64, seen map[string]bool) bool {
	if done == 1<<len(events)-1 {
		return true
	}
	key := fmt.Sprint(done, w.state())
	if seen[key] {
		return false
	}
	seen[key] = true
	first := int64(1 << 62) // the first to end of those that are left
	for i, e := range events {
		if done>>i&1 == 0 {
			first = min(first, e.to)
		}
	}
	for i, e := range events {
		if done>>i&1 == 1 || e.from > first {
			continue
		}
		if next, answer := w.do(e.op); answer == e.answer && slowSearch(next, events, done|1<<i, seen) {
			return true
		}
	}
	return false
}
