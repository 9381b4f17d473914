package meterbook_test

import (
	"errors"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// documented is a package as godoc shows it, with the functions of its test files.
type documented struct {
	dir  string
	doc  *doc.Package
	uses map[string]bool // names of examples: "Rate", "Wallet_Commit", ""
}

// documentation reads every package that users can import: the root module's and
// those of modules nested in it, without examples, benchmarks and internal ones.
func documentation(t *testing.T) []documented {
	t.Helper()
	all, err := readDocumentation()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// readDocumentation reads it once for all tests.
var readDocumentation = sync.OnceValues(func() (all []documented, err error) {
	dirs := map[string]bool{}
	err = filepath.WalkDir(".", func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "internal" || base == "examples" || base == "benchmarks" || base == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(base, ".go") {
			dirs[filepath.Dir(name)] = true
		}
		return nil
	})
	for dir := range dirs {
		one, errOne := readPackage(dir)
		err = errors.Join(err, errOne)
		if errOne == nil && one.doc.Name != "main" {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b documented) int { return strings.Compare(a.dir, b.dir) })
	return all, err
})

func readPackage(dir string) (documented, error) {
	files := token.NewFileSet()
	var parsed []*ast.File
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range names {
		f, errOne := parser.ParseFile(files, name, nil, parser.ParseComments)
		err = errors.Join(err, errOne)
		parsed = append(parsed, f)
	}
	if err != nil {
		return documented{}, err
	}
	p, err := doc.NewFromFiles(files, parsed, module+"/"+filepath.ToSlash(dir))
	return documented{dir: filepath.ToSlash(dir), doc: p, uses: examplesOf(parsed)}, err
}

// examplesOf returns the names that the bodies of examples use, such as "Rate" of
// rating.Rate, whatever the example is called.
func examplesOf(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	for _, e := range doc.Examples(files...) {
		look := []ast.Node{e.Code}
		if e.Play != nil { // with the declarations of its file
			look = append(look, e.Play)
		}
		for _, n := range look {
			ast.Inspect(n, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					names[n.Sel.Name] = true
				case *ast.Ident:
					names[n.Name] = true
				}
				return true
			})
		}
	}
	return names
}

// TestDocs_EveryNameHasAComment holds what go doc shows of a package: a comment of
// the package, and one of every exported name.
func TestDocs_EveryNameHasAComment(t *testing.T) {
	for _, p := range documentation(t) {
		if !strings.HasPrefix(p.doc.Doc, "Package "+p.doc.Name+" ") {
			t.Errorf("%s: want a comment that begins \"Package %s \"", p.dir, p.doc.Name)
		}
		for _, name := range undocumented(p.doc) {
			t.Errorf("%s: %s has no comment: say what it is, its unit, its range and its errors", p.dir, name)
		}
	}
}

// undocumented returns the exported names of a package that have no comment: of a
// group of constants or variables one comment is enough, or one beside each.
func undocumented(p *doc.Package) (names []string) {
	need := func(name, text string) {
		if strings.TrimSpace(text) == "" {
			names = append(names, name)
		}
	}
	funcs := func(recv string, list []*doc.Func) {
		for _, f := range list {
			switch {
			case f.Level != 0: // promoted from what is embedded
			case recv != "" && (f.Name == "Error" || f.Name == "Unwrap"): // the type says what it reports
			default:
				need(recv+f.Name, f.Doc)
			}
		}
	}
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, spec := range v.Decl.Specs {
				s := spec.(*ast.ValueSpec)
				for _, n := range s.Names {
					if n.IsExported() {
						need(n.Name, v.Doc+s.Doc.Text()+s.Comment.Text())
					}
				}
			}
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs("", p.Funcs)
	for _, t := range p.Types {
		need(t.Name, t.Doc+typeComment(t))
		values(t.Consts)
		values(t.Vars)
		funcs("", t.Funcs)
		funcs(t.Name+".", t.Methods)
	}
	return names
}

// typeComment returns the comments of a type within a group of types.
func typeComment(t *doc.Type) (text string) {
	for _, spec := range t.Decl.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == t.Name {
			text += s.Doc.Text() + s.Comment.Text()
		}
	}
	return text
}

// doors are entries that an example cannot show, each with its reason. Functions that
// take a testing.T, and those whose arguments are of an internal package, need no row:
// the one are called by tests, the others by packages of this module only.
var doors = map[string]string{
	"metering/meteringtest.AtSite": "takes a line of code of the program under test, as a failed run prints it",
}

// TestDocs_EveryEntryIsShown holds every exported function of a package, its
// constructors and verbs, to a use in an example of that package. Methods are shown
// with what makes their receiver, and options with what takes them.
func TestDocs_EveryEntryIsShown(t *testing.T) {
	used := map[string]bool{}
	for _, p := range documentation(t) {
		funcs := slices.Clone(p.doc.Funcs)
		for _, typ := range p.doc.Types {
			funcs = append(funcs, typ.Funcs...)
		}
		for _, f := range funcs {
			name := p.dir + "." + f.Name
			switch {
			case doors[name] != "":
				used[name] = true
				if p.uses[f.Name] {
					t.Errorf("%s is shown by now: take it out of the table of docs_test.go", name)
				}
			case !p.uses[f.Name] && !closed(f.Decl) && !option(f.Decl):
				t.Errorf("%s is in no example of its package: write one, or a row with its reason in docs_test.go", name)
			}
		}
	}
	for name := range doors {
		if !used[name] {
			t.Errorf("there is no %s: take it out of the table of docs_test.go", name)
		}
	}
}

// closed reports whether nobody outside this module, or no example, can call a function.
func closed(f *ast.FuncDecl) bool {
	found := false
	ast.Inspect(f.Type.Params, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			x, _ := s.X.(*ast.Ident)
			found = found || x != nil && (x.Name == "fixed" || x.Name == "testing" && s.Sel.Name == "T")
		}
		return true
	})
	return found
}

// option reports whether a function returns an option, for a constructor to take.
func option(f *ast.FuncDecl) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	result, ok := f.Type.Results.List[0].Type.(*ast.Ident)
	return ok && strings.HasSuffix(result.Name, "Option")
}
