package accelerator_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/accelerator"
)

func TestNewShare_OutOfRange(t *testing.T) {
	for _, c := range [][2]int64{{0, 7}, {-1, 7}, {8, 7}, {1, 0}, {0, 0}, {1, -1}, {math.MinInt64, math.MinInt64}, {math.MaxInt64, 1}} {
		_, err := accelerator.NewShare(c[0], c[1])
		require.ErrorIs(t, err, accelerator.ErrShare)
		var s *accelerator.ShareError
		require.ErrorAs(t, err, &s)
		require.NotEmpty(t, s.Given)
		require.NotEmpty(t, s.Want)
	}
	s, err := accelerator.NewShare(math.MaxInt64, math.MaxInt64)
	require.NoError(t, err)
	require.Equal(t, accelerator.Whole(), s)
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string]string{"1/15": "1/15", "2/30": "1/15", "0.46": "23/50", "0.5": "1/2", "1": "1", "1.0": "1", "7/7": "1", "0": "0"} {
		s, err := accelerator.ParseShare(text)
		require.NoError(t, err, text)
		require.Equal(t, want, s.String())
	}
	for _, text := range []string{"", "0.0", "0/1", "1.5", "8/7", "-1/7", "+1/7", "1/ 7", "1e-1", "1/2/3", ".5", "a", "10", "0.1234567890123456789"} {
		_, err := accelerator.ParseShare(text)
		require.ErrorIs(t, err, accelerator.ErrShare, text)
	}
}

// A share of memory that is a little less than the share of cores, by less
// than a float of 32 bits could tell apart from noise.
func TestReservation_Billable(t *testing.T) {
	core, memory := share(t, 2, 30), share(t, 2184, 32768)
	require.Equal(t, "273/4096", memory.String())
	r := accelerator.Reservation{Core: core, Memory: memory}
	for policy, want := range map[accelerator.Policy]accelerator.Share{accelerator.LargerShare: core, accelerator.CoreShare: core, accelerator.MemoryShare: memory} {
		s, err := r.Billable(policy)
		require.NoError(t, err)
		require.Equal(t, want, s, policy)
	}
	only := accelerator.Reservation{Memory: memory}
	s, err := only.Billable(accelerator.LargerShare)
	require.NoError(t, err)
	require.Equal(t, memory, s, "the one that is reserved")
	_, err = only.Billable(accelerator.CoreShare)
	require.ErrorIs(t, err, accelerator.ErrNotReserved)
	_, err = accelerator.Reservation{}.Billable(accelerator.LargerShare)
	require.ErrorIs(t, err, accelerator.ErrNotReserved)
	_, err = r.Billable(77)
	require.ErrorIs(t, err, accelerator.ErrData)
}

func TestShare_Cards(t *testing.T) {
	q, err := share(t, 1, 15).Cards()
	require.NoError(t, err)
	require.Equal(t, metering.Grains(4_804_800, metering.Cards), q)
	_, err = share(t, 273, 4096).Cards()
	require.ErrorIs(t, err, metering.ErrInexact)
	q, exact := share(t, 273, 4096).Nearest()
	require.False(t, exact)
	require.Equal(t, metering.Grains(4_803_627, metering.Cards), q) // 4,803,626.95…
	q, err = accelerator.Share{}.Cards()
	require.NoError(t, err)
	require.Equal(t, metering.Grains(0, metering.Cards), q)
}

// Every partition of every model is whole in grains by its cores, and by its
// memory unless it is a vNPU template, whose megabytes are rounded.
func TestPartitions_AreOnTheGrid(t *testing.T) {
	for m := range accelerator.Default().All() {
		for _, p := range m.Partitions {
			_, err := p.Core.Cards()
			require.NoError(t, err, "%s %s", m.ID, p.Name)
			if _, err = p.Memory.Cards(); p.Scheme != accelerator.SchemeVNPU {
				require.NoError(t, err, "%s %s", m.ID, p.Name)
			}
		}
		if n, known := m.MaxPartitions.Value(); known && n > 0 && len(m.Partitions) > 0 && m.Partitions[0].Scheme == accelerator.SchemeMIG {
			require.Equal(t, share(t, 1, n), m.Partitions[0].Core, "%s: its smallest slice is one of as many as there can be", m.ID)
		}
	}
}

