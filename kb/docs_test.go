package kb

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"summitbot/kb/match"
)

// guide is what teaches editors, by its headings.
func guide(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/knowledge-base.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, part := range regexp.MustCompile(`(?m)^##+ `).Split(string(text), -1)[1:] {
		heading, body, _ := strings.Cut(part, "\n")
		out[strings.Trim(heading, "`")] = body
	}
	return out
}

// firstColumn lists what stands in the first column of a text's tables.
func firstColumn(text string) []string {
	var out []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// The reference has exactly the keys that the files may have, in the same order.
func TestReference(t *testing.T) {
	parts := guide(t)
	for list, typ := range map[string]reflect.Type{
		"source": reflect.TypeFor[Source](), "sections": reflect.TypeFor[Section](), "entries": reflect.TypeFor[Entry](),
		"sides": reflect.TypeFor[Side](), "people": reflect.TypeFor[Person](), "places": reflect.TypeFor[Place](),
		"things": reflect.TypeFor[Thing](), "events": reflect.TypeFor[Event](), "delegations": reflect.TypeFor[Delegation](),
		"members": reflect.TypeFor[Member](), "demands": reflect.TypeFor[Demand](), "quotes": reflect.TypeFor[Quote](),
		"elsewhere": reflect.TypeFor[Elsewhere](), "questions": reflect.TypeFor[Case](), "dialogues": reflect.TypeFor[Dialogue](),
	} {
		if got, want := firstColumn(parts[list]), yamlKeys(typ); !slices.Equal(got, want) {
			t.Errorf("docs/knowledge-base.md, %s: has %v, want %v", list, got, want)
		}
	}
	for _, list := range append(yamlKeys(reflect.TypeFor[file]()), yamlKeys(reflect.TypeFor[Tests]())...) {
		if _, ok := parts[list]; !ok && !strings.Contains(parts["entries"], "`"+list+"`") {
			t.Errorf("docs/knowledge-base.md has nothing on %s", list)
		}
	}
	kinds := regexp.MustCompile("(?s)`tells` names[^:]*:(.*?)\\.").FindStringSubmatch(parts["An entry"])
	if kinds == nil {
		t.Fatal("the kinds are not listed")
	}
	listed := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(kinds[1], -1)
	for i, m := range listed {
		if k, ok := match.ParseKind(m[1]); !ok || int(k) != i {
			t.Errorf("kind %d is not %s", i, m[1])
		}
	}
}

func yamlKeys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			out = append(out, key)
		}
	}
	return out
}

// Every check that the code has is explained, and none that it has not.
func TestChecksAreExplained(t *testing.T) {
	text := guide(t)["When something is wrong"]
	faults, lints, ok := strings.Cut(text, "| lint |")
	if !ok {
		t.Fatal("there is no table of lints")
	}
	for _, tt := range []struct {
		what  string
		docs  string
		files []string
		call  string
	}{
		{"faults", faults, []string{"load.go", "tests.go"}, "fault"},
		{"lints", lints, []string{"lint.go"}, "find"},
	} {
		want := map[string]bool{}
		for _, name := range tt.files {
			for _, check := range checks(t, name, tt.call) {
				want[check] = true
			}
		}
		got := firstColumn(tt.docs)
		for _, check := range got {
			if !want[check] {
				t.Errorf("%s: %s is explained and does not exist", tt.what, check)
			}
			delete(want, check)
		}
		for check := range want {
			t.Errorf("%s: %s is not explained", tt.what, check)
		}
		if tt.call == "find" {
			for _, check := range got {
				if _, err := os.Stat("testdata/" + check + ".poor.yaml"); err != nil {
					t.Errorf("lint %s has no test: %v", check, err)
				}
			}
		}
	}
}

// checks lists the names of checks in a Go file: the second argument of a method, and what is given as a Problem's Check.
func checks(t *testing.T, name, method string) []string {
	t.Helper()
	syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				out = append(out, s)
			}
		}
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == method && len(n.Args) > 2 {
				add(n.Args[1])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Check" {
				add(n.Value)
			}
		}
		return true
	})
	if len(out) == 0 {
		t.Fatalf("%s has no checks", name)
	}
	return out
}
