package meterbook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/meterbook/meterbook"

// Requirements outside the module, as the tables below name them.
const (
	decimalModule    = "github.com/shopspring/decimal"
	testifyModule    = "github.com/stretchr/testify"
	otelModule       = "go.opentelemetry.io/otel"
	otelMetricModule = "go.opentelemetry.io/otel/metric"
	otelTraceModule  = "go.opentelemetry.io/otel/trace"
	yamlModule       = "go.yaml.in/yaml/v3"
	modModule        = "golang.org/x/mod"
)

// A row says what one package may import besides the standard library,
// internal/fixed and decimal, which are open to all. Packages of this module
// are written relative to it, and a row may name only rows above it: the order
// of the table is the direction of the data.
type row struct {
	pkg string
	may []string
	why string
}

var table = []row{
	{"internal/fixed", nil,
		"exact numbers are the ground everything stands on"},
	{"internal/segment", nil,
		"bytes, checksums and files, whatever they mean"},
	{"internal/tzdb", nil,
		"data only; metering alone reads it, so that a calendar has one source"},

	{"internal/spelling", nil,
		"words and edits; what the words are for is their owner's"},

	{"metering", []string{"internal/tzdb", "internal/spelling"},
		"the nouns of usage know neither money nor watts"},
	{"metering/accelerator", []string{"metering"},
		"a catalogue of devices and the quantities they yield"},
	{"metering/counter", []string{"metering"},
		"readings of numbers that only grow become increases and events, whatever they count"},
	{"metering/cloudevents", []string{"metering"},
		"events as others write them, and back; what is counted of them is the aggregator's"},
	{"metering/csvbatch", []string{"metering"},
		"rows of text become batches; what is counted of them is the aggregator's"},
	{"metering/summary", []string{"metering"},
		"what does not add up is no sum of the aggregator's"},
	{"metering/tokens", []string{"metering"},
		"what models say of their tokens becomes events; their price is accounting's"},
	{"metering/journal", []string{"metering", "internal/segment"},
		"events on disk"},
	{"metering/otelmeter", []string{"metering", otelModule, otelMetricModule, otelTraceModule},
		"the one bridge to OpenTelemetry, so that no other package pulls it in"},
	{"metering/peak", []string{"metering"},
		"levels and what is billed of them; their price is accounting's"},
	{"metering/meteringtest", []string{"metering", "metering/journal", "internal/segment", testifyModule},
		"kits that users' tests import; no package outside tests may"},

	{"accounting/money", nil,
		"money knows nothing of what is bought"},
	{"accounting", []string{"metering", "accounting/money"},
		"the nouns of cost join usage to money"},
	{"accounting/ratecard", []string{"internal/spelling", "metering", "accounting/money", "accounting", yamlModule},
		"prices are data about meters, and the only YAML that is read"},
	{"accounting/rating", []string{"metering", "accounting/money", "accounting", "accounting/ratecard"},
		"usage times price; pure, so no journal and no clock"},
	{"accounting/credit", []string{"accounting/money", "accounting", "internal/segment"},
		"grants and holds are money alone; wallets are kept in a log"},
	{"accounting/allocation", []string{"metering", "accounting/money", "accounting"},
		"spreads charges by usage, however they were priced"},
	{"accounting/budget", []string{"metering", "accounting/money", "accounting"},
		"watches usage and charges, however they were priced"},
	{"accounting/invoice", []string{"metering", "accounting/money", "accounting", "accounting/credit", "internal/segment"},
		"gathers charges and credits, however they were priced; what is issued is kept in a log"},
	{"accounting/ledger", []string{"accounting/money", "internal/segment"},
		"double entry that knows only accounts and money"},
	{"accounting/ledger/ledgertest", []string{"accounting/money", "accounting/ledger"},
		"the kit for users' stores, beside the ledger so that no program imports package testing"},
	{"accounting/posting", []string{"accounting/money", "accounting", "accounting/credit", "accounting/invoice", "accounting/ledger"},
		"the rules between documents and the ledger, so that neither knows the other"},
	{"accounting/seal", []string{"metering", "accounting/money", "accounting", "accounting/ledger", modModule},
		"hashes what is closed; x/mod holds the Merkle log"},
	{"accounting/custody", []string{"metering"},
		"how long records are kept and where they may go is asked of a policy, whatever wrote them"},
	{"accounting/focus", []string{"metering", "accounting/money", "accounting"},
		"charges as rows, however they were priced"},

	{"energy", []string{"metering"},
		"watts and joules are quantities; their price is accounting's"},
	{"energy/sensor", []string{"energy"},
		"turns what a device says into samples, and nothing more"},
	{"energy/model", []string{"metering", "energy"},
		"estimates power where no sensor is"},
	{"energy/facility", []string{"metering", "energy"},
		"relates the site's energy to the devices'"},
	{"energy/attribution", []string{"metering", "energy", "energy/facility"},
		"device energy becomes events under tenants' accounts"},
	{"energy/carbon", []string{"metering", "energy"},
		"energy times intensity"},

	{".", []string{modModule},
		"documentation; its tests show the houses together, so they may import any package, and the keys of seals"},
}

