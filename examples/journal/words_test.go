package main

import (
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// columns is how many columns a terminal takes for s: two for a character of East
// Asian width.
func columns(s string) (n int) {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Both languages say everything.
func TestWords(t *testing.T) {
	e, c := reflect.ValueOf(*english()), reflect.ValueOf(*chinese())
	for i := range e.NumField() {
		name := e.Type().Field(i).Name
		if e.Field(i).Kind() == reflect.String {
			require.NotEmpty(t, e.Field(i).String(), name)
			require.NotEmpty(t, c.Field(i).String(), name)
			require.Equal(t, strings.Count(e.Field(i).String(), "%s"), strings.Count(c.Field(i).String(), "%s"), name)
		}
	}
	for _, w := range []*words{english(), chinese()} {
		require.Len(t, w.StepsJournal, 4)
		require.Len(t, w.StepsFile, 2)
		for _, s := range []string{whole, torn, damaged} {
			require.NotEmpty(t, w.states[s])
		}
	}
	require.Equal(t, "帧校验不符", chinese().reason("frame does not check"))
	require.Equal(t, "frame does not check", english().reason("frame does not check"))
}
