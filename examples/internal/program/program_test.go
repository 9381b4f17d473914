package program

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sample parses arguments as a program would.
func sample(args ...string) (words []string, said, wrong string, err error) {
	var stdout, stderr bytes.Buffer
	var out, lang, secret string
	var seed uint64
	var json bool
	var n int
	var share float64
	var wait time.Duration
	f := NewFlags("sample", args, Text{"sample does nothing.\n", "sample 什么也不做。\n"})
	f.String(&out, "out", "out/sample", "write to `DIR`", "写入目录 `DIR`")
	f.Uint64(&seed, "seed", 1, "seed", "种子")
	f.Bool(&json, "json", "print JSON", "输出 JSON")
	f.Int(&n, "n", 0, "so many", "数量")
	f.Float64(&share, "share", 0.5, "a part", "份额")
	f.Duration(&wait, "wait", 0, "so long", "时长")
	f.String(&secret, "secret", "", "", "")
	f.Language(&lang)
	words, err = f.ParseWords(&stdout, &stderr)
	return words, stdout.String(), stderr.String(), err
}

func TestFlags(t *testing.T) {
	words, said, wrong, err := sample("a", "-n", "2", "b", "-json")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, words)
	require.Empty(t, said+wrong)

	_, said, wrong, err = sample("-h")
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Empty(t, wrong)
	require.Equal(t, `sample does nothing.

Flags:
  -json
        print JSON
  -lang string
        language of all that is said: en or zh (default en)
  -n int
        so many
  -out DIR
        write to DIR (default out/sample)
  -seed uint
        seed (default 1)
  -share float
        a part (default 0.5)
  -wait duration
        so long
  -h
        print this and stop; with -lang zh in Chinese
`, said)
	for _, args := range [][]string{{"-h", "-lang", "zh"}, {"-lang=zh", "-h"}, {"--lang", "zh", "--help"}} {
		_, said, _, err = sample(args...)
		require.ErrorIs(t, err, flag.ErrHelp)
		require.Contains(t, said, "写入目录 DIR（默认 out/sample）")
	}

	_, said, wrong, err = sample("-x")
	require.ErrorIs(t, err, ErrUsage)
	require.Empty(t, said)
	require.Contains(t, wrong, "sample: flag provided but not defined: -x\n\nsample does nothing.")
	_, _, wrong, err = sample("-lang", "fr")
	require.ErrorIs(t, err, ErrUsage)
	require.Equal(t, "sample: -lang \"fr\": want en or zh (-h for help)\n", wrong)
}

func TestFlags_Parse(t *testing.T) {
	var stdout, stderr bytes.Buffer
	var n int
	f := NewFlags("sample", []string{"-n", "0", "word", "-lang"}, Text{})
	f.Int(&n, "n", 3, "number", "数量")
	f.Bool(new(bool), "lang", "a switch here", "开关")
	require.ErrorIs(t, f.Parse(&stdout, &stderr), ErrUsage)
	require.Equal(t, "sample: unexpected argument \"word\" (-h for help)\n", stderr.String())
	require.True(t, f.Given("n"))
	require.False(t, f.Given("m"))
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		says string
	}{
		{nil, 0, ""}, {flag.ErrHelp, 0, ""}, {ErrUsage, 2, ""}, {fmt.Errorf("totals: %w", ErrSaid), 1, ""},
		{fmt.Errorf("reading: %w", context.Canceled), 1, "x: interrupted\n"}, {errors.New("no disk"), 1, "x: no disk\n"},
	} {
		var stderr bytes.Buffer
		require.Equal(t, c.code, status("x", c.err, &stderr))
		require.Equal(t, c.says, stderr.String())
	}
}

func TestFiles(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	dir := filepath.Join(t.TempDir(), "new")
	f := NewFiles(ctx, dir)
	require.NoError(t, f.Write("a.txt", []byte("a")))
	require.NoError(t, f.Write("below/b.txt", []byte("b")))
	require.NoError(t, f.Write("a.txt", []byte("again")))
	content, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	require.Equal(t, "again", string(content))
	var said bytes.Buffer
	require.NoError(t, f.Say(&said, "zh"))
	require.Contains(t, said.String(), "已写入 "+filepath.Join(dir, "below", "b.txt")+"\n")
	cancel()
	require.ErrorIs(t, f.Write("c.txt", nil), context.Canceled)
	require.NoFileExists(t, filepath.Join(dir, "c.txt"))

	nowhere := NewFiles(context.Background(), "")
	require.NoError(t, nowhere.Write("a.txt", nil))
	require.Empty(t, nowhere.Names())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	require.Error(t, NewFiles(context.Background(), filepath.Join(dir, "file")).Write("a.txt", nil))
}
