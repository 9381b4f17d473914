package cloudevents_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

func TestEncoder(t *testing.T) {
	e, err := cloudevents.Unmarshal([]byte(plain))
	require.NoError(t, err)
	one, err := cloudevents.Marshal(e)
	require.NoError(t, err)
	for n, want := range []string{"[]\n", "[\n" + string(one) + "\n]\n", "[\n" + string(one) + ",\n" + string(one) + "\n]\n"} {
		var out strings.Builder
		enc := cloudevents.NewEncoder(&out)
		for range n {
			require.NoError(t, enc.Encode(e))
			require.Error(t, enc.Encode(metering.Event{})) // and goes on
		}
		require.NoError(t, enc.Close())
		require.NoError(t, enc.Close())
		require.ErrorIs(t, enc.Encode(e), cloudevents.ErrClosed)
		require.Equal(t, want, out.String())
		events, err := cloudevents.UnmarshalBatch([]byte(out.String()))
		require.NoError(t, err)
		require.Len(t, events, n)
	}
}

type full struct{ room int }

var errFull = errors.New("disk full")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestEncoder_Fails: what could not be written is told, then and ever after.
func TestEncoder_Fails(t *testing.T) {
	e, err := cloudevents.Unmarshal([]byte(plain))
	require.NoError(t, err)
	enc := cloudevents.NewEncoder(&full{4096})
	for range 1000 {
		if err = enc.Encode(e); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, errFull)
	require.ErrorIs(t, enc.Encode(e), errFull)
	require.ErrorIs(t, enc.Close(), errFull)
	require.ErrorIs(t, enc.Close(), errFull)
	enc = cloudevents.NewEncoder(&full{1})
	require.NoError(t, enc.Encode(e))
	require.EqualError(t, enc.Close(), "cloudevents: writing a batch: disk full")
}
