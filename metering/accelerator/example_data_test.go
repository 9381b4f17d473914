package accelerator_test

import (
	"fmt"

	"github.com/meterbook/meterbook/metering/accelerator"
)

func ExampleParseShare() {
	share, err := accelerator.ParseShare("2/30")
	fmt.Println(share, share.Cmp(accelerator.Whole()) < 0, err)
	cards, err := share.Cards()
	fmt.Println(cards, err)
	_, err = accelerator.ParseShare("3/2")
	fmt.Println(err)
	// Output:
	// 1/15 true <nil>
	// 4804800 {share} <nil>
	// accelerator: share out of range: share 3/2: want more than 0 and at most 1 card
}

// A catalogue and a table are data: written, kept, and read back.
func ExampleParseCatalogue() {
	own, err := accelerator.NewCatalogue("2026.11+acme", []accelerator.Model{{
		ID: "acme-one", Name: "One", Vendor: "Acme", Family: "One", Kind: accelerator.NPU, FiguresOf: "card", Devices: 1,
		Memory: accelerator.Known(96 << 30), Source: "Acme data sheet 1.2", Confidence: accelerator.Medium,
	}}, nil)
	if err != nil {
		panic(err)
	}
	text, err := own.MarshalJSON()
	if err != nil {
		panic(err)
	}
	again, err := accelerator.ParseCatalogue(text)
	if err != nil {
		panic(err)
	}
	one, err := again.Lookup("One")
	fmt.Println(one.ID, one.Memory, one.TDP, err)

	table, err := accelerator.Default().DenseCompute(accelerator.Formats()[3])
	if err != nil {
		panic(err)
	}
	text, err = table.MarshalJSON()
	if err != nil {
		panic(err)
	}
	same, err := accelerator.ParseTable(text)
	fmt.Println(same.Basis() == table.Basis(), err)
	// Output:
	// acme-one 103079215104 unknown <nil>
	// true <nil>
}
