package money

// CurrencyRow is a row of the table, for the tests that check the table itself.
type CurrencyRow struct {
	Code      Currency
	Numeric   string
	Digits    int
	MinorUnit bool
	Name      string
}

// CurrencyRows returns the table.
func CurrencyRows() []CurrencyRow {
	rows := make([]CurrencyRow, 0, len(currencyTable))
	for _, r := range currencyTable {
		rows = append(rows, CurrencyRow{r.code, r.numeric, int(r.digits), r.digits != noMinorUnit, r.name})
	}
	return rows
}