// openToAll may be imported by every package.
var openToAll = []string{
	"internal/fixed", // the exact engine inside
	decimalModule,    // the language at the edge
}

// requirement is a direct requirement of the root module.
type requirement struct {
	path   string
	needed bool // false: allowed, as soon as code needs it
	why    string
}

var requirements = []requirement{
	{decimalModule, true, "decimals at the edge: parse, print, values that people read"},
	{testifyModule, true, "tests, and the kits that users' tests import"},
	{otelModule, true, "attributes of the metrics that metering/otelmeter emits"},
	{otelMetricModule, true, "the metric API; the SDK stays the user's choice"},
	{otelTraceModule, true, "the trace API: spans of slow operations, where a provider is given"},
	{yamlModule, true, "rate cards; keeps every digit of a price, and testify requires it anyway"},
	{modModule, true, "the Merkle log of sealed periods; it needs only the standard library"},
}

// TestImports holds every import of the root module, whatever the platform it
// is built for, against the table.
//
// Test files may go further, where they show packages together: testify, any
// package of their own house (metering, accounting or energy), and metering
// from everywhere. No file of energy imports accounting, nor accounting energy,
// nor metering either of them.
func TestImports(t *testing.T) {
	rows := map[string]row{}
	for _, r := range table {
		rows[r.pkg] = r
	}
	for _, f := range sources(t) {
		r, ok := rows[f.pkg]
		if !ok {
			t.Errorf("%s: package %s is not in the table of imports_test.go: add a row with its reason", f.path, f.pkg)
			continue
		}
		for _, imp := range f.imports {
			if !allowed(r, f, imp) {
				t.Errorf("%s imports %s, which the table of imports_test.go does not allow to %s: %s",
					f.path, imp, r.pkg, r.why)
			}
		}
	}
}

// TestImports_OneDirection holds the table itself: one row a package, each with
// a reason, naming only rows above it, no way between the houses but through
// metering, and nothing for tests in what is not for tests.
func TestImports_OneDirection(t *testing.T) {
	var above []string
	for _, r := range table {
		require.NotEmpty(t, r.why, r.pkg)
		require.NotContains(t, above, r.pkg, "two rows for one package")
		for _, imp := range r.may {
			if kit(imp) {
				require.True(t, kit(r.pkg), "%s may not import %s outside tests", r.pkg, imp)
			}
			if outside(imp) {
				continue
			}
			require.Contains(t, above, imp, "%s may name only rows above it", r.pkg)
			require.True(t, sameWay(r.pkg, imp), "%s and %s are different houses", r.pkg, imp)
		}
		above = append(above, r.pkg)
	}
}

// TestOraclesAreIndependent holds that a judge shares nothing with the judged.
// A file named oracle_test.go or slow_test.go, alone or after an underscore,
// imports no package of this module, is in an external test package, and uses
// no name declared outside such files: what it computes can come only from the
// standard library and from itself.
func TestOraclesAreIndependent(t *testing.T) {
	declared := map[string]map[string]bool{} // by folder: names that oracles declare
	var oracles []source
	for _, f := range sources(t) {
		if !f.oracle() {
			continue
		}
		oracles = append(oracles, f)
		if declared[f.pkg] == nil {
			declared[f.pkg] = map[string]bool{}
		}
		for name := range f.declares {
			declared[f.pkg][name] = true
		}
	}
	for _, f := range oracles {
		if !strings.HasSuffix(f.name, "_test") {
			t.Errorf("%s: an oracle is in an external test package, want package %s_test", f.path, f.name)
		}
		for _, imp := range f.imports {
			if !outside(imp) {
				t.Errorf("%s imports %s: an oracle imports nothing of this module", f.path, imp)
			}
		}
		for _, name := range f.uses {
			if !declared[f.pkg][name] {
				t.Errorf("%s uses %s, which no oracle declares: an oracle stands alone", f.path, name)
			}
		}
	}
}

// TestRequirements pins what a user takes on with this module: its direct
// requirements, and none of the directives that only its own build would see.
func TestRequirements(t *testing.T) {
	var mod struct {
		Go      string
		Require []struct {
			Path     string
			Indirect bool
		}
		Replace, Exclude, Tool []any
	}
	require.NoError(t, json.Unmarshal(goCommand(t, "mod", "edit", "-json"), &mod))

	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	for _, r := range requirements {
		require.NotEmpty(t, r.why, r.path)
		at := slices.Index(direct, r.path)
		if at < 0 {
			require.False(t, r.needed, "go.mod lost %s: %s", r.path, r.why)
			continue
		}
		direct = slices.Delete(direct, at, at+1)
	}
	require.Empty(t, direct, "direct requirements without a reason: add a row to imports_test.go and a word to doc.go")

	require.Equal(t, "1.26.0", mod.Go, "users build with any 1.26: no patch release here")
	require.Empty(t, mod.Replace, "a replacement is not seen by users")
	require.Empty(t, mod.Exclude, "an exclusion is not seen by users")
	require.Empty(t, mod.Tool, "a tool would enter the graph that users see")
}

