module github.com/meterbook/meterbook/benchmarks

go 1.26.0

require (
	github.com/meterbook/meterbook v0.0.0
	github.com/shopspring/decimal v1.6.0
)

replace github.com/meterbook/meterbook => ../
