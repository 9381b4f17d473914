package metering_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

func ExampleDefaultCatalogue() {
	for m := range metering.DefaultCatalogue().All() {
		if m.Layer == metering.Application {
			fmt.Println(m.ID, m.Unit, m.Form)
		}
	}
	// Output:
	// application.calls 10*4 amounts
	// application.documents 1 amounts
	// application.seat.time {item}.d capacity
	// application.users {user} identities
}

func ExampleNewCatalogue() {
	_, err := metering.NewCatalogue(
		metering.Meter{ID: "ocr.pages", Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application},
		metering.Meter{ID: "OCR"},
	)
	fmt.Println(err)
	// Output:
	// metering: meter "OCR": want names of a-z, 0-9, '-', '_' joined by '.'
	// metering: meter unit "ocr.pages": want a unit
}

func ExampleCatalogue_With() {
	catalogue, err := metering.DefaultCatalogue().With(metering.Meter{ID: "render.frames", Title: "Frames", Unit: metering.MustUnit("{frame}"),
		Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application})
	check(err)
	frames, err := catalogue.Lookup("render.frames")
	fmt.Println(frames.Title, frames.Unit, err)
	// Output: Frames {frame} <nil>
}

func ExampleCatalogue_Lookup() {
	_, err := metering.DefaultCatalogue().Lookup("render.frames")
	fmt.Println(err)
	// Output: metering: unknown meter: "render.frames"; see Catalogue.All for those there are, and Catalogue.With to add it
}

func ExampleCatalogue_MarshalJSON() {
	catalogue, err := metering.NewCatalogue(metering.Meter{ID: "render.frames", Title: "Frames", Unit: metering.MustUnit("{frame}"),
		Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application})
	check(err)
	text, err := json.Marshal(catalogue)
	check(err)
	back, err := metering.ReadCatalogue(strings.NewReader(string(text)))
	fmt.Println(string(text))
	fmt.Println(back.Len(), err)
	// Output:
	// [{"ID":"render.frames","Title":"Frames","Unit":"{frame}","Form":"amounts","Aggregation":"sum","Layer":"application","Granularity":0,"Monotonic":false,"Late":"refuse","Paused":"not-held","Reference":""}]
	// 1 <nil>
}

func ExampleCatalogue_Replacing() {
	tokens, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
	check(err)
	fmt.Println(tokens.Late)
	tokens.Late = metering.AdjustLate
	catalogue, err := metering.DefaultCatalogue().Replacing(tokens)
	check(err)
	tokens, err = catalogue.Lookup(metering.InputTokens)
	fmt.Println(tokens.Late, err)
	// Output:
	// refuse
	// adjust <nil>
}

func ExampleCatalogue_AppendMarkdown() {
	catalogue, err := metering.NewCatalogue(metering.Meter{ID: "render.frames", Title: "Frames", Unit: metering.MustUnit("{frame}"),
		Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application, Reference: "GB/T 37735-2019, 7.2"})
	check(err)
	os.Stdout.Write(catalogue.AppendMarkdown(nil))
	// Output:
	// | meter | title | unit | form | aggregation | granularity | runs | late | paused | layer | reference |
	// | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
	// | render.frames | Frames | {frame} | amounts | sum | each | - | refuse | - | application | GB/T 37735-2019, 7.2 |
}