func TestModel_Partition(t *testing.T) {
	m := lookup(t, "910A")
	p, err := m.Partition("vir02")
	require.NoError(t, err)
	require.Equal(t, accelerator.Reservation{Core: share(t, 1, 15), Memory: share(t, 273, 4096)}, p.Reservation())
	_, err = m.Partition("vir03")
	var unknown *accelerator.UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"vir02", "vir04", "vir08", "vir16"}, unknown.Want)
	require.ErrorIs(t, err, accelerator.ErrUnknownPartition)
}

func TestLayout(t *testing.T) {
	var l accelerator.Layout
	vir02 := accelerator.Reservation{Core: share(t, 2, 30), Memory: share(t, 2184, 32768)}
	p, err := l.Place("a", vir02)
	require.NoError(t, err)
	require.Equal(t, accelerator.Placement{Core: metering.Grains(4_804_800, metering.Cards), Memory: metering.Grains(4_803_626, metering.Cards)}, p)
	q, err := p.Billable(vir02, accelerator.LargerShare)
	require.NoError(t, err)
	require.Equal(t, p.Core, q)
	q, err = p.Billable(vir02, accelerator.MemoryShare)
	require.NoError(t, err)
	require.Equal(t, p.Memory, q)

	second, err := l.Place("b", vir02)
	require.NoError(t, err)
	require.Equal(t, metering.Grains(4_803_627, metering.Cards), second.Memory, "what the first is short of")

	_, err = l.Place("a", vir02)
	require.ErrorIs(t, err, accelerator.ErrData, "placed once")
	before := l.Free()
	_, err = l.Place("c", accelerator.Reservation{Core: share(t, 1, 2), Memory: accelerator.Whole()})
	require.ErrorIs(t, err, accelerator.ErrFull)
	require.ErrorContains(t, err, `memory 1: want at most`)
	require.Equal(t, before, l.Free(), "what is refused changes nothing")
	_, err = l.Place("c", accelerator.Reservation{})
	require.ErrorIs(t, err, accelerator.ErrData)
	_, err = l.Place("", vir02)
	require.ErrorIs(t, err, accelerator.ErrData)
	require.True(t, l.Remove("a"))
	require.False(t, l.Remove("a"))

	// What is left in two pieces still holds what fits into both.
	rest, err := l.Place("c", accelerator.Reservation{Memory: share(t, 32768-2184, 32768)})
	require.NoError(t, err)
	require.Equal(t, metering.WholeCards(1), add(t, rest.Memory, second.Memory))
}

// What would make numbers grow without bound is refused: ever other
// denominators one after another, and ever more holders.
func TestLayout_Bounds(t *testing.T) {
	var l accelerator.Layout
	var err error
	placed := 0
	for ; placed < 200 && err == nil; placed++ {
		_, err = l.Place(string(rune('א'+placed)), accelerator.Reservation{Core: share(t, 1<<30+1, 1<<62-2*int64(placed)-1)})
	}
	require.ErrorIs(t, err, accelerator.ErrData)
	require.ErrorContains(t, err, "denominators")
	require.Greater(t, placed, 100)
	var many accelerator.Layout
	for i := range accelerator.MaxHolders {
		_, err := many.Place(string(rune('א'+i)), accelerator.Reservation{Core: share(t, 1, 1000)})
		require.NoError(t, err)
	}
	_, err = many.Place("one more", accelerator.Reservation{Core: share(t, 1, 1000)})
	require.ErrorIs(t, err, accelerator.ErrData)
}
