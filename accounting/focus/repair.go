package focus

import "fmt"

// A RepairKind says what a [Reader] did to a cell or a header.
type RepairKind uint8

// The kinds of repairs.
const (
	RepairBOM        RepairKind = iota + 1 // a byte order mark before the header, left out
	RepairHeader                           // a column's name in another case or with spaces or underscores
	RepairNull                             // a word for null, such as NULL or N/A
	RepairSpace                            // spaces around a value
	RepairDate                             // a time in another form; without a zone it is UTC
	RepairNumber                           // a number with a plus, grouping, currency sign, or exponent with a plus
	RepairWord                             // an allowed value in another case
	RepairApostrophe                       // the apostrophe before what would be a formula
	RepairUnread                           // none: the value cannot be read, and is null in the row
	RepairUnknown                          // none: a column of no version, kept beside the row
	RepairFields                           // none: a row with too many or too few fields; what it lacks is null
	repairKinds                            // their number, kept last
)

var repairNames = [repairKinds]string{RepairBOM: "byte order mark", RepairHeader: "header", RepairNull: "null", RepairSpace: "space", RepairDate: "date",
	RepairNumber: "number", RepairWord: "word", RepairApostrophe: "apostrophe", RepairUnread: "unread", RepairUnknown: "unknown column", RepairFields: "fields"}

// String returns the kind in a word or two, "invalid" for any other.
func (k RepairKind) String() string {
	if k == 0 || k >= repairKinds {
		return "invalid"
	}
	return repairNames[k]
}

// A Repair is one thing that a [Reader] changed or could not read. From is the
// whole text of the file and To the text of the value, so that a row and its
// repairs have all that the file has.
type Repair struct {
	Kind     RepairKind
	Line     int64 // on which the row ends; 1 for the header
	Column   string
	From, To string
}

// String returns the repair in a line.
func (r Repair) String() string {
	return fmt.Sprintf("line %d: %s: %s %q → %q", r.Line, r.Kind, r.Column, clip(r.From), clip(r.To))
}
