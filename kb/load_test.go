package kb

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// folder is a knowledge base of one file.
func folder(name, text string) fstest.MapFS {
	return fstest.MapFS{name: {Data: []byte(text)}}
}

// fixture is a knowledge base of one file of testdata.
func fixture(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return folder(name, string(data))
}

func fixtures(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures %s: %v", pattern, err)
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = filepath.Base(p)
	}
	return names
}

// golden compares a text with what stands beside its fixture.
func golden(t *testing.T, fixture, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.TrimSuffix(fixture, ".yaml")+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: write it with -update", err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant, as %s has it:\n%s", fixture, got, path, want)
	}
}

// Every broken file is refused with exactly the faults that stand beside it, each at its place and in order.
func TestLoadRefuses(t *testing.T) {
	for _, name := range fixtures(t, "*.bad.yaml") {
		t.Run(name, func(t *testing.T) {
			b, err := Load(fixture(t, name), "kb")
			if b != nil || !IsBroken(err) {
				t.Fatalf("got %v, %v", b, err)
			}
			faults, ok := errors.AsType[Problems](err)
			if !ok || slices.ContainsFunc(faults, func(p Problem) bool { return !p.Broken }) {
				t.Errorf("faults are not marked as such: %v", err)
			}
			golden(t, name, err.Error()+"\n")
		})
	}
}

func TestLoadSound(t *testing.T) {
	b, err := Load(fixture(t, "sound.yaml"), "kb")
	if err != nil {
		t.Fatal(err)
	}
	// The file has every key once, so every field of one element of each list is set.
	for _, list := range []any{b.Source, b.Sides, b.People, b.Places, b.Things, b.Events, b.Delegations, b.Demands, b.Quotes, b.Entries, b.Elsewhere} {
		v := reflect.ValueOf(list)
		if v.Kind() == reflect.Struct {
			v = reflect.Append(reflect.MakeSlice(reflect.SliceOf(v.Type()), 0, 1), v)
		}
		for f := range v.Type().Elem().NumField() {
			set := false
			for i := range v.Len() {
				set = set || !v.Index(i).Field(f).IsZero()
			}
			if !set {
				t.Errorf("%s.%s is empty", v.Type().Elem(), v.Type().Elem().Field(f).Name)
			}
		}
	}
	if e, ok := b.Entry("built"); !ok || e.Topic != "building" || e.Class != Told || len(e.Asked) != 50 || e.Asked[0].At.Line == 0 {
		t.Errorf("entry built is %+v", e)
	}
	if e, ok := b.Entry("cost"); !ok || e.Topic != "sound" || e.Class != NotTold {
		t.Errorf("entry cost is %+v", e)
	}
	if e, ok := b.Entry("hello"); !ok || e.Class != Talk || e.Talk != "greeting" {
		t.Errorf("entry hello is %+v", e)
	}
	if p, ok := b.Person("ada-kerr"); !ok || p.Name != "Ada Kerr" || p.At != (Position{"kb/sound.yaml", 14, 5}) {
		t.Errorf("Ada Kerr is %+v", p)
	}
	if e, ok := b.Event("opening"); !ok || e.When() != "May 1887 – 1 June 1887 (in the spring)" {
		t.Errorf("the opening is %+v", e)
	}
	for _, missing := range []bool{has(b.Entry("no")), has(b.Person("no")), has(b.Event("no"))} {
		if missing {
			t.Error("something is called no")
		}
	}
	if b.Count(Told) != 1 || b.Count(NotTold) != 1 || b.Count(Talk) != 1 {
		t.Errorf("%d told, %d not, %d talk", b.Count(Told), b.Count(NotTold), b.Count(Talk))
	}
}

func has[T any](_ T, ok bool) bool { return ok }

// sized says of its files that they have a size that they have not.
type sized struct {
	fstest.MapFS
	size int64
}

type sizedInfo struct {
	fs.FileInfo
	size int64
}