// source is what the tests of this file need to know of one Go file.
type source struct {
	path     string // from the module root, with slashes
	pkg      string // the folder, "." for the root
	name     string // of the package clause
	test     bool
	imports  []string        // packages of this module relative to it
	declares map[string]bool // names at the top level
	uses     []string        // names declared neither here, nor by Go, nor imported
}

func (f source) oracle() bool {
	base := strings.TrimSuffix(path.Base(f.path), "_test.go")
	last := base[strings.LastIndexByte(base, '_')+1:]
	return f.test && (last == "oracle" || last == "slow")
}

// house is the first segment of a package: metering, accounting, energy, …
func house(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

// outside tells an import path of another module from one relative to ours.
func outside(imp string) bool { return strings.Contains(house(imp), ".") && imp != "." }

// sameWay reports whether the houses allow a package to import another: a
// house imports itself, metering and internal packages.
func sameWay(from, to string) bool {
	switch house(to) {
	case "metering", "internal", house(from):
		return true
	}
	return false
}

// kit reports whether a package is for tests only: testify, and the packages
// of this module whose name ends in test.
func kit(pkg string) bool { return pkg == testifyModule || strings.HasSuffix(pkg, "test") }

// allowed reports whether a file may import a package.
func allowed(r row, f source, imp string) bool {
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(one string) bool {
			return imp == one || outside(one) && strings.HasPrefix(imp, one+"/")
		})
	}
	switch {
	case !outside(imp) && f.pkg != "." && !sameWay(f.pkg, imp):
		return false
	case names(openToAll), names(r.may):
		return true
	case !f.test:
		return false
	case imp == testifyModule || strings.HasPrefix(imp, testifyModule+"/"):
		return true
	case outside(imp):
		return false
	case f.pkg == ".", imp == f.pkg:
		return true
	}
	return house(imp) == "metering" || house(imp) == house(f.pkg) && house(imp) != "internal"
}

// sources parses every Go file of the root module.
func sources(t *testing.T) []source {
	// Go's test cache knows what this process reads and not what its children
	// read: walking the tree makes a new folder run the tests again.
	require.NoError(t, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		return err
	}))
	root, err := os.Getwd()
	require.NoError(t, err)

	// With -find the go command names packages and files and resolves nothing.
	// It sorts out the files of other platforms, and those are read all the same.
	list := json.NewDecoder(bytes.NewReader(goCommand(t, "list", "-find", "-json", "./...")))
	var all []source
	for {
		var p struct {
			Dir                                                          string
			GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := list.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		dir, err := filepath.Rel(root, p.Dir)
		require.NoError(t, err)
		for _, base := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
			all = append(all, parse(t, path.Join(filepath.ToSlash(dir), base)))
		}
	}
	require.NotEmpty(t, all)
	return all
}

func parse(t *testing.T, name string) source {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, 0)
	require.NoError(t, err)

	f := source{
		path: name, pkg: path.Dir(name), name: file.Name.Name,
		test: strings.HasSuffix(name, "_test.go"), declares: map[string]bool{},
	}
	imported := map[string]bool{}
	for _, spec := range file.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		imported[localName(spec, imp)] = true
		switch first := house(imp); {
		case imp == module:
			f.imports = append(f.imports, ".")
		case strings.HasPrefix(imp, module+"/"):
			f.imports = append(f.imports, strings.TrimPrefix(imp, module+"/"))
		case strings.Contains(first, "."), first == "C": // no cgo
			f.imports = append(f.imports, imp)
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				f.declares[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					f.declares[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						f.declares[n.Name] = true
					}
				}
			}
		}
	}
	// The parser leaves unresolved what the file does not declare. That is
	// enough here, and needs no type check.
	for _, id := range file.Unresolved {
		if !imported[id.Name] && types.Universe.Lookup(id.Name) == nil && !slices.Contains(f.uses, id.Name) {
			f.uses = append(f.uses, id.Name)
		}
	}
	return f
}

// localName is the name an import has in its file: the given one, or the last
// segment of the path before any version.
func localName(spec *ast.ImportSpec, imp string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	base := path.Base(imp)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(imp))
	}
	return base
}

// goCommand runs the go command on the root module alone, whatever workspace or
// flags surround it.
func goCommand(t *testing.T, args ...string) []byte {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), errs.String())
	return out
}
