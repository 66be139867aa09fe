package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The project's rules about its own code, as far as a machine can hold them.

const (
	root   = "../.."
	module = "summitbot"
)

// A sourceFile is a Go file of the project, tests aside.
type sourceFile struct {
	path   string // from the project's folder: bot/bot.go
	dir    string // bot
	syntax *ast.File
	fset   *token.FileSet
}

func (f sourceFile) at(p token.Pos) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(p).Line)
}

// under says whether a folder is one of some, or lies in it.
func under(dir string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return dir == f || strings.HasPrefix(dir, f+"/") })
}

// sources reads the Go files of the module, tests aside.
func sources(t *testing.T) []sourceFile {
	t.Helper()
	var out []sourceFile
	fset := token.NewFileSet()
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != ".":
			_, nested := os.Stat(filepath.Join(root, p, "go.mod"))
			if nested == nil || name == "testdata" || strings.HasPrefix(name, ".") {
				return fs.SkipDir
			}
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			syntax, err := parser.ParseFile(fset, filepath.Join(root, p), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			out = append(out, sourceFile{p, path.Dir(p), syntax, fset})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files", len(out))
	}
	return out
}

// TestImportsRunOneWay: cmd uses config and adapters, adapters use bot, bot uses kb.
func TestImportsRunOneWay(t *testing.T) {
	layers := []struct {
		folder string
		may    []string // use these folders of the project
		why    string
	}{
		{"kb", []string{"kb"}, "the knowledge base is of use without the bot"},
		{"bot", []string{"bot", "kb"}, "the core knows no platform and no setting"},
		{"adapters", []string{"adapters", "bot", "kb"}, "an adapter is told what it needs, so that tests need no environment"},
		{"config", []string{"config"}, "settings are data"},
	}
	platforms := []string{"adapters/console", "adapters/discord", "adapters/telegram"}
	for _, f := range sources(t) {
		for _, spec := range f.syntax.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			used, ours := strings.CutPrefix(target, module+"/")
			if !ours {
				continue
			}
			for _, l := range layers {
				if under(f.dir, l.folder) && !under(used, l.may...) {
					t.Errorf("%s: %s must not use %s: %s", f.at(spec.Pos()), l.folder, target, l.why)
				}
			}
			for _, p := range platforms {
				if under(used, p) && under(f.dir, "adapters") && !under(f.dir, p) {
					t.Errorf("%s: %s uses %s, but one platform must be removable without touching another", f.at(spec.Pos()), f.dir, target)
				}
			}
		}
	}
}

// TestForbiddenDependencies looks at all that a package links in, by way of whatever library.
func TestForbiddenDependencies(t *testing.T) {
	const (
		discord  = "github.com/bwmarrin/discordgo"
		telegram = "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	)
	for _, rule := range []struct {
		folders   []string
		forbidden []string
		why       string
	}{
		{[]string{"bot", "kb"}, []string{discord, telegram}, "the core is the same on every platform"},
		{[]string{"bot", "kb"}, []string{"net/http"}, "what answers a question needs no network"},
		{[]string{"adapters/discord"}, []string{telegram}, "an adapter knows no other platform"},
		{[]string{"adapters/telegram"}, []string{discord}, "an adapter knows no other platform"},
		{[]string{"adapters/console"}, []string{discord, telegram, "net/http"}, "the terminal needs no network"},
	} {
		for _, folder := range rule.folders {
			if _, err := os.Stat(filepath.Join(root, folder)); err != nil {
				continue // a platform that was removed
			}
			list := exec.Command("go", "list", "-deps", "./"+folder)
			list.Dir = root
			out, err := list.Output()
			if err != nil {
				t.Fatalf("go list ./%s: %v", folder, err)
			}
			deps := strings.Fields(string(out))
			if !slices.Contains(deps, module+"/"+folder) {
				t.Fatalf("go list ./%s does not list the package itself", folder)
			}
			for _, f := range rule.forbidden {
				if slices.Contains(deps, f) {
					t.Errorf("%s depends on %s: %s", folder, f, rule.why)
				}
			}
		}
	}
}

// TestPackageComments: a reader of any package is told what it is for, in one place.
func TestPackageComments(t *testing.T) {
	comments := map[string][]string{}
	for _, f := range sources(t) {
		comments[f.dir] = append(comments[f.dir], nil...)
		if f.syntax.Doc == nil {
			continue
		}
		comments[f.dir] = append(comments[f.dir], f.path)
		begin := "Package " + f.syntax.Name.Name + " "
		if f.syntax.Name.Name == "main" {
			begin = "Command " + path.Base(f.dir) + " "
		}
		if text := f.syntax.Doc.Text(); !strings.HasPrefix(text, begin) {
			t.Errorf("%s: the package comment does not begin with %q", f.path, begin)
		}
	}
	for dir, files := range comments {
		if len(files) != 1 {
			t.Errorf("%s has %d package comments, want one: %v", dir, len(files), files)
		}
	}
}

// TestNoHiddenState: no clock and no work behind a caller's back.
func TestNoHiddenState(t *testing.T) {
	clock := []string{"Now", "Sleep", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}
	// Where the clock may be named all the same.
	allowed := map[string]string{
		"bot/bot.go": "the clock that a caller leaves out",
	}
	for _, f := range sources(t) {
		pure := under(f.dir, "bot", "kb") && f.syntax.Name.Name != "main"
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: init runs before anyone can pass anything in or see an error", f.at(n.Pos()))
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if pure && allowed[f.path] == "" && ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
					t.Errorf("%s: time.%s, but the clock is passed in, so that tests wait for nothing", f.at(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestNothingIsWritten: the bot keeps nothing on disk, so that nothing of its users can be found there.
func TestNothingIsWritten(t *testing.T) {
	writes := []string{"WriteFile", "Create", "CreateTemp", "OpenFile", "OpenRoot", "Mkdir", "MkdirAll", "MkdirTemp", "CopyFS", "Rename", "Symlink", "Link", "Truncate"}
	for _, f := range sources(t) {
		if f.path == "cmd/summitbot/new.go" || f.dir != "cmd/summitbot" && f.syntax.Name.Name == "main" || strings.HasSuffix(path.Base(f.dir), "test") {
			continue // makes a new knowledge base; tools for developers; test servers
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" && slices.Contains(writes, sel.Sel.Name) {
					t.Errorf("%s: os.%s, but the bot writes no files", f.at(n.Pos()), sel.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestLibrariesAreExplained: who adds a library says why.
func TestLibrariesAreExplained(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := os.ReadFile(filepath.Join(root, "docs/decisions.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for line := range strings.Lines(string(mod)) {
		f := strings.Fields(line)
		if len(f) != 2 || !strings.Contains(f[0], "/") {
			continue // no requirement, or an indirect one, which has a comment
		}
		direct++
		path := regexp.MustCompile(`/v\d+$`).ReplaceAllString(f[0], "")
		if !strings.Contains(string(decisions), path) {
			t.Errorf("docs/decisions.md does not say why %s is used", path)
		}
	}
	if direct < 10 {
		t.Fatalf("only %d libraries", direct)
	}
}
