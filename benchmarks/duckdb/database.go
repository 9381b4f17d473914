package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// A database is DuckDB in memory with one CSV of usage loaded. Its one
// connection is for one goroutine.
type database struct {
	*sql.DB
	csv  string // the file as an expression of SQL; "" before it is loaded
	rows int64  // in the file
}

// open starts an empty database.
func open(ctx context.Context) (*database, error) {
	handle, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	// Settings and, in memory, the tables themselves belong to the connection.
	handle.SetMaxOpenConns(1)
	if _, err := handle.ExecContext(ctx, `SET preserve_insertion_order = false`); err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return &database{DB: handle}, nil
}

func (db *database) version(ctx context.Context) (v string, err error) {
	err = db.QueryRowContext(ctx, `SELECT version()`).Scan(&v)
	return v, err
}

// csvOf returns the table that a file of usage is.
func csvOf(path string) string {
	return `read_csv('` + strings.ReplaceAll(path, `'`, `''`) + `',
		auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\n',
		columns = {tenant: 'VARCHAR', sku: 'VARCHAR', region: 'VARCHAR', time: 'TIMESTAMP', amount: 'DECIMAL(18,9)'})`
}

// load replaces the tables by those of a file. A TIMESTAMP cuts a time off at
// the microsecond, which leaves it in its hour.
func (db *database) load(ctx context.Context, path string) error {
	csv := csvOf(path)
	db.csv, db.rows = "", 0
	for _, statement := range []string{
		`CREATE OR REPLACE TABLE strings AS FROM ` + csv,
		dictionary("tenant"), dictionary("sku"), dictionary("region"),
		`CREATE OR REPLACE TABLE ids AS
			SELECT tenants.id AS tenant, skus.id AS sku, regions.id AS region, epoch_ns(time) AS time,
				(amount::DECIMAL(38,9) * 1000000000)::BIGINT AS amount
			FROM strings JOIN tenants USING (tenant) JOIN skus USING (sku) JOIN regions USING (region)`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	// A row without a tenant would be lost by the joins.
	var joined int64
	err := db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM strings), (SELECT count(*) FROM ids)`).Scan(&db.rows, &joined)
	if err == nil && joined != db.rows {
		err = fmt.Errorf("%d rows of %d have a tenant, a sku and a region", joined, db.rows)
	}
	if err == nil {
		db.csv = csv
	}
	return err
}

// dictionary returns the statement that numbers the values of a column.
func dictionary(column string) string {
	return fmt.Sprintf(`CREATE OR REPLACE TABLE %[1]ss AS
		SELECT %[1]s, row_number() OVER ()::INTEGER AS id FROM (SELECT DISTINCT %[1]s FROM strings)`, column)
}

// A source is what totals are computed from, by the name of its command.
type source string

// query returns the statement that computes the total of every group, then
// counts the groups and adds their totals up.
func (db *database) query(from source) string {
	table, hour := string(from), `epoch_us(time) // 3600000000`
	switch from {
	case "ids":
		hour = `time // 3600000000000`
	case "csv":
		table = db.csv
	}
	return `SELECT count(*), sum(total) FROM (
		SELECT tenant, sku, region, (` + hour + `)::INTEGER AS hour, sum(amount) AS total FROM ` + table + ` GROUP BY ALL)`
}

// A total is the answer to a query and the time it took.
type total struct {
	took         time.Duration
	groups, rows int64
	sum          *big.Int // nano-units
}

// total runs the query of a source once.
func (db *database) total(ctx context.Context, from source, threads int) (total, error) {
	if db.csv == "" {
		return total{}, errors.New("nothing is loaded")
	}
	if _, err := db.ExecContext(ctx, fmt.Sprint(`SET threads = `, threads)); err != nil {
		return total{}, err
	}
	t, sum, query := total{rows: db.rows}, any(nil), db.query(from)
	start := time.Now()
	err := db.QueryRowContext(ctx, query).Scan(&t.groups, &sum)
	t.took = time.Since(start)
	if err != nil {
		return total{}, err
	}
	switch sum := sum.(type) {
	case nil: // no rows
		t.sum = new(big.Int)
	case *big.Int: // HUGEINT
		t.sum = sum
	case duckdb.Decimal: // of nine places
		t.sum = sum.Value
	default:
		return total{}, fmt.Errorf("the sum is a %T", sum)
	}
	return t, nil
}