func (i sizedInfo) Size() int64 { return i.size }

func (s sized) Stat(name string) (fs.FileInfo, error) {
	info, err := s.MapFS.Stat(name)
	return sizedInfo{info, s.size}, err
}

const entry = "entries:\n  - {id: height, question: How high is it, answer: 42 metres.}\n"

func TestLoadFolders(t *testing.T) {
	many := fstest.MapFS{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("f%03d.yaml", i)] = &fstest.MapFile{}
	}
	for _, tt := range []struct {
		name string
		fsys fs.FS
		want string // the fault; none means that it loads
	}{
		{"one file", folder("a.yaml", entry), ""},
		{"two sources", fstest.MapFS{"a.yaml": {Data: []byte(entry + "source: {title: A}")}, "b.yaml": {Data: []byte("source: {title: B}")}},
			"kb/b.yaml:1:9: a second source; the first is at kb/a.yaml:3:9 (twice)\n    source: {title: B}"},
		{"an id in two files", fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml": {Data: []byte(entry)}},
			"kb/b.yaml:2:5: entry \"height\" stands here a second time (first at kb/a.yaml:2:5) (twice)\n    - {id: height, question: How high is it, answer: 42 metres.}"},
		{"comments and nothing", fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml": {Data: []byte("# nothing\n")}, "c.yaml": {}}, ""},
		{"a byte-order mark and Windows' line ends", folder("a.yaml", "\ufeff"+strings.ReplaceAll(entry, "\n", "\r\n")), ""},
		{"tests and other files beside", fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "a.test.yaml": {Data: []byte("nonsense")}, "README.md": {}, "sub/b.yaml": {Data: []byte("nonsense")}}, ""},
		{"no files", fstest.MapFS{"README.md": {}}, "kb: no *.yaml files here (empty)"},
		{"only tests", folder("a.test.yaml", ""), "kb: no *.yaml files here (empty)"},
		{"only comments", folder("a.yaml", "# nothing\n"), "kb: the knowledge base tells nothing: no file has entries (empty)"},
		{"too many files", many, "kb: 501 files, 500 at most (too-large)"},
		{"a file that is too large", sized{folder("a.yaml", entry), maxFileSize + 1}, "kb/a.yaml: 16777217 bytes, 16777216 at most (too-large)"},
		{"files that are too large together", sized{fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml": {}, "c.yaml": {}, "d.yaml": {}, "e.yaml": {}}, maxFileSize},
			"kb/e.yaml: all files together have more than 67108864 bytes (too-large)"},
		{"a folder with a file's name", fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml/x": {}}, "kb/b.yaml: this is no file (unreadable)"},
		{"a pipe", fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml": {Mode: fs.ModeNamedPipe}}, "kb/b.yaml: this is no file (unreadable)"},
		{"a link to nowhere", fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml": {Mode: fs.ModeSymlink, Data: []byte("nowhere")}}, "kb/b.yaml: open b.yaml: file does not exist (unreadable)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Load(tt.fsys, "kb")
			switch {
			case tt.want == "" && (err != nil || b.Count(Told) != 1):
				t.Errorf("got %v", err)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("got %v\nwant %s", err, tt.want)
			case tt.want != "" && !IsBroken(err):
				t.Errorf("%v is no fault of the content", err)
			}
		})
	}
	if _, err := Load(os.DirFS("testdata/nowhere"), "nowhere"); IsBroken(err) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// A hostile file must neither hang nor eat the memory, whatever it is made of.
func TestLoadHostile(t *testing.T) {
	const many = 100_000
	deeper := func() string {
		var b strings.Builder
		for i := range 2000 {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%[1]c [%s*%[3]c]\n", c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 8), c-1)
	}
	for name, text := range map[string]string{
		"brackets":          strings.Repeat("[", many),
		"braces":            strings.Repeat("{a: ", many),
		"pairs of brackets": "entries: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"dashes":            strings.Repeat("- ", many),
		"question marks":    strings.Repeat("? ", many),
		"colons":            strings.Repeat("a: ", many),
		"anchors":           strings.Repeat("&a ", many),
		"exclamation marks": "entries: " + strings.Repeat("!", many),
		"indentation":       deeper(),
		"a bomb":            bomb + "entries: *j\n",
		"a loop":            "entries: &a [*a]\n",
		"a fault a comma":   "entries: [" + strings.Repeat("a,", many) + "]",
		"a fault a line":    strings.Repeat("entries: []\n", many),
		"a long line":       "entries: " + strings.Repeat("x", 1<<20),
		"many paragraphs":   entry + "source: {paragraphs: 9000000000000000000}\n",
		"a long key":        entry + strings.Repeat("k", 1000) + ": 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Load(folder("a.yaml", text), "kb")
			if !IsBroken(err) {
				t.Fatalf("got %v", err)
			}
			if n := len(err.Error()); n > 100_000 {
				t.Errorf("the faults take %d bytes", n)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// More faults than anyone reads are counted instead of told.
func TestLoadCountsFaults(t *testing.T) {
	var text strings.Builder
	for i := range maxFaults + 7 {
		fmt.Fprintf(&text, "key%d: x\n", i)
	}
	_, err := Load(folder("a.yaml", entry+text.String()), "kb")
	faults, _ := errors.AsType[Problems](err)
	if len(faults) != maxFaults+1 {
		t.Fatalf("%d faults: %v", len(faults), err)
	}
	if last := faults[maxFaults].String(); last != "kb: 7 more faults (too-many)" {
		t.Errorf("the last is %s", last)
	}
}

// The same files give the same version, and others another.
func TestVersion(t *testing.T) {
	version := func(fsys fs.FS) string {
		b, err := Load(fsys, "kb")
		if err != nil {
			t.Fatal(err)
		}
		return b.Version
	}
	one := version(folder("a.yaml", entry))
	if len(one) != 12 || one != version(folder("a.yaml", entry)) {
		t.Errorf("version %s is not kept", one)
	}
	for name, fsys := range map[string]fs.FS{
		"another text":      folder("a.yaml", entry+"# more\n"),
		"another name":      folder("b.yaml", entry),
		"a file more":       fstest.MapFS{"a.yaml": {Data: []byte(entry)}, "b.yaml": {}},
		"split another way": fstest.MapFS{"a.yaml": {Data: []byte("# ")}, "b.yaml": {Data: []byte(entry)}},
	} {
		if version(fsys) == one {
			t.Errorf("%s: the same version", name)
		}
	}
}

func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"a.yaml": {Data: data}, "z.yaml": {Data: []byte(entry)}}
		b, err := Load(fsys, "kb")
		if err != nil {
			faults, ok := errors.AsType[Problems](err)
			if !ok || len(faults) == 0 {
				t.Fatalf("no faults, but %v", err)
			}
			told := faults
			if last := len(faults) - 1; faults[last].Check == "too-many" {
				told = faults[:last]
			}
			sorted := slices.Clone(told)
			sortProblems(sorted)
			if !slices.Equal(told, sorted) {
				t.Errorf("the faults are out of order: %v", err)
			}
			for _, p := range faults {
				if p.At.File == "" || p.Check == "" || p.Message == "" || !p.Broken {
					t.Errorf("half a fault: %+v", p)
				}
			}
			if _, again := Load(fsys, "kb"); again == nil || again.Error() != err.Error() {
				t.Errorf("another time the faults are\n%v\nnot\n%v", again, err)
			}
			return
		}
		for _, e := range b.Entries {
			if found, ok := b.Entry(e.ID); !ok || found.ID != e.ID {
				t.Errorf("entry %q is not found", e.ID)
			}
			b.Cite(e.Paragraphs)
		}
		for _, e := range b.Events {
			_ = e.When()
		}
		Lint(b, nil)
		b.Corpus()
	})
}
