package accelerator

import (
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A Layout is one card and who holds what of it. It places each reservation
// once, when it starts, and gives it whole grains so that everything that is
// placed and everything that is free sum to the card, also where shares are off
// the grid, such as 2184/32768. Cores and memory are laid out apart.
//
// A share is an interval of the card from 0 to 1, and its grains are the grid
// lines within it: of intervals that tile the card they sum to
// [metering.SharesPerCard], whoever came and went before. Shares take the first
// gap that they fit into, or several if they fit into none; each is so less
// than one grain from its exact value for each gap it takes.
//
// The zero Layout is an empty card. A Layout is for one goroutine at a time.
type Layout struct{ core, memory track }

// A Placement is what a reservation holds of a card in whole grains; zero of
// what it does not reserve.
type Placement struct{ Core, Memory metering.Quantity }

// Billable returns the capacity to bill: of the share that
// [Reservation.Billable] chooses of r, whose placement p is.
func (p Placement) Billable(r Reservation, by Policy) (metering.Quantity, error) {
	s, err := r.Billable(by)
	if err != nil {
		return metering.Quantity{}, err
	}
	if s == r.Core && (by != MemoryShare) {
		return p.Core, nil
	}
	return p.Memory, nil
}

// MaxHolders is how many may hold parts of one card at a time.
const MaxHolders = 256

// Place places a reservation for a holder, of 1 to 256 bytes. It fails with a
// *[ShareError] that wraps [ErrFull] where the card has less left, cores or
// memory, and a *[FieldError] for a holder that has a part already, too many
// holders, or a reservation of nothing; the layout is then as it was.
func (l *Layout) Place(holder string, r Reservation) (Placement, error) {
	if err := checkText("holder", holder, 1, 256); err != nil {
		return Placement{}, err
	}
	switch {
	case r == Reservation{}:
		return Placement{}, &FieldError{"reservation of", clip(holder), "want a share of cores or memory"}
	case l.core.holds(holder) || l.memory.holds(holder):
		return Placement{}, &FieldError{"holder", clip(holder), "placed already; remove it first"}
	case max(l.core.holders, l.memory.holders) >= MaxHolders:
		return Placement{}, &FieldError{"holder", clip(holder), "want at most 256 of one card"}
	}
	core, err := l.core.fit("core", holder, r.Core)
	if err != nil {
		return Placement{}, err
	}
	memory, err := l.memory.fit("memory", holder, r.Memory)
	if err != nil {
		return Placement{}, err
	}
	return Placement{l.core.take(core), l.memory.take(memory)}, nil
}

// Remove frees what the holder has, and reports whether it had anything.
func (l *Layout) Remove(holder string) bool {
	core, memory := l.core.remove(holder), l.memory.remove(holder)
	return core || memory
}

// Free returns what is left of the card. Placed and free sum to one card, of
// cores and of memory.
func (l *Layout) Free() Placement { return Placement{l.core.left(), l.memory.left()} }

// track is the intervals of a card that are held, in order.
type track struct {
	pieces  []piece
	holders int
}

type piece struct {
	holder   string
	from, to *big.Rat
}

func (t *track) holds(holder string) bool {
	return slices.ContainsFunc(t.pieces, func(p piece) bool { return p.holder == holder })
}

func (t *track) remove(holder string) bool {
	if !t.holds(holder) {
		return false
	}
	t.pieces = slices.DeleteFunc(t.pieces, func(p piece) bool { return p.holder == holder })
	t.holders--
	return true
}

// gaps returns the intervals that are not held.
func (t *track) gaps() []piece {
	var gaps []piece
	at := new(big.Rat)
	for _, p := range append(slices.Clip(t.pieces), piece{from: big.NewRat(1, 1), to: big.NewRat(1, 1)}) {
		if at.Cmp(p.from) < 0 {
			gaps = append(gaps, piece{from: at, to: p.from})
		}
		at = p.to
	}
	return gaps
}

func (t *track) left() metering.Quantity {
	var n int64
	for _, g := range t.gaps() {
		n += g.grains()
	}
	return metering.Grains(n, metering.Cards)
}

// maxDenominatorBits bounds where a piece may begin and end. Shares of one size
// of memory and of one number of cores need a hundred bits; only shares with
// ever other denominators, each beginning where one before it ended, need more.
const maxDenominatorBits = 1 << 13

// fit returns the pieces that the share would take: of the first gap that holds
// it, otherwise of the gaps in order.
func (t *track) fit(field, holder string, s Share) ([]piece, error) {
	if s.IsZero() {
		return nil, nil
	}
	need, gaps := s.rat(), t.gaps()
	if whole := slices.IndexFunc(gaps, func(g piece) bool { return g.size().Cmp(need) >= 0 }); whole >= 0 {
		gaps = gaps[whole : whole+1]
	}
	var pieces []piece
	for _, g := range gaps {
		p := piece{holder, g.from, new(big.Rat).Add(g.from, need)}
		if p.to.Cmp(g.to) > 0 {
			p.to = g.to
		}
		if p.to.Denom().BitLen() > maxDenominatorBits {
			return nil, &FieldError{field + " share", s.String(), "want shares with fewer denominators on one card"}
		}
		pieces = append(pieces, p)
		if need = new(big.Rat).Sub(need, p.size()); need.Sign() == 0 {
			return pieces, nil
		}
	}
	free := new(big.Rat).Sub(s.rat(), need)
	return nil, &ShareError{ErrFull, field, s.String(), "at most " + clip(free.RatString()) + ", which is free"}
}

// take holds the pieces and returns their grains.
func (t *track) take(pieces []piece) metering.Quantity {
	var n int64
	for _, p := range pieces {
		n += p.grains()
	}
	if pieces != nil {
		t.holders++
		t.pieces = append(t.pieces, pieces...)
		slices.SortFunc(t.pieces, func(a, b piece) int { return a.from.Cmp(b.from) })
	}
	return metering.Grains(n, metering.Cards)
}

func (p piece) size() *big.Rat { return new(big.Rat).Sub(p.to, p.from) }

// grains counts the lines of the grid in (from, to].
func (p piece) grains() int64 { return line(p.to) - line(p.from) }

// line returns the number of the last line of the grid that is not past x,
// which is from 0 to 1.
func line(x *big.Rat) int64 {
	n := new(big.Int).Mul(x.Num(), big.NewInt(metering.SharesPerCard))
	return n.Quo(n, x.Denom()).Int64()
}
