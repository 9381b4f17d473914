package invoice_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// exampleTaxes are value added tax of 6 %, and none on support.
const exampleTaxes = `{"point": "supply",
	"taxes": [{"id": "vat", "name": "VAT", "category": "standard", "rate": "0.06", "mode": "half-up", "places": 2, "level": "bill"}],
	"rules": [{"services": ["support"]}, {"taxes": ["vat"]}]}`

func exampleDraft() *invoice.Draft {
	bill := exampleBill()
	draft, err := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	if err != nil {
		panic(err)
	}
	return draft
}

func exampleRegister(journal func([]byte) error) *invoice.Register {
	register, err := invoice.NewRegister(invoice.Issuer{
		Party:     invoice.Party{ID: "mb", Name: "Meterbook Cloud", TaxID: "91110108MA00000000"},
		Numbering: invoice.DefaultNumbering(),
		Zone:      metering.MustZone("Asia/Shanghai"),
	}, journal)
	if err != nil {
		panic(err)
	}
	return register
}

var december = time.Date(2026, time.December, 1, 2, 0, 0, 0, time.UTC)

func ExampleRegister_Issue() {
	register := exampleRegister(nil)
	taxes, _ := invoice.ParseTaxes([]byte(exampleTaxes))
	terms := invoice.Terms{Taxes: taxes, DueDays: 30}
	issued, err := register.Issue(december, terms, exampleDraft())
	fmt.Println(issued.Number(), issued.Total(), err)

	again, err := register.Issue(december.AddDate(0, 0, 3), terms, exampleDraft())
	fmt.Println(again.Number(), again.Hash() == issued.Hash(), err)

	terms.DueDays = 60
	_, err = register.Issue(december, terms, exampleDraft())
	var conflict *invoice.ConflictError
	fmt.Println(errors.As(err, &conflict), len(register.Documents()))
	// Output:
	// INV-2026-000001 CNY 295.93 <nil>
	// INV-2026-000001 true <nil>
	// true 1
}

// A program that does not know how far it came issues everything again.
func ExampleOpenJournal() {
	dir, err := os.MkdirTemp("", "invoices")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	issuer := invoice.Issuer{Party: invoice.Party{ID: "mb", Name: "Meterbook Cloud"}, Numbering: invoice.DefaultNumbering()}
	for range 2 {
		kept, err := invoice.OpenJournal(filepath.Join(dir, "journal"))
		fmt.Println(err)
		register, err := invoice.Replay(issuer, kept.Documents(), kept.Keep)
		fmt.Println(len(register.Documents()), err)
		issued, err := register.Issue(december, invoice.Terms{}, exampleDraft())
		fmt.Println(issued.Number(), err, kept.Close())
	}
	// Output:
	// <nil>
	// 0 <nil>
	// INV-2026-000001 <nil> <nil>
	// <nil>
	// 1 <nil>
	// INV-2026-000001 <nil> <nil>
}

