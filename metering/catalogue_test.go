package metering_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func TestDefaultCatalogue(t *testing.T) {
	c := metering.DefaultCatalogue()
	layers, chapters := map[metering.Layer]int{}, map[string]int{}
	for m := range c.All() {
		require.NoError(t, m.Validate())
		require.NotEmpty(t, m.Title)
		require.NotEmpty(t, m.Reference)
		require.Equal(t, m.Aggregation == metering.Sum, m.Monotonic, m.ID)
		layer, _, _ := strings.Cut(string(m.ID), ".")
		require.Equal(t, layer == "ai", m.Layer == metering.AI, m.ID)
		require.Equal(t, layer == "platform", m.Layer == metering.Platform, m.ID)
		require.Equal(t, layer == "application", m.Layer == metering.Application, m.ID)
		require.Equal(t, m.Form == metering.Capacity, m.Late == metering.AdjustLate, m.ID)
		layers[m.Layer]++
		chapters[m.Reference]++
	}
	require.Len(t, layers, 4)
	// The chapters of GB/T 37735-2019 on compute, storage, network, middleware,
	// databases, interfaces and software; what has none; energy, its supply and carbon.
	require.Len(t, chapters, 11)
}

func TestCatalogue_JSON(t *testing.T) {
	for name, c := range map[string]*metering.Catalogue{"default": metering.DefaultCatalogue(), "empty": {}} {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		back, err := metering.ReadCatalogue(strings.NewReader(string(text)))
		require.NoError(t, err, name)
		require.Equal(t, slices.Collect(c.All()), slices.Collect(back.All()), name)
	}
	const meter = `{"ID":"a.b","Unit":"By","Form":"amounts","Aggregation":"sum","Layer":"ai"}`
	for _, tt := range []struct{ name, text, says string }{
		{"nothing", "", "want an array of meters"},
		{"an object", meter, "want an array of meters"},
		{"more after it", "[]]", "there is more after it"},
		{"a field that is none", `[{"Id2":"a"}]`, "Id2"},
		{"a meter twice", "[" + meter + "," + meter + "]", "defined twice"},
		{"a meter that is not valid", `[{"ID":"a.b"}]`, "meter unit"},
		{"too many", "[" + strings.Repeat(meter+",", metering.MaxCatalogueMeters) + meter + "]", "at most 10000 meters"},
		{"too long", `[{"ID":"` + strings.Repeat("a", metering.MaxCatalogueBytes), "at most 16777216 bytes"},
	} {
		_, err := metering.ReadCatalogue(strings.NewReader(tt.text))
		require.ErrorContains(t, err, tt.says, tt.name)
	}
}

// TestCatalogue_Replacing: a meter that is there takes another policy, all others
// stay, and the catalogue it was made of does too.
func TestCatalogue_Replacing(t *testing.T) {
	c := metering.DefaultCatalogue()
	tokens, err := c.Lookup(metering.InputTokens)
	require.NoError(t, err)
	changed := tokens
	changed.Late = metering.AdjustLate
	got, err := c.Replacing(changed)
	require.NoError(t, err)
	require.Equal(t, c.Len(), got.Len())
	for m := range c.All() {
		now, err := got.Lookup(m.ID)
		require.NoError(t, err)
		if m.ID == tokens.ID {
			require.Equal(t, tokens, m)
			m = changed
		}
		require.Equal(t, m, now)
	}
	same, err := c.Replacing()
	require.NoError(t, err)
	require.Equal(t, slices.Collect(c.All()), slices.Collect(same.All()))

	_, err = c.Replacing(changed, pagesMeter(), metering.Meter{ID: "x.y"})
	require.ErrorIs(t, err, metering.ErrUnknown)
	require.ErrorContains(t, err, `"ocr.pages"`)
	require.ErrorContains(t, err, `"x.y"`)
	_, err = c.Replacing(changed, changed)
	require.ErrorContains(t, err, "defined twice")
	changed.Late = 9
	_, err = c.Replacing(changed)
	require.ErrorContains(t, err, "late policy")
}

func TestCatalogue_AppendMarkdown(t *testing.T) {
	odd := pagesMeter()
	odd.Title = "a|b <c> `d` *e* & f_g"
	c, err := metering.DefaultCatalogue().With(odd)
	require.NoError(t, err)
	lines := strings.Split(string(c.AppendMarkdown(nil)), "\n")
	require.Len(t, lines, 2+c.Len()+1)
	for _, line := range lines[:len(lines)-1] {
		cells := strings.Count(line, "|") - strings.Count(line, `\|`)
		require.Equal(t, 12, cells, line)
	}
	require.Contains(t, lines, `| network.bandwidth | Bandwidth used | Mbit/s | levels | percentile | 5m | - | - | - | infrastructure | GB/T 37735-2019, 5.3 |`)
	require.Contains(t, lines, `| compute.cpu.time | CPU time | {core}.h | capacity | sum | 1s | exactly | adjust | not-held | infrastructure | GB/T 37735-2019, 5.1 |`)
	require.Contains(t, lines, "| ocr.pages | a\\|b &lt;c> \\`d\\` \\*e\\* &amp; f\\_g | {page} | amounts | sum | each | - | refuse | - | application | none |")
}

// TestAggregator_NotAdditive: what does not add up is refused on every way in,
// and changes nothing.
func TestAggregator_NotAdditive(t *testing.T) {
	a := metering.NewAggregator()
	key := metering.Key{Account: "acme", Meter: metering.Bandwidth, SKU: "line-1"}
	rate := metering.MustQuantity("10 Mbit/s")
	_, err := a.Series(key)
	require.ErrorIs(t, err, metering.ErrNotAdditive)
	require.ErrorContains(t, err, `"network.bandwidth" is the percentile of levels`)
	require.ErrorIs(t, a.AddAt(&key, eventTime, rate), metering.ErrNotAdditive)
	require.ErrorIs(t, a.NewRecorder().AddAt(&key, eventTime, rate), metering.ErrNotAdditive)
	require.ErrorIs(t, a.Record(metering.Event{
		Account: "acme", Source: "s", ID: "1", Time: eventTime, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.Bandwidth, SKU: "line-1", Quantity: rate}},
	}), metering.ErrNotAdditive)
	require.ErrorIs(t, a.RecordBatch(metering.Batch{
		Meter: metering.Bandwidth, Account: metering.Column{Values: []string{"acme"}},
		Times: []int64{eventTime.UnixNano()}, Amounts: []int64{1},
	}), metering.ErrNotAdditive)
	require.Zero(t, a.Counts().Series)
}
