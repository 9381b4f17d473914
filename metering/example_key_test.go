package metering_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

func ExampleAccount_Tenant() {
	account := metering.Account("acme/vision/training")
	fmt.Println(account.Tenant(), account.CostCentre())
	// Output: acme vision/training
}

func ExampleAccount_CostCentre() {
	fmt.Printf("%q\n", metering.Account("acme").CostCentre())
	// Output: ""
}

func ExampleAccount_Contains() {
	fmt.Println(metering.Account("acme").Contains("acme/vision"), metering.Account("acme").Contains("acme2"))
	// Output: true false
}

func ExampleAccount_Validate() {
	fmt.Println(metering.Account("acme//vision").Validate())
	// Output: metering: account "acme//vision": want no empty segment
}

func ExampleNewLabels() {
	a, err := metering.NewLabels("team", "vision", "env", "prod")
	check(err)
	fmt.Println(a, a == metering.MustLabels("env", "prod", "team", "vision"))
	_, err = metering.NewLabels("env", "prod", "env", "test")
	fmt.Println(err)
	// Output:
	// {env="prod", team="vision"} true
	// metering: label "env": given twice
}

func ExampleLabels_All() {
	for name, value := range metering.MustLabels("team", "vision", "env", "prod").All() {
		fmt.Println(name, value)
	}
	// Output:
	// env prod
	// team vision
}

func ExampleLabels_Get() {
	fmt.Println(metering.MustLabels("env", "prod").Get("env"))
	// Output: prod true
}

func ExampleLabels_Len() {
	fmt.Println(metering.MustLabels("env", "prod").Len())
	// Output: 1
}

func ExampleLabels_Contains() {
	fmt.Println(metering.MustLabels("env", "prod", "team", "vision").Contains(metering.MustLabels("env", "prod")))
	// Output: true
}

func ExampleLabels_Compare() {
	fmt.Println(metering.MustLabels("env", "prod").Compare(metering.MustLabels("env", "test")))
	// Output: -1
}

func ExampleLabels_MarshalJSON() {
	text, err := json.Marshal(metering.MustLabels("team", "vision", "env", "prod"))
	fmt.Println(string(text), err)
	// Output: {"env":"prod","team":"vision"} <nil>
}

func ExampleLabels_UnmarshalJSON() {
	var l metering.Labels
	fmt.Println(json.Unmarshal([]byte(`{"env":"prod","env":"test"}`), &l))
	// Output: metering: label "env": given twice
}

func ExampleKey_Validate() {
	fmt.Println(metering.Key{Account: "acme", Meter: metering.Egress, Region: "a\nb"}.Validate())
	// Output: metering: region "a\nb": want no control characters
}

func ExampleKey_Compare() {
	keys := []metering.Key{
		{Account: "acme", Meter: metering.Egress, Resource: "vm-2"},
		{Account: "acme", Meter: metering.Egress, Region: "cn-north-1"},
		{Account: "acme", Meter: metering.Egress, Resource: "vm-1"},
	}
	slices.SortFunc(keys, metering.Key.Compare)
	for _, key := range keys {
		fmt.Println(key)
	}
	// Output:
	// acme network.egress vm-1
	// acme network.egress vm-2
	// acme network.egress @cn-north-1
}

func ExampleMeter_Validate() {
	fmt.Println(metering.Meter{ID: "ai.tokens", Unit: metering.MustUnit("{token}"), Form: metering.Capacity, Aggregation: metering.Sum, Layer: metering.AI}.Validate())
	// Output: metering: meter unit "{token}": want a unit of something held over time for a capacity meter
}

func ExampleEvent_Identity() {
	fmt.Printf("%+v\n", request("req-1", 350).Identity())
	// Output: {Tenant:acme Source:gateway ID:req-1}
}

func ExampleEvent_Validate() {
	e := request("req-1", 350)
	e.Adjusts = "req-0"
	fmt.Println(e.Validate())
	// Output: metering: adjusts "req-0": want the id of the corrected event on an adjustment, and only there
}

func ExampleUsage_Quality() {
	u := metering.Usage{Quantity: metering.Grains(10, metering.Token), Estimated: metering.Grains(4, metering.Token)}
	fmt.Println(u.Quality())
	// Output: mixed
}

func ExampleKey_Redacted() {
	key := metering.Key{Account: "acme", Meter: metering.InputTokens, SKU: "m-large", Labels: metering.MustLabels("owner", "lijun@example.com")}
	fmt.Println(key)
	fmt.Println(key.Redacted())
	// Output:
	// acme ai.tokens.input m-large {owner="lijun@example.com"}
	// acme ai.tokens.input m-large {owner}
}
