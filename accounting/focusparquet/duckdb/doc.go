// Package duckdb reads Parquet files of focusparquet back with DuckDB, in a test: an independent reader has to find the
// same sums, to the last digit (TestLaw_DuckDB_Sum). It has no code of its own, and is a module of its own, outside go.work, because DuckDB is
// C++ and needs cgo:
//
//	cd accounting/focusparquet/duckdb
//	GOWORK=off go test -tags duckdb .
package duckdb
