package meterbook_test

import (
	"go/ast"
	"go/doc"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A verb is an exported function or method as go doc shows it.
type verb struct {
	p    documented
	name string // with the receiver or the type that it makes
	fn   *doc.Func
}

// verbs are all exported functions and methods.
func verbs(t *testing.T) (all []verb) {
	for _, p := range documentation(t) {
		add := func(of string, list []*doc.Func) {
			for _, f := range list {
				if f.Level == 0 {
					all = append(all, verb{p, of + f.Name, f})
				}
			}
		}
		add("", p.doc.Funcs)
		for _, typ := range p.doc.Types {
			add("", typ.Funcs)
			add(typ.Name+".", typ.Methods)
		}
	}
	return all
}

func (v verb) String() string { return v.p.dir + "." + v.name }

// has reports whether one of the fields, of parameters or results, is of one of the
// types.
func has(list *ast.FieldList, names ...string) bool {
	return list != nil && slices.ContainsFunc(list.List, func(f *ast.Field) bool {
		name := strings.TrimPrefix(types.ExprString(f.Type), "...")
		return slices.Contains(names, name)
	})
}

var (
	saysError = regexp.MustCompile(`\bErr[A-Z]\w*|\w+Error\b|\b[Ee]rrors?\b|\bfail(s|ed|ure)?\b|\brefuse[sd]?\b|\bEBADF\b`)
	asAnother = regexp.MustCompile(`\[(\w+\.)*[A-Z]\w*\]|Parse of|AppendBinary`)
)

// ofAnInterface are methods whose errors are the text's or the writer's that an
// interface of the standard library is about: their comment has nothing to add.
var ofAnInterface = map[string]bool{
	"Unwrap": true, "MarshalText": true, "MarshalJSON": true, "MarshalBinary": true,
}

// standIns are types whose methods fail as the files do that they stand in for, as
// their own comment says.
var standIns = regexp.MustCompile(`^metering/meteringtest\.(Disk|Faults)\.`)

// TestDocs_ErrorsAreNamed: the comment of what returns an error says when, by a name
// or in words; or it links what it does the same as; or the package's section on
// errors names it.
func TestDocs_ErrorsAreNamed(t *testing.T) {
	n := 0
	for _, v := range verbs(t) {
		if !has(v.fn.Decl.Type.Results, "error") {
			continue
		}
		n++
		_, section, _ := strings.Cut(v.p.doc.Doc, "# Errors")
		section, _, _ = strings.Cut(section, "\n# ")
		switch {
		case ofAnInterface[v.fn.Name], standIns.MatchString(v.String()), saysError.MatchString(v.fn.Doc), asAnother.MatchString(v.fn.Doc):
		case regexp.MustCompile(`\b` + v.fn.Name + `\b`).MatchString(section):
		default:
			t.Errorf("%v returns an error and does not say when: name it in the comment, or in # Errors of the package", v)
		}
	}
	t.Log(n, "functions return an error")
}

// saysWho finds what a comment says about use by more than one goroutine.
var saysWho = regexp.MustCompile(`(?i)goroutine|concurren|immutable|one at a time`)

// ownMethods are those of a pointer that make a type hold something: not those that
// read into a value, or that an error has.
var ownMethods = regexp.MustCompile(`^(Unmarshal\w+|Scan|Error|Unwrap|Is|As|LogValue|Format)$`)

// TestDocs_StateSaysWhoMayUseIt: a type with methods of its own on a pointer says who
// may use it at once, or its package does. All other types are values: the root
// package says of them that they are safe to copy, and to read by many goroutines.
func TestDocs_StateSaysWhoMayUseIt(t *testing.T) {
	root := slices.IndexFunc(documentation(t), func(p documented) bool { return p.dir == "." })
	require.Contains(t, documentation(t)[root].doc.Doc, "values are safe to copy and to\nread by many goroutines")
	for _, p := range documentation(t) {
		for _, typ := range p.doc.Types {
			holds := slices.ContainsFunc(typ.Methods, func(f *doc.Func) bool {
				return f.Level == 0 && strings.HasPrefix(f.Recv, "*") && !ownMethods.MatchString(f.Name)
			})
			if holds && !saysWho.MatchString(typ.Doc+typeComment(typ)+p.doc.Doc) {
				t.Errorf("%s.%s has methods on a pointer and does not say who may use it at once", p.dir, typ.Name)
			}
		}
	}
}

// saysUnit finds what a comment says about a bare number: a unit, a range, or what it
// counts.
var saysUnit = regexp.MustCompile(`(?i)[0-9]|second|hour|\bdays?\b|month|year|percent|per mille|bytes?\b|rows?\b|places?\b|digits?\b|zero|below|above|at least|at most|\bleast\b|\bmost\b|negative|positive|grains?\b|cards?\b|thousand|watts?\b|joules?\b|kWh|windows?\b|index|periods?\b|tokens?\b|events?\b|devices?\b|how (many|long|often)`)

// unitNames are functions whose name is the unit of their argument.
var unitNames = regexp.MustCompile(`^(Microjoules|Joules|KilowattHours|Grams|Kilograms|Tonnes|Int)$`)

// TestDocs_NumbersHaveAUnit: what takes a bare number says its unit, its range or what
// it counts.
func TestDocs_NumbersHaveAUnit(t *testing.T) {
	for _, v := range verbs(t) {
		if has(v.fn.Decl.Type.Params, "int", "int32", "int64", "uint", "uint8", "uint32", "uint64", "float64", "time.Duration") &&
			!unitNames.MatchString(v.fn.Name) && !saysUnit.MatchString(v.fn.Doc) {
			t.Errorf("%v takes a number: say its unit, its range or what it counts", v)
		}
	}
}
