package counter

import (
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Target says as what, and for whom, a counter's increases are usage.
type Target struct {
	// Key is the usage's: account, meter, resource (the device), SKU, region
	// and labels. The meter is of the counter's dimension.
	Key metering.Key
	// Source is who reports, 1 to 256 bytes.
	Source string
	// Name tells this counter from all others of the tenant and source, such as
	// "GPU-5f1c/energy": 1 to 192 bytes.
	Name string
	// Placement says when an increase is booked, and Width is that of windows
	// when it is spread; 0 is 15 minutes.
	Placement Placement
	Width     time.Duration
}

// maxTargetName leaves room in an event's id for two instants.
const maxTargetName = 192

// baseWindow is the narrowest window of package metering.
const baseWindow = 15 * time.Minute

// Events returns an increase as events of kind Amount, one for each part of
// [Increase.Parts] that is not 0; none for an increase that is none or 0. An
// event's time is its part's last instant.
//
// An event's id is made of Name and the reading's instant, and of the part's
// beginning where there are more: the same readings give the same events,
// however often they are read, and are counted once. Other readings of the
// same time are other events, so a source is read by one program, with one
// placement, and a restart resumes from a saved state or from readings that
// were read before.
//
// It fails as [Increase.Parts] does, with a *[FieldError] on a name that is not
// valid, and with what [metering.Event.Validate] finds.
func (t Target) Events(inc Increase) ([]metering.Event, error) {
	if err := checkText("name", t.Name, 1, maxTargetName); err != nil {
		return nil, err
	}
	width := t.Width
	if width == 0 {
		width = baseWindow
	}
	parts, err := inc.Parts(t.Placement, width)
	if err != nil {
		return nil, err
	}
	id := t.Name + "@" + inc.Period.End().Format(time.RFC3339Nano)
	var events []metering.Event
	for _, part := range parts {
		if part.Quantity.IsZero() {
			continue
		}
		e := t.event(part)
		e.ID = id
		if len(parts) > 1 {
			e.ID += "/" + part.Period.Start().Format(time.RFC3339Nano)
		}
		if err := e.Validate(); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func (t *Target) event(p Part) metering.Event {
	return metering.Event{
		Account: t.Key.Account, Source: t.Source, Time: p.Period.End().Add(-1), Kind: metering.Amount,
		Resource: t.Key.Resource, Region: t.Key.Region, Labels: t.Key.Labels, Estimated: p.Estimated,
		Items: []metering.Item{{Meter: t.Key.Meter, SKU: t.Key.SKU, Quantity: p.Quantity}},
	}
}
