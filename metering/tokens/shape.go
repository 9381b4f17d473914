package tokens

// A Shape says how the usage object of an API is to be read: it is data, and
// can be kept in JSON. Give it to [NewParser].
//
// A path names a member of a JSON object by the names on the way to it, joined
// by dots: "prompt_tokens_details.cached_tokens". An element of an array is
// named by a member of its own, as in "details[modality=AUDIO].tokenCount".
// Names are compared byte by byte.
type Shape struct {
	Name      string // begins the messages of errors
	Reference string // where the API's documentation describes it, for people

	// Fields are the counts of the usage object, a whole before its parts: at
	// most 64.
	Fields []Field
	// Total is the path of the sum of all fields that are within no other; ""
	// where the API has none. When it is given it has to be that sum.
	Total string `json:",omitempty"`
	// Ignored are members of the usage object that count nothing of their own.
	// Only a strict parser needs to know them.
	Ignored []string `json:",omitempty"`
	// Refused are members that stand for tokens which Fields leave out. A usage
	// object that has one is refused with ErrIncomplete.
	Refused []string `json:",omitempty"`

	// Usage are the paths of the usage object in a response and in the events of
	// a stream.
	Usage []Envelope `json:",omitempty"`
	// ID and Model are the paths of the response's id and of the model that made
	// it, the same in all that a stream says; where several are given, the last
	// in the response holds.
	ID, Model []string `json:",omitempty"`
	// Labels are members of the response that prices depend on, such as a
	// service tier. Paths begin at the response.
	Labels []Label `json:",omitempty"`
}

// A Field is one count of a usage object.
type Field struct {
	Path string
	// Class is that of the tokens which only this field counts: what is left
	// without its parts. None means that its parts make it up.
	Class Class `json:",omitempty"`
	// Within are the paths of the fields that count the same tokens: none where
	// counts are disjoint; two where a count is in both, as cached audio is.
	Within []string `json:",omitempty"`
	// Required: the field is given, or the total shows that it is 0. Only for
	// fields within no other. Others count 0 when they are absent, or the sum of
	// their parts.
	Required bool `json:",omitempty"`
	// Partition: the parts make up the whole. When all of them are given they
	// have to sum to it; when some are not, what is left is of the whole's class.
	Partition bool `json:",omitempty"`
	// Overlaps: the field may count tokens that another part of the same whole
	// counts too, without the API saying how many; a modality beside what was
	// cached, say. As few as possible are taken to be in both, and those count as
	// the other part's.
	Overlaps bool `json:",omitempty"`
	// Same is the path of an earlier field that this one repeats. Where both are
	// given they have to be equal. Such a field has nothing else.
	Same string `json:",omitempty"`
}

// An Envelope is where a usage object is found.
type Envelope struct {
	Path string
	// Opening: in a stream, more is said later. A stream that has said nothing
	// else was broken off.
	Opening bool `json:",omitempty"`
}

// A Label is a string of the response that becomes a label.
type Label struct{ Name, Path string }

// Limits of a [Shape], and of what is read by one.
const (
	MaxFields = 64
	// MaxUsageBytes bounds a usage object.
	MaxUsageBytes = 64 << 10
	// MaxResponseBytes bounds a response, and an event of a stream.
	MaxResponseBytes = 16 << 20

	maxNodes     = 256
	maxTexts     = 16
	maxNameBytes = 256  // names of shapes and classes, and paths
	maxTextBytes = 1024 // ids, models and values of labels
)