func ExampleRegister_Credit() {
	register := exampleRegister(nil)
	taxes, _ := invoice.ParseTaxes([]byte(exampleTaxes))
	issued, _ := register.Issue(december, invoice.Terms{Taxes: taxes}, exampleDraft())
	note, err := register.Credit(december, invoice.Note{ID: "claim 7", Of: issued.Number(), Reason: "Wrong gateway",
		Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 90.00")}}})
	fmt.Println(note.Number(), note.Total(), err)
	fmt.Println(register.Balance(issued.Number()))

	_, err = register.Credit(december, invoice.Note{ID: "claim 8", Of: issued.Number(), Reason: "More",
		Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 0.51")}}})
	fmt.Println(err)
	_, err = register.Credit(december, invoice.Note{ID: "claim 9", Of: issued.Number(), Reason: "All of it"})
	fmt.Println(err)
	fmt.Println(register.Balance(issued.Number()))
	// Output:
	// CN-2026-000001 CNY -95.40 <nil>
	// CNY 200.53 <nil>
	// invoice: credit of CNY 0.51 on line 1 of "INV-2026-000001", which has CNY 0.50 left; credit at most that
	// <nil>
	// CNY 0.00 <nil>
}

func ExampleRegister_Debit() {
	register := exampleRegister(nil)
	issued, _ := register.Issue(december, invoice.Terms{}, exampleDraft())
	note, err := register.Debit(december, invoice.Note{ID: "late usage", Of: issued.Number(), Reason: "Usage that came late", Rerated: true,
		Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 8.00")}}})
	line := note.Document().Items[0]
	fmt.Println(note.Number(), note.Total(), err)
	fmt.Println(line.Corrects.Number, line.Corrects.Line, line.Period)
	// Output:
	// DN-2026-000001 CNY 8.00 <nil>
	// INV-2026-000001 1 2026-11-01T00:00:00Z/2026-11-04T00:00:00Z
}

func ExampleRegister_Progress() {
	bill := exampleBill()
	register := exampleRegister(nil)
	issue := func(charges []accounting.Charge, id string, p invoice.Progress) {
		draft, _ := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(charges))
		part, err := register.Progress(december, invoice.Terms{ID: id}, p, draft)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(part.Number(), part.Total())
	}
	threshold := money.MustParse("CNY 40")
	issue(bill.Charges[:1], "to the 2nd", invoice.Progress{Least: threshold})
	issue(bill.Charges[:2], "to the 3rd", invoice.Progress{Least: threshold})
	issue(bill.Charges, "to the end", invoice.Progress{Final: true})
	fmt.Println(bill.Total())
	// Output:
	// invoice: CNY 32.27 are open, less than the threshold of CNY 40.00
	// INV-2026-000001 CNY 64.53
	// INV-2026-000002 CNY 225.97
	// CNY 290.50
}

func ExampleRegister_Preview() {
	document, err := exampleRegister(nil).Preview(december, invoice.Terms{}, exampleDraft())
	fmt.Printf("%q %v %v\n", document.Number, document.Total, err)
	// Output: "" CNY 290.50 <nil>
}

func ExampleReplay() {
	var journal [][]byte
	keep := func(text []byte) error {
		journal = append(journal, text)
		return nil
	}
	register := exampleRegister(keep)
	first, _ := register.Issue(december, invoice.Terms{ID: "order 1"}, exampleDraft())

	again, err := invoice.Replay(invoice.Issuer{Party: first.Document().Issuer, Numbering: invoice.DefaultNumbering(), Zone: first.Document().Zone},
		func(yield func([]byte, error) bool) {
			for _, text := range journal {
				if !yield(text, nil) {
					return
				}
			}
		}, keep)
	fmt.Println(err)
	second, _ := again.Issue(december, invoice.Terms{ID: "order 2"}, exampleDraft())
	fmt.Println(second.Number(), second.Document().Previous == first.Hash())
	// Output:
	// <nil>
	// INV-2026-000002 true
}

func ExampleRead() {
	issued, _ := exampleRegister(nil).Issue(december, invoice.Terms{}, exampleDraft())
	back, err := invoice.Read(issued.JSON())
	fmt.Println(back.Number(), back.Hash() == issued.Hash(), err)

	forged := strings.Replace(string(issued.JSON()), `"net":"CNY 90.50"`, `"net":"CNY 80.50"`, 1)
	_, err = invoice.Read([]byte(forged))
	fmt.Println(err)
	// Output:
	// INV-2026-000001 true <nil>
	// invoice: document does not add up: line 1: net and taxes come to CNY 80.50, and not to CNY 90.50
}

func ExampleIssued_LineOf() {
	bill := exampleBill()
	issued, _ := exampleRegister(nil).Issue(december, invoice.Terms{}, exampleDraft())
	fmt.Println(issued.LineOf(bill.Charges[2]))
	// Output: 1 true
}

func ExampleDrawOf() {
	entries := []credit.Entry{}
	wallet, _ := credit.NewWallet(credit.Terms{Currency: money.CNY, HoldFor: time.Hour}, december.AddDate(0, -1, 0), func(e credit.Entry) error {
		entries = append(entries, e)
		return nil
	})
	at := time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)
	_ = wallet.Grant(credit.Grant{ID: "november", Amount: money.MustParse("CNY 100")}, at)
	_ = wallet.Reserve("request 1", money.MustParse("CNY 30"), at)
	_ = wallet.Commit("request 1", money.MustParse("CNY 20.50"), at)
	draft := exampleDraft()
	draw, _ := invoice.DrawOf("wallet", "Prepaid credit", entries, draft.Period)
	issued, err := exampleRegister(nil).Issue(december, invoice.Terms{Draws: []invoice.Draw{draw}}, draft)
	fmt.Println(issued.Total(), issued.Due(), err)
	// Output: CNY 290.50 CNY 270.00 <nil>
}

func ExampleExchangeRates_On() {
	rates, err := invoice.ParseExchangeRates([]byte(`[{"from": "CNY", "to": "USD", "rate": "0.1408", "date": "2026-12-01", "source": "central parity"}]`))
	fmt.Println(err)
	rate, err := rates.On(money.CNY, money.USD, "2026-12-01")
	fmt.Println(rate.Rate, rate.Source, err)
	usd, err := rate.Convert(money.MustParse("CNY 290.50"), money.Rounding{Mode: money.HalfUp, Places: 2})
	fmt.Println(usd, err)
	_, err = rates.On(money.USD, money.CNY, "2026-12-01")
	fmt.Println(err)
	_, err = rates.On(money.CNY, money.USD, "2026-12-02")
	fmt.Println(err)
	// Output:
	// <nil>
	// 0.1408 central parity <nil>
	// USD 40.90 <nil>
	// invoice: no rate from USD to CNY on 2026-12-01; add it with its source
	// invoice: no rate from CNY to USD on 2026-12-02; add it with its source
}

func ExampleTerms_currencies() {
	rates, _ := invoice.ParseExchangeRates([]byte(`[{"from": "CNY", "to": "USD", "rate": "0.1408", "date": "2026-12-01", "source": "central parity"}]`))
	issued, err := exampleRegister(nil).Issue(december, invoice.Terms{Currency: money.USD, Rates: rates}, exampleDraft())
	for _, item := range issued.Document().Items {
		fmt.Println(item.Charged, item.Net)
	}
	fmt.Println(issued.Total(), err)
	// Output:
	// CNY 90.50 USD 12.74
	// CNY 200.00 USD 28.16
	// USD 40.90 <nil>
}

func ExampleCapitals() {
	for _, amount := range []string{"CNY 1409.50", "CNY 107000.53", "CNY 325.04", "CNY -2.00"} {
		text, _ := invoice.Capitals(money.MustParse(amount))
		fmt.Println(text)
	}
	// Output:
	// 人民币壹仟肆佰零玖元伍角
	// 人民币壹拾万柒仟元零伍角叁分
	// 人民币叁佰贰拾伍元零肆分
	// 人民币负贰元整
}

func ExampleIssued_WriteText() {
	taxes, _ := invoice.ParseTaxes([]byte(exampleTaxes))
	issued, _ := exampleRegister(nil).Issue(december, invoice.Terms{Taxes: taxes, DueDays: 30}, exampleDraft())
	var text strings.Builder
	_ = issued.WriteText(&text, accounting.Chinese)
	for line := range strings.SplitSeq(text.String(), "\n") {
		if strings.HasPrefix(line, "应付金额") || strings.HasPrefix(line, "大写金额") {
			fmt.Println(strings.Join(strings.Fields(line), " "))
		}
	}
	// Output:
	// 应付金额 295.93 CNY
	// 大写金额 人民币贰佰玖拾伍元玖角叁分
}

func ExampleWriteCSV() {
	draft := exampleDraft()
	draft.Lines[0].Title = "=cmd|'/C calc'!A0"
	document, _ := exampleRegister(nil).Preview(december, invoice.Terms{}, draft)
	document.Items = document.Items[:1]
	var text strings.Builder
	_ = invoice.WriteCSV(&text, invoice.CSVOptions{}, document)
	row := strings.Split(strings.Split(text.String(), "\r\n")[1], ",")
	fmt.Println(row[15], row[27])
	// Output: "'=cmd|'/C calc'!A0" 90.50
}

func ExampleIssued_WriteHTML() {
	issued, _ := exampleRegister(nil).Issue(december, invoice.Terms{}, exampleDraft())
	file, err := os.CreateTemp("", "invoice-*.html")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	fmt.Println(issued.WriteHTML(file, accounting.English), file.Close())
	// Output: <nil> <nil>
}

func ExampleRate_Percent() {
	fmt.Println(invoice.Rate("0.06").Percent(), invoice.Rate("0.0825").Percent(), invoice.Rate("1").Percent())
	// Output: 6% 8.25% 100%
}

func ExampleNewRegister() {
	numbering := invoice.DefaultNumbering()
	numbering.Invoice = "{issuer}-{year}{month}-{seq:4}"
	register, err := invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "MB", Name: "Meterbook Cloud"}, Numbering: numbering}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	issued, err := register.Issue(december, invoice.Terms{}, exampleDraft())
	fmt.Println(issued.Number(), err)

	numbering.CreditNote = "{issuer}-{year}{month}-0{seq}"
	_, err = invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "MB", Name: "Meterbook Cloud"}, Numbering: numbering}, nil)
	fmt.Println(err)
	// Output:
	// MB-202612-0001 <nil>
	// invoice: unusable numbering: patterns "{issuer}-{year}{month}-0{seq}" and "{issuer}-{year}{month}-{seq:4}" could make one number; set {seq} apart by a letter or a sign
}

