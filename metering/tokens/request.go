package tokens

import (
	"fmt"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Request says whose tokens they were, and what for.
type Request struct {
	Account metering.Account
	Source  string // who reports, such as the gateway's name: 1 to 256 bytes
	// ID is unique within the tenant and source, 1 to 256 bytes: the id of the
	// response, which makes a report that is sent again count once.
	ID string
	// At is when the tokens were used; prices are chosen by it. It is part of the
	// event's body: a retry has to bring the same one, such as the response's own,
	// and not the time of the retry, or it is metering.ErrConflict.
	At       time.Time
	Model    string // the SKU of every item, at most 256 bytes
	Region   string // at most 256 bytes
	Resource string // such as an endpoint; selects no price, at most 256 bytes
	Labels   metering.Labels
	// Tiers are bounds of the input's length, in tokens, ascending, each
	// inclusive, where a price list prices a request by it. The event gets a
	// label [TierLabel] that says which tier the request is in: sums over
	// requests no longer tell.
	Tiers []int64
	// Estimated marks counts that are not the model's own, such as those of a
	// stream that was broken off.
	Estimated bool
}

// TierLabel is the label that [Usage.Event] adds for [Request.Tiers]. Its value
// is the tier's upper bound in digits, or [BeyondTiers].
const (
	TierLabel   = "input-tokens-up-to"
	BeyondTiers = "unbounded"
)

// Event returns the usage as one event of kind metering.Amount: one request,
// and an item for each class that is not zero. A request without tokens counts
// as a request.
//
// It fails with a *[FieldError] for a negative count, tiers that do not ascend
// from above 0, or labels that have [TierLabel] already beside tiers; and with
// what metering.Event.Validate says of the request. It costs one allocation,
// and some more for a tier's label.
func (u Usage) Event(r Request) (metering.Event, error) {
	if err := u.Validate(); err != nil {
		return metering.Event{}, err
	}
	labels, err := r.labels(u)
	if err != nil {
		return metering.Event{}, err
	}
	n := 1
	for range u.All() {
		n++
	}
	items := make([]metering.Item, 0, n)
	items = append(items, metering.Item{Meter: metering.Requests, SKU: r.Model, Quantity: metering.Grains(1, metering.Count)})
	for c, n := range u.All() {
		items = append(items, metering.Item{Meter: c.Meter(), SKU: r.Model, Quantity: metering.Grains(n, metering.Token)})
	}
	e := metering.Event{
		Account: r.Account, Source: r.Source, ID: r.ID, Time: r.At, Kind: metering.Amount,
		Resource: r.Resource, Region: r.Region, Labels: labels, Items: items, Estimated: r.Estimated,
	}
	if err := e.Validate(); err != nil {
		return metering.Event{}, fmt.Errorf("tokens: request: %w", err)
	}
	return e, nil
}

// labels returns the request's labels, with the tier's where there are tiers.
func (r *Request) labels(u Usage) (metering.Labels, error) {
	if len(r.Tiers) == 0 {
		return r.Labels, nil
	}
	tier, err := r.tier(u)
	if err != nil {
		return metering.Labels{}, err
	}
	pairs := []string{TierLabel, tier}
	for name, value := range r.Labels.All() {
		if name == TierLabel {
			return metering.Labels{}, &FieldError{Field: "label " + TierLabel, Given: "…", Want: "none beside tiers", Err: ErrDuplicate}
		}
		pairs = append(pairs, name, value)
	}
	labels, err := metering.NewLabels(pairs...)
	if err != nil {
		return metering.Labels{}, fmt.Errorf("tokens: request: %w", err)
	}
	return labels, nil
}

// tier returns the value of the tier's label.
func (r *Request) tier(u Usage) (string, error) {
	tier, last := BeyondTiers, int64(0)
	length := u.TotalInput()
	for _, bound := range r.Tiers {
		if bound <= last {
			return "", &FieldError{Field: "tier", Given: fmt.Sprint(bound), Want: fmt.Sprintf("more than %d: tiers ascend", last), Err: ErrSyntax}
		}
		last = bound
		c, err := length.Cmp(metering.Grains(bound, metering.Token))
		if err != nil {
			return "", err
		}
		if tier == BeyondTiers && c <= 0 {
			tier = strconv.FormatInt(bound, 10)
		}
	}
	return tier, nil
}
