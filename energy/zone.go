package energy

import "strconv"

// A ZoneKind says what part of a machine a counter sees. Zones overlap: a
// platform holds its packages and memory, a package its cores and uncore.
type ZoneKind uint8

// The kinds of zones, as Linux powercap names them.
const (
	_         ZoneKind = iota
	Platform           // psys: all of the machine
	Package            // one socket
	Core               // the cores of a socket, within its package
	Uncore             // the rest of a socket, such as its graphics, within its package
	DRAM               // memory, beside the package
	zoneKinds          // their number, kept last
)

var zoneNames = [zoneKinds]string{Platform: "psys", Package: "package", Core: "core", Uncore: "uncore", DRAM: "dram"}

// String returns the kind's name in powercap, such as "psys".
func (k ZoneKind) String() string {
	if k == 0 || k >= zoneKinds {
		return "invalid"
	}
	return zoneNames[k]
}

// A Zone is one counter of a machine.
type Zone struct {
	Name   string
	Kind   ZoneKind
	Socket int
	// Counter names the register that is read. Two zones of one register, as
	// of two dies that mirror their package's, are the same energy. Equal
	// readings alone prove nothing: "" stands for a register of its own.
	Counter string
}

// Placement says why a zone is added up or not.
type Placement uint8

// The placements.
const (
	Counted   Placement = iota // it is a part of the sum
	Contained                  // what it sees is within another zone of the sum
	Mirrored                   // it is another name of a counter of the sum
)

// String returns the placement in words.
func (p Placement) String() string {
	switch p {
	case Counted:
		return "counted"
	case Contained:
		return "contained"
	case Mirrored:
		return "mirrored"
	}
	return "invalid"
}

// Place says of each zone of one machine whether it is a part of the
// machine's energy, so that nothing is counted twice: psys alone where there
// is one; otherwise of each socket its package, or its cores and uncore where
// there is no package, and memory beside it. Of zones that share a register
// the first counts.
//
// It fails with a *[FieldError] on a zone of no kind.
func Place(zones []Zone) ([]Placement, error) {
	places := make([]Placement, len(zones))
	platform := false
	packages := map[int]bool{}
	for _, z := range zones {
		switch z.Kind {
		case Platform:
			platform = true
		case Package:
			packages[z.Socket] = true
		case Core, Uncore, DRAM:
		default:
			return nil, &FieldError{"kind of zone " + strconv.Quote(clip(z.Name)), strconv.Itoa(int(z.Kind)), "psys, package, core, uncore or dram"}
		}
	}
	seen := map[string]bool{}
	for i, z := range zones {
		switch {
		case platform && z.Kind != Platform, packages[z.Socket] && (z.Kind == Core || z.Kind == Uncore):
			places[i] = Contained
		case z.Counter != "" && seen[z.Counter]:
			places[i] = Mirrored
		default:
			seen[z.Counter] = true
		}
	}
	return places, nil
}
