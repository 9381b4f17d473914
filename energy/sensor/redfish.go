package sensor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Redfish reads power and energy from a management controller or a power
// distribution unit, over the DMTF's HTTP and JSON. It understands three
// resources: Power of a chassis (PowerControl, PowerConsumedWatts),
// EnvironmentMetrics (PowerWatts, EnergykWh), and the metrics and outlets of a
// RackPDU, which have the same two fields.
//
// Of a resource that has both, the energy counter is taken.
type Redfish struct {
	Client Doer
	Base   string   // such as "https://10.0.0.7"
	Paths  []string // of the resources, such as "/redfish/v1/Chassis/1/Power"
	ID     string   // what readings have as their Source; "redfish" when empty
}

// ChassisPower returns the reader of the chassis of a machine, by their ids.
func ChassisPower(client Doer, base string, chassis ...string) Redfish {
	r := Redfish{Client: client, Base: base}
	for _, c := range chassis {
		r.Paths = append(r.Paths, "/redfish/v1/Chassis/"+c+"/Power")
	}
	return r
}

// RackPDU returns the reader of the outlets of a power distribution unit, by
// its id and theirs.
func RackPDU(client Doer, base, pdu string, outlets ...string) Redfish {
	r := Redfish{Client: client, Base: base, ID: "pdu"}
	for _, o := range outlets {
		r.Paths = append(r.Paths, "/redfish/v1/PowerEquipment/RackPDUs/"+pdu+"/Outlets/"+o)
	}
	return r
}

// Name returns the source's ID.
func (r Redfish) Name() string {
	if r.ID == "" {
		return "redfish"
	}
	return r.ID
}

// Read asks for each resource. One that cannot be read while others can is
// missed. It fails with an error that wraps [ErrUnavailable] when none can.
func (r Redfish) Read(ctx context.Context, now time.Time) ([]Reading, error) {
	var readings []Reading
	var missed error
	read := 0
	for _, p := range r.Paths {
		list, err := r.resource(ctx, p, now)
		if err != nil {
			list = []Reading{{Source: r.Name(), Device: p, Time: now, Kind: Missed, Why: err}}
		}
		for _, one := range list {
			if one.Kind == Missed {
				missed = one.Why
			} else {
				read++
			}
		}
		readings = append(readings, list...)
	}
	if read == 0 {
		return nil, unavailable(r.Name(), missed)
	}
	return readings, nil
}

func (r Redfish) resource(ctx context.Context, path string, now time.Time) ([]Reading, error) {
	body, err := get(ctx, r.Client, strings.TrimSuffix(r.Base, "/")+path)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return r.Parse(body, path, now)
}

const maxResourceBytes = 4 << 20

// resource is what is read of the JSON; all of it can be missing or null.
type resource struct {
	Name         string
	PowerControl []struct {
		Name               string
		MemberID           string `json:"MemberId"`
		PowerConsumedWatts *json.Number
	}
	PowerWatts, EnergykWh *struct{ Reading *json.Number }
}

// Parse reads one resource. It fails with a *[FieldError] on what is no JSON of
// such a resource, is more than 4 MiB, or has no power or energy in it, or with
// what body says.
func (r Redfish) Parse(body io.Reader, path string, now time.Time) ([]Reading, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxResourceBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("sensor: %s: %w", clip(path), err)
	case len(text) > maxResourceBytes:
		return nil, &FieldError{"resource " + clip(path), fmt.Sprintf("more than %d bytes", maxResourceBytes), "less"}
	}
	var doc resource
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
		return nil, &FieldError{"resource " + clip(path), clip(string(text)), "JSON with numbers for powers and energies: " + err.Error()}
	}
	var readings []Reading
	seen := map[string]bool{}
	for i, c := range doc.PowerControl {
		device := fmt.Sprintf("%s#%d", path, i)
		if c.MemberID != "" {
			device = path + "#" + clip(c.MemberID)
		}
		for seen[device] { // controllers give one MemberId to several
			device += fmt.Sprintf("#%d", i)
		}
		seen[device] = true
		readings = append(readings, r.of(device, c.Name, Power, c.PowerConsumedWatts, now))
	}
	switch {
	case doc.EnergykWh != nil && doc.EnergykWh.Reading != nil:
		readings = append(readings, r.of(path, doc.Name, Counter, doc.EnergykWh.Reading, now))
	case doc.PowerWatts != nil:
		readings = append(readings, r.of(path, doc.Name, Power, doc.PowerWatts.Reading, now))
	case doc.EnergykWh != nil:
		readings = append(readings, r.of(path, doc.Name, Counter, nil, now))
	}
	if len(readings) == 0 {
		return nil, &FieldError{"resource", clip(path), "PowerControl, PowerWatts or EnergykWh in it"}
	}
	return readings, nil
}

func (r Redfish) of(device, name string, kind Kind, value *json.Number, now time.Time) Reading {
	out := Reading{Source: r.Name(), Device: device, Model: clip(name), Time: now, Kind: kind}
	var err error
	switch {
	case value == nil:
		err = &SentinelError{device, "null"}
	case kind == Counter:
		out.Energy, err = joules(device, value.String(), kWh)
	default:
		out.Power, err = power(device, value.String(), one)
	}
	if err != nil {
		out.Kind, out.Why = Missed, err
	}
	return out
}