func ExampleDateOf() {
	evening := time.Date(2026, time.November, 30, 20, 0, 0, 0, time.UTC)
	fmt.Println(invoice.DateOf(evening, metering.Zone{}), invoice.DateOf(evening, metering.MustZone("Asia/Shanghai")))
	// Output: 2026-11-30 2026-12-01
}

// In a test the files are not those of the machine.
func ExampleOpenJournalIn() {
	disk := meteringtest.NewDisk()
	kept, err := invoice.OpenJournalIn(disk)
	fmt.Println(err)
	fmt.Println(kept.Keep([]byte("a document")), kept.Close())
	kept, err = invoice.OpenJournalIn(disk.PowerLoss(meteringtest.Loss{Seed: 1}))
	fmt.Println(err)
	for text, err := range kept.Documents() {
		fmt.Printf("%s %v\n", text, err)
	}
	fmt.Println(kept.Close())
	// Output:
	// <nil>
	// <nil> <nil>
	// <nil>
	// a document <nil>
	// <nil>
}

// What others hold on to, such as a seal, is a line as it was issued, and a charge
// is found on it.
func ExampleIssued_Lines() {
	issued, _ := exampleRegister(nil).Issue(december, invoice.Terms{}, exampleDraft())
	for _, line := range issued.Lines() {
		fmt.Println(line.ID(), line.Gross)
	}
	fmt.Println(issued.LineID(exampleBill().Charges[0]))
	// Output:
	// INV-2026-000001/1 CNY 90.50
	// INV-2026-000001/2 CNY 200.00
	// INV-2026-000001/1
}
