package rival

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// A DuckDB is the database in a process of its own, because it needs cgo and
// this module does not. Both sides speak lines: a question, and an answer that
// begins with "ok" or with "error". It times itself: what a question takes
// does not count.
type DuckDB struct {
	command *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Reader
}

// BuildDuckDB is how to make the program that [OpenDuckDB] starts.
const BuildDuckDB = "build it: cd benchmarks/duckdb && GOWORK=off go build -o duckdb ."

// OpenDuckDB starts the program at path. Without one it fails with a
// [contest.Unavailable].
func OpenDuckDB(path string) (*DuckDB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, contest.Unavailable("no DuckDB at " + path + " (" + BuildDuckDB + ")")
	}
	// A path without a slash would be looked for elsewhere.
	command := exec.Command(path)
	if !strings.ContainsRune(path, os.PathSeparator) {
		command = exec.Command("." + string(os.PathSeparator) + path)
	}
	command.Stderr = os.Stderr
	ask, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	answers, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	return &DuckDB{command, ask, bufio.NewReader(answers)}, nil
}

// Close ends the process.
func (d *DuckDB) Close() error {
	err := d.ask.Close() // it ends when there are no more questions
	return cmp.Or(d.command.Wait(), err)
}

// Version returns the version of the database.
func (d *DuckDB) Version() (string, error) {
	words, err := d.question("version")
	return strings.Join(words, " "), err
}

// Load makes tables of a CSV file.
func (d *DuckDB) Load(csv string) error {
	_, err := d.question("load " + csv)
	return err
}

// question asks and returns the words of the answer.
func (d *DuckDB) question(q string) ([]string, error) {
	if _, err := io.WriteString(d.ask, q+"\n"); err != nil {
		return nil, fmt.Errorf("duckdb: %s: %w", q, err)
	}
	line, err := d.answers.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("duckdb: %s: %w", q, cmp.Or(err, io.ErrUnexpectedEOF))
	}
	words := strings.Fields(line)
	if len(words) == 0 || words[0] != "ok" {
		return nil, fmt.Errorf("duckdb: %s: %s", q, strings.TrimSpace(line))
	}
	return words[1:], nil
}

// Batch returns the entrant that totals the loaded rows by hour, from one of
// the forms "ids", "strings" and "csv". Open has loaded them.
func Batch(open func() (*DuckDB, error), form string, rows func() *workload.Rows, threads int) contest.Entrant {
	return contest.Entrant{Name: "duckdb", Open: func() (*contest.Run, error) {
		d, err := open()
		if err != nil {
			return nil, err
		}
		q := fmt.Sprintf("%s %d", form, threads)
		return &contest.Run{Job: func() (time.Duration, error) {
			words, err := d.question(q)
			if err != nil {
				return 0, err
			}
			took, err := checked(words, rows())
			if err != nil {
				return 0, fmt.Errorf("duckdb: %s: %w", q, err)
			}
			return took, nil
		}}, nil
	}}
}

var errAnswer = errors.New("want an answer of nanoseconds, groups, sum and rows")

// checked reads the words of an answer and holds the totals to the rows.
func checked(words []string, rows *workload.Rows) (time.Duration, error) {
	if len(words) != 4 {
		return 0, errAnswer
	}
	took, err1 := strconv.ParseInt(words[0], 10, 64)
	groups, err2 := strconv.Atoi(words[1])
	sum, err3 := billionths(words[2])
	n, err4 := strconv.Atoi(words[3])
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return 0, err
	}
	if n != len(rows.Times) {
		return 0, fmt.Errorf("%d rows, want %d", n, len(rows.Times))
	}
	return time.Duration(took), rows.Check(groups, sum)
}

// billionths reads a sum: a whole number of billionths, or a decimal number of
// units with nine places.
func billionths(text string) (*big.Int, error) {
	whole, places, point := strings.Cut(text, ".")
	if n, ok := new(big.Int).SetString(whole+places, 10); ok && (!point || len(places) == 9) {
		return n, nil
	}
	return nil, fmt.Errorf("sum %q: want billionths, or nine places", text)
}
