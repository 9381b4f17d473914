package cloudevents

import "github.com/meterbook/meterbook/metering"

// Media types of the JSON format: of one event, and of a batch (CloudEvents
// JSON format 1.0.2, clauses 3 and 4.2).
const (
	MediaType      = "application/cloudevents+json"
	BatchMediaType = "application/cloudevents-batch+json"
)

// The type of an event says its kind, and the version of what its data holds.
// A version is never changed: what has other data gets another type.
const (
	TypeAmount     = typePrefix + "amount.v1"
	TypeStart      = typePrefix + "start.v1"
	TypeResize     = typePrefix + "resize.v1"
	TypePause      = typePrefix + "pause.v1"
	TypeResume     = typePrefix + "resume.v1"
	TypeStop       = typePrefix + "stop.v1"
	TypeHeartbeat  = typePrefix + "heartbeat.v1"
	TypeLevel      = typePrefix + "level.v1"
	TypeAdjustment = typePrefix + "adjustment.v1"

	typePrefix = "com.meterbook.usage."
)

// specVersion is the one version of the specification that there is.
const specVersion = "1.0"

// typeOf returns the type of events of a kind. A kind that is not listed is
// refused rather than named, for its events may have what data does not carry.
func typeOf(k metering.Kind) (string, bool) {
	switch k {
	case metering.Amount:
		return TypeAmount, true
	case metering.Start:
		return TypeStart, true
	case metering.Resize:
		return TypeResize, true
	case metering.Pause:
		return TypePause, true
	case metering.Resume:
		return TypeResume, true
	case metering.Stop:
		return TypeStop, true
	case metering.Heartbeat:
		return TypeHeartbeat, true
	case metering.Level:
		return TypeLevel, true
	case metering.Adjustment:
		return TypeAdjustment, true
	}
	return "", false
}

// kindOf returns the kind of events of a type of this package.
func kindOf(name string) (metering.Kind, bool) {
	for _, k := range [...]metering.Kind{
		metering.Amount, metering.Start, metering.Resize, metering.Pause, metering.Resume,
		metering.Stop, metering.Heartbeat, metering.Level, metering.Adjustment,
	} {
		if t, _ := typeOf(k); t == name {
			return k, true
		}
	}
	return 0, false
}
