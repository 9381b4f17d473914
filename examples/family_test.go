package examples

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// programs are the examples: every folder here with a main.go. What a test adds to
// the arguments of a default run keeps it small, and free of ports and of what this
// machine has.
func programs(t *testing.T) (names []string) {
	t.Helper()
	found, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	for _, file := range found {
		names = append(names, filepath.Dir(file))
	}
	require.GreaterOrEqual(t, len(names), 11)
	return names
}

var shorter = map[string][]string{
	"gpucloud":  {"-devices", "10"},
	"nodepower": {"-recorded", "-fast"},
	"service":   {"-addr", "127.0.0.1:0"},
}

// binaries is where the programs are built, once.
var binaries string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "meterbook-examples-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaries = dir
	code := m.Run()
	_ = os.RemoveAll(dir) // what is left in a temporary folder does no harm
	os.Exit(code)
}

var build = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "build", "-o", binaries+string(filepath.Separator), "./...").CombinedOutput()
	return string(out), err
})

// built returns the folder of the programs.
func built(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs every example")
	}
	out, err := build()
	require.NoError(t, err, out)
	return binaries
}

// A play is a program that has ended.
type play struct {
	stdout, stderr string
	code           int
}

// played runs a program in a folder of its own until it ends; meanwhile, if it is
// given, is done once the program has said something on standard output.
func played(t *testing.T, program, dir string, meanwhile func(*os.Process), args ...string) play {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute) // it hangs
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	first := make([]byte, 1)
	if n, _ := pipe.Read(first); n > 0 {
		stdout.Write(first)
		if meanwhile != nil {
			meanwhile(cmd.Process)
		}
	}
	_, err = stdout.ReadFrom(pipe)
	require.NoError(t, err)
	_ = cmd.Wait() // the code says it
	require.NoError(t, ctx.Err(), "it did not end")
	return play{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func interrupt(p *os.Process) { _ = p.Signal(syscall.SIGINT) }

// Every program has the same five flags, and says so in two languages.
func TestFamily_Help(t *testing.T) {
	bin := built(t)
	chinese := regexp.MustCompile(`\p{Han}`)
	for _, name := range programs(t) {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(bin, name)
			for _, lang := range []string{"en", "zh"} {
				p := played(t, program, t.TempDir(), nil, "-h", "-lang", lang)
				require.Zero(t, p.code)
				require.Empty(t, p.stderr)
				require.True(t, strings.HasPrefix(p.stdout, name+" "), p.stdout)
				for _, flag := range []string{"-out", "-seed", "-json", "-lang", "-h"} {
					require.Contains(t, p.stdout, "\n  "+flag)
				}
				lines := strings.Split(p.stdout, "\n")
				for i, line := range lines[:len(lines)-1] {
					if !strings.HasPrefix(line, "  -") {
						continue
					}
					says := strings.TrimSpace(lines[i+1])
					require.NotEmpty(t, says, line)
					require.Equal(t, lang == "zh", chinese.MatchString(says), "%s: %s", line, says)
				}
			}
			p := played(t, program, t.TempDir(), nil, "-no-such-flag")
			require.Equal(t, 2, p.code)
			require.Contains(t, p.stderr, "-no-such-flag")
			require.Contains(t, p.stderr, "\n  -seed")
			require.Empty(t, p.stdout)
			p = played(t, program, t.TempDir(), nil, "-lang", "fr")
			require.Equal(t, 2, p.code)
			require.Contains(t, p.stderr, `-lang "fr"`)
		})
	}
}

// Without arguments every program shows something, and says what it wrote, which is
// there; with -json it prints that alone, and says what it wrote beside it.
func TestFamily_Default(t *testing.T) {
	bin := built(t)
	for _, name := range programs(t) {
		if name == "service" {
			continue // it serves until it is told to end
		}
		t.Run(name, func(t *testing.T) {
			usual := ""
			for _, more := range [][]string{nil, {"-lang", "zh"}, {"-json"}, {"-seed", "7"}} {
				dir := t.TempDir()
				t.Setenv("TMPDIR", dir)
				p := played(t, filepath.Join(bin, name), dir, nil, append(shorter[name], more...)...)
				require.Zero(t, p.code, p.stderr)
				said := p.stdout
				if len(more) == 1 {
					require.Regexp(t, `(?s)^[\[{].*[\]}]\n$`, p.stdout)
					said += p.stderr
				}
				require.NotRegexp(t, `NaN|%!|\(MISSING\)`, said)
				for _, file := range written(t, dir) {
					found := strings.Contains(said, file)
					for folder := filepath.Dir(file); !found && folder != "."; folder = filepath.Dir(folder) {
						found = strings.Contains(said, filepath.Base(folder)) // a folder of many is named once
					}
					require.True(t, found || name == "gpucloud" && strings.Contains(said, filepath.Base(file)) || name == "gpucloud" && len(more) == 1,
						"%v: it wrote %s and did not say so:\n%s", more, file, said)
				}
				require.NotEmpty(t, written(t, dir), "it wrote nothing")
				if len(more) == 0 {
					usual = p.stdout
				}
				require.Equal(t, len(more) == 0, usual == p.stdout, "%v shows the same as no flag", more)
			}
		})
	}
}

// written lists the files below a folder.
func written(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var name string
			name, err = filepath.Rel(dir, path)
			names = append(names, name)
			require.NotContains(t, name, ".part")
		}
		return err
	}))
	return names
}

// An interrupt ends every program, and leaves no file half written.
func TestFamily_Interrupt(t *testing.T) {
	bin := built(t)
	for name, args := range map[string][]string{
		"service":   {"-addr", "127.0.0.1:0"},
		"nodepower": {"-recorded", "-seconds", "3600"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p := played(t, filepath.Join(bin, name), dir, interrupt, args...)
			require.Zero(t, p.code, p.stderr)
			written(t, dir)
		})
	}
	t.Run("gpucloud", func(t *testing.T) { // it says nothing on standard output until it is done
		dir := t.TempDir()
		cmd := exec.Command(filepath.Join(bin, "gpucloud"), "-devices", "2000")
		cmd.Dir = dir
		stderr, err := cmd.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		one := make([]byte, 1)
		_, err = stderr.Read(one) // the first line of progress
		require.NoError(t, err)
		interrupt(cmd.Process)
		var said bytes.Buffer
		_, err = said.ReadFrom(stderr)
		require.NoError(t, err)
		_ = cmd.Wait()
		require.Equal(t, 1, cmd.ProcessState.ExitCode())
		require.Contains(t, said.String(), "gpucloud: interrupted")
		require.Empty(t, written(t, dir))
	})
}
